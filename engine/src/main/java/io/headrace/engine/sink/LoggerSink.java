package io.headrace.engine.sink;

import io.headrace.engine.channel.Lease;
import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.BatchSink;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.frame.EventCursor;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes each event into the program's own log, for looking at what arrives. */
final class LoggerSink implements BatchSink {
    private static final Logger LOG = LoggerFactory.getLogger(LoggerSink.class);
    private static final int EVENTS_AT_ONCE = 100;

    /** Settings. */
    record Settings(
            @Setting(
                    key = "maxBytesToLog",
                    byDefault = "16",
                    min = 0,
                    unit = "bytes",
                    doc = "Bytes of a body that are shown; the rest is left out.")
            int maxBytesToLog) {}

    private final Settings settings;
    private final EventCursor cursor = new EventCursor();

    LoggerSink(Settings settings) {
        this.settings = settings;
    }

    @Override
    public int maxBatchEvents() {
        return EVENTS_AT_ONCE;
    }

    @Override
    public void start() {}

    @Override
    public byte[] deliver(Lease lease) {
        for (int i = 0; i < lease.size(); i++) {
            cursor.wrap(lease.frame(i));
            while (cursor.next()) {
                if (LOG.isInfoEnabled()) {
                    LOG.info("Event: {}", HexDump.event(cursor.headers(), cursor.body(), settings.maxBytesToLog()));
                }
            }
        }
        return null;
    }

    @Override
    public void stop() {}

    /** Registers the sink. */
    public static final class Provider implements ComponentProvider.OfSink {
        @Override
        public String alias() {
            return "logger";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.sink.LoggerSink");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "shows events in the program's log";
        }

        @Override
        public Sink create(SinkContext context) {
            return new LoggerSink(context.settings(Settings.class));
        }
    }
}
