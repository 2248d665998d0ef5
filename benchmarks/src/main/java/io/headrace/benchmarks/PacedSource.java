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
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A source that puts frames at a fixed rate and writes down when each was due and how long after that it was
 * acknowledged. One frame is on its way at a time; what is due meanwhile waits, and its waiting counts.
 */
public final class PacedSource implements PollingSource {
    private static final int LINES = 1000;
    private static final long LONGEST_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Settings. */
    record Settings(
            @Setting(
                    key = "framesPerSecond",
                    byDefault = "1000",
                    min = 1,
                    max = 1_000_000,
                    unit = "frames/s",
                    doc = "How many frames of 1,000 lines.")
            int framesPerSecond,

            @Setting(
                    key = "answers",
                    doc =
                            "A file for two numbers of 8 bytes a frame: System.nanoTime() when it was due, and the nanoseconds"
                                    + " from then to its acknowledgement.")
            String answers) {}

    private final SourceContext context;
    private final Settings settings;
    private final SourceCounters counters;
    private final FrameBuilder builder;
    private final Producer producer;
    private final GeneratedLines lines;
    private SourceInput input;
    private PutTicket ticket;
    private Frame pending;
    private DataOutputStream answers;
    private long begun;
    private long put;
    private boolean onItsWay;
    private volatile Thread parked;

    PacedSource(Settings settings, SourceContext context) {
        this.settings = settings;
        this.context = context;
        this.counters = new SourceCounters(context.metrics());
        this.builder = context.newFrameBuilder(LINES);
        this.producer = new Producer(context.randomLong());
        this.lines = new GeneratedLines(1, LINES, 127);
    }

    @Override
    public void start() throws IOException {
        input = context.processor().anonymousInput();
        input.setListener(this::wake);
        ticket = context.processor().newTicket();
        answers = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(Path.of(settings.answers()))));
        begun = System.nanoTime();
        context.healthy("puts frames");
    }

    @Override
    public int poll() throws InterruptedException, IOException {
        long due = begun + put * TimeUnit.SECONDS.toNanos(1) / settings.framesPerSecond();
        if (!onItsWay) {
            long left = due - System.nanoTime();
            if (left > 0) {
                LockSupport.parkNanos(Math.min(left, LONGEST_PARK_NANOS));
                return 1;
            }
            onItsWay = put();
            return 1;
        }
        if (!ticket.isAcknowledged()) {
            parked = Thread.currentThread();
            if (!ticket.isAcknowledged()) {
                LockSupport.parkNanos(LONGEST_PARK_NANOS);
            }
            parked = null;
            return 1;
        }
        answers.writeLong(due);
        answers.writeLong(System.nanoTime() - due);
        onItsWay = false;
        put++;
        if (put % settings.framesPerSecond() == 0) {
            answers.flush();
        }
        return 1;
    }

    private boolean put() throws InterruptedException {
        if (pending == null) {
            builder.begin(Headers.EMPTY);
            for (int i = 0; i < LINES; i++) {
                builder.add(lines.bytes(), lines.offset(i), lines.length(i));
            }
            pending = builder.build(producer, context.epochMillis() * 1000);
            counters.batchReceived(LINES);
        }
        if (context.processor().put(input, 0, pending, true, ticket) != PutStatus.ACCEPTED) {
            counters.channelWriteFailed();
            return false;
        }
        counters.batchAccepted(LINES);
        pending.release();
        pending = null;
        return true;
    }

    private void wake() {
        Thread thread = parked;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
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
        if (answers != null) {
            try {
                answers.close();
            } catch (IOException e) {
                throw new UncheckedIOException(settings.answers(), e);
            }
            answers = null;
        }
    }

    /** Registers the source. */
    public static final class Provider implements ComponentProvider.OfSource {
        @Override
        public String alias() {
            return "paced_benchmark";
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "puts lines at a fixed rate and notes when they were acknowledged";
        }

        @Override
        public Source create(SourceContext context) {
            return new PacedSource(context.settings(Settings.class), context);
        }
    }
}
