package io.headrace.engine.source;

import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.config.Setting;
import io.headrace.engine.metrics.SourceCounters;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.PollingSource;
import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.Producer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Counts: events whose bodies are the decimal numbers from 0. For trying out a configuration; begins again at 0. */
final class SequenceSource implements PollingSource {
    /** Settings. */
    record Settings(
            @Setting(
                    key = "batchSize",
                    byDefault = "1",
                    min = 1,
                    max = 1_000_000,
                    unit = "events",
                    doc = "Events that are put at once, as one frame.")
            int batchSize,

            @Setting(
                    key = "totalEvents",
                    byDefault = "9223372036854775807",
                    min = 1,
                    unit = "events",
                    doc = "How many events; then the source is idle.")
            long totalEvents) {}

    private final Settings settings;
    private final SourceContext context;
    private final SourceCounters counters;
    private final FrameBuilder builder;
    private final Producer producer;
    private SourceInput input;
    private PutTicket ticket;
    private Frame pending;
    private long next;

    SequenceSource(Settings settings, SourceContext context) {
        this.settings = settings;
        this.context = context;
        this.counters = new SourceCounters(context.metrics());
        this.builder = context.newFrameBuilder(settings.batchSize());
        this.producer = new Producer(context.randomLong());
    }

    @Override
    public void start() {
        input = context.processor().anonymousInput();
        ticket = context.processor().newTicket();
        context.healthy("counts to " + settings.totalEvents());
    }

    @Override
    public int poll() throws InterruptedException {
        if (pending == null && next == settings.totalEvents()) {
            return 0;
        }
        if (pending == null) {
            pending = build();
            counters.batchReceived(pending.eventCount());
        }
        if (context.processor().put(input, 0, pending, true, ticket) != PutStatus.ACCEPTED) {
            counters.channelWriteFailed();
            return 0;
        }
        int accepted = pending.eventCount();
        counters.batchAccepted(accepted);
        pending.release();
        pending = null;
        return accepted;
    }

    @Override
    public void stop() {
        if (pending != null) {
            pending.release();
            pending = null;
        }
        builder.close();
        if (input != null) {
            input.close();
            input = null;
        }
    }

    private Frame build() {
        builder.begin(context.processor().intercept(Map.of()));
        for (int i = 0; i < settings.batchSize() && next < settings.totalEvents(); i++) {
            if (!builder.add(Long.toString(next).getBytes(StandardCharsets.US_ASCII))) {
                break;
            }
            next++;
        }
        return builder.build(
                producer, TimeUnit.MILLISECONDS.toMicros(context.epochClock().time()));
    }

    /** Registers the source. */
    public static final class Provider implements ComponentProvider.OfSource {
        @Override
        public String alias() {
            return "seq";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.source.SequenceGeneratorSource");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "counts from 0, for trying out a configuration";
        }

        @Override
        public Source create(SourceContext context) {
            return new SequenceSource(context.settings(Settings.class), context);
        }
    }
}
