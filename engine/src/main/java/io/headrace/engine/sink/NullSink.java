package io.headrace.engine.sink;

import io.headrace.engine.channel.Lease;
import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.BatchSink;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes events and forgets them. */
final class NullSink implements BatchSink {
    private static final Logger LOG = LoggerFactory.getLogger(NullSink.class);

    /** Settings. */
    record Settings(
            @Setting(key = "batchSize", byDefault = "100", min = 1, unit = "events", doc = "Most events taken at once.")
            int batchSize,

            @Setting(
                    key = "logEveryNEvents",
                    byDefault = "10000",
                    min = 1,
                    unit = "events",
                    doc = "After how many events the count is logged.")
            long logEveryNEvents) {}

    private final Settings settings;
    private final String name;
    private long events;

    NullSink(Settings settings, String name) {
        this.settings = settings;
        this.name = name;
    }

    @Override
    public int maxBatchEvents() {
        return settings.batchSize();
    }

    @Override
    public void start() {}

    @Override
    public byte[] deliver(Lease lease) {
        long before = events / settings.logEveryNEvents();
        events += lease.events();
        if (events / settings.logEveryNEvents() > before) {
            LOG.info("sink {}: {} events taken", name, events);
        }
        return null;
    }

    @Override
    public void stop() {}

    /** Registers the sink. */
    public static final class Provider implements ComponentProvider.OfSink {
        @Override
        public String alias() {
            return "null";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.sink.NullSink");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "takes events and forgets them";
        }

        @Override
        public Sink create(SinkContext context) {
            return new NullSink(context.settings(Settings.class), context.name());
        }
    }
}
