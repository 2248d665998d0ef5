package io.headrace.tools.tune;

import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.PollingSource;
import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A source that builds frames of a {@link Load}, as a tailing source does: what is due when it looks becomes a frame, of
 * {@code batchSize} events at most. Its producers take turns, so that several connections have something to do.
 */
final class LoadSource implements PollingSource {
    static final String ALIAS = "tune_load";

    private static final int PRODUCERS = 8;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Of events that were put and not delivered: more than a line has on its way, less than makes a sink read the log. */
    private static final long MOST_BYTES_AHEAD = 24L << 20;

    private static final long AHEAD_PARK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long SHORTEST_PARK_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    /** Settings. */
    record Settings(
            @Setting(key = "batchSize", byDefault = "1000", min = 1, unit = "events", doc = "Most events of a frame.")
            int batchSize) {}

    private final SourceContext context;
    private final Load load;
    private final int batch;
    private final FrameBuilder builder;
    private final Producer[] producers = new Producer[PRODUCERS];
    private SourceInput input;
    private PutTicket ticket;
    private Frame pending;
    private long begunNanos;
    private long put;
    private long frames;
    private int body;

    LoadSource(Load load, SourceContext context) {
        this.context = context;
        this.load = load;
        this.batch = context.settings(Settings.class).batchSize();
        this.builder = context.newFrameBuilder(batch);
        for (int i = 0; i < PRODUCERS; i++) {
            producers[i] = new Producer(context.randomLong());
        }
    }

    @Override
    public void start() {
        input = context.processor().anonymousInput();
        ticket = context.processor().newTicket();
        begunNanos = System.nanoTime();
        context.healthy("puts events");
    }

    @Override
    public int poll() throws InterruptedException {
        if (pending == null) {
            if (isFarAhead()) {
                LockSupport.parkNanos(AHEAD_PARK_NANOS);
                return 1;
            }
            long now = System.nanoTime();
            long due = load.rate() == 0 ? batch : dueAt(now) - put;
            if (due <= 0) {
                long wait = begunNanos + (put + 1) * SECOND / load.rate() - now;
                LockSupport.parkNanos(Math.max(SHORTEST_PARK_NANOS, Math.min(LONGEST_PARK_NANOS, wait)));
                return 1;
            }
            long firstDue = load.rate() == 0 ? now : begunNanos + (put + 1) * SECOND / load.rate();
            pending = build((int) Math.min(batch, due), load.microsAt(firstDue));
        }
        if (context.processor().put(input, 0, pending, true, ticket) == PutStatus.ACCEPTED) {
            put += pending.eventCount();
            pending.release();
            pending = null;
        }
        return 1;
    }

    /** Without this a source that is faster than the sink fills the channel, and what is measured is how it reads its log. */
    private boolean isFarAhead() {
        return load.rate() == 0 && (put - load.delivered()) * load.size() > MOST_BYTES_AHEAD;
    }

    private long dueAt(long nanos) {
        return (long) ((nanos - begunNanos) / (double) SECOND * load.rate());
    }

    private Frame build(int most, long dueMicros) {
        builder.begin(Headers.EMPTY);
        int size = load.size();
        for (int i = 0; i < most && builder.add(load.bodies(), body * size, size); i++) {
            body = (body + 1) % Load.BODIES;
        }
        return builder.build(producers[(int) (frames++ % PRODUCERS)], dueMicros);
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

    /** Makes sources of one load; found by the alias in the registry of one trial only. */
    record Provider(Load load) implements ComponentProvider.OfSource {
        @Override
        public String alias() {
            return ALIAS;
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "puts events of a trial";
        }

        @Override
        public Source create(SourceContext context) {
            return new LoadSource(load, context);
        }
    }
}
