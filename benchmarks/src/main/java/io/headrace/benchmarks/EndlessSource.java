package io.headrace.benchmarks;

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
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;

/** A source that puts the same lines again and again, as fast as its channels take them, or so many in all. */
public final class EndlessSource implements PollingSource {
    private static final int LINES = 1000;

    /** Settings. */
    record Settings(
            @Setting(
                    key = "lineBytes",
                    byDefault = "127",
                    min = 64,
                    max = 150,
                    unit = "bytes",
                    doc = "Length of a line.")
            int lineBytes,

            @Setting(
                    key = "frameLines",
                    byDefault = "1000",
                    min = 1,
                    max = LINES,
                    unit = "events",
                    doc = "Lines of a frame.")
            int frameLines,

            @Setting(
                    key = "totalEvents",
                    byDefault = "9223372036854775807",
                    min = 1000,
                    unit = "events",
                    doc = "How many events, rounded up to a frame; then the source is idle.")
            long totalEvents) {}

    private final SourceContext context;
    private final Settings settings;
    private final SourceCounters counters;
    private final FrameBuilder builder;
    private final Producer producer;
    private final GeneratedLines lines;
    private SourceInput input;
    private PutTicket ticket;
    private Frame pending;
    private long put;

    EndlessSource(Settings settings, SourceContext context) {
        this.settings = settings;
        this.context = context;
        this.counters = new SourceCounters(context.metrics());
        this.builder = context.newFrameBuilder(settings.frameLines());
        this.producer = new Producer(context.randomLong());
        this.lines = new GeneratedLines(1, LINES, settings.lineBytes());
    }

    @Override
    public void start() {
        input = context.processor().anonymousInput();
        ticket = context.processor().newTicket();
        context.healthy("puts lines");
    }

    @Override
    public int poll() throws InterruptedException {
        if (put >= settings.totalEvents()) {
            return 0;
        }
        if (pending == null) {
            builder.begin(Headers.EMPTY);
            for (int i = 0; i < settings.frameLines(); i++) {
                builder.add(lines.bytes(), lines.offset(i), lines.length(i));
            }
            pending = builder.build(producer, context.epochMillis() * 1000);
            counters.batchReceived(settings.frameLines());
        }
        if (context.processor().put(input, 0, pending, true, ticket) != PutStatus.ACCEPTED) {
            counters.channelWriteFailed();
            return 0;
        }
        counters.batchAccepted(LINES);
        pending.release();
        pending = null;
        put += LINES;
        return LINES;
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

    /** Registers the source. */
    public static final class Provider implements ComponentProvider.OfSource {
        @Override
        public String alias() {
            return "endless_benchmark";
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "puts lines as fast as channels take them";
        }

        @Override
        public Source create(SourceContext context) {
            return new EndlessSource(context.settings(Settings.class), context);
        }
    }
}
