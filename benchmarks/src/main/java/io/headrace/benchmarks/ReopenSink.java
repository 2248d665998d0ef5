package io.headrace.benchmarks;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.AsyncSink;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.frame.Frame;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A sink for {@code benchmarks/reopen}, which says what is measured: inside a real agent it notes when it got its first
 * lease and what memory the process takes then, and, if asked to, how fast the backlog drains beside reading and
 * checksumming the same segments. Works on a thread of its own; what it found goes into a file of {@code name value}
 * lines, which appears in one piece.
 */
public final class ReopenSink implements AsyncSink {
    private static final int LEASE_BYTES = 1024 * 1024;
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final double MIB = 1024 * 1024;

    /** What the sink is to do. */
    enum Mode {
        /** Nothing comes: what an agent takes that has an empty log. */
        IDLE,
        /** Keep the first lease, so that the log stays as it is. */
        HOLD,
        /** Read the segments, then drain them. */
        DRAIN
    }

    /** Settings. */
    record Settings(
            @Setting(key = "report", doc = "The file that is written.")
            Path report,

            @Setting(key = "mode", byDefault = "hold", doc = "What to do.")
            Mode mode,

            @Setting(key = "log", doc = "Where the segments are.")
            Path log,

            @Setting(
                    key = "cold",
                    byDefault = "false",
                    doc = "Whether the segments leave the page cache before they are read and drained.")
            boolean cold) {}

    private final Settings settings;
    private final ChannelConsumer consumer;
    private final SinkContext context;
    private final Map<String, String> report = new TreeMap<>();
    private final Thread thread = new Thread(this::work, "reopen-sink");
    private volatile boolean stopped;

    ReopenSink(Settings settings, SinkContext context) {
        this.settings = settings;
        this.context = context;
        this.consumer = context.consumer();
    }

    @Override
    public void start() {
        consumer.setListener(() -> LockSupport.unpark(thread));
        thread.start();
    }

    @Override
    public void stop() {
        stopped = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive() && thread != Thread.currentThread()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            if (settings.mode == Mode.IDLE) {
                long end = System.nanoTime() + IDLE_NANOS;
                while (!stopped && System.nanoTime() < end) {
                    LockSupport.parkNanos(WAIT_NANOS);
                }
            } else {
                Lease lease = next(Long.MAX_VALUE);
                if (lease == null) {
                    return;
                }
                put("firstLeaseMicros", ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
                if (settings.mode == Mode.DRAIN) {
                    drain(lease);
                } else {
                    // The reader goes on until its buffers are full: that is part of what opening costs.
                    LockSupport.parkNanos(IDLE_NANOS / 4);
                }
            }
            noteMemory();
            write();
        } catch (IOException | RuntimeException e) {
            context.failed(e);
        }
    }

    /** The next lease; null when none came within the time, or the sink was stopped. */
    private Lease next(long nanos) {
        long begun = System.nanoTime();
        while (!stopped) {
            Lease lease = consumer.tryLease(Integer.MAX_VALUE, LEASE_BYTES);
            if (lease != null) {
                return lease;
            }
            if (System.nanoTime() - begun > nanos) {
                return null;
            }
            LockSupport.parkNanos(Math.min(nanos, WAIT_NANOS));
        }
        return null;
    }

    private void drain(Lease first) throws IOException {
        if (!settings.cold) {
            SegmentReading.read(settings.log);
        }
        forget();
        SegmentReading reading = SegmentReading.read(settings.log);
        put("readMibPerSecond", reading.bytes() / MIB / reading.seconds());
        forget();
        long bytes = 0;
        long events = 0;
        long moved = System.nanoTime();
        long begun = moved;
        Lease lease = first;
        long producer = first.frame(0).producerId();
        long number = first.frame(0).firstEventNumber();
        while (lease != null) {
            for (int i = 0; i < lease.size(); i++) {
                Frame frame = lease.frame(i);
                check("producer of the next frame", frame.producerId(), producer);
                check("number of the next event", frame.firstEventNumber(), number);
                number += frame.eventCount();
                events += frame.eventCount();
                bytes += frame.alignedLength();
            }
            lease.commit();
            moved = System.nanoTime();
            lease = next(TimeUnit.SECONDS.toNanos(1));
        }
        put("drainMibPerSecond", bytes / MIB / ((moved - begun) / 1e9));
        put("drainedEvents", events);
        put("drainedMib", bytes / MIB);
    }

    private static void check(String what, long found, long expected) {
        if (found != expected) {
            throw new IllegalStateException(what + ": " + found + " (expected: " + expected + ")");
        }
    }

    private void forget() throws IOException {
        if (settings.cold) {
            SegmentReading.forget(settings.log);
        }
    }

    private void noteMemory() throws IOException {
        long peak = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            peak += pool.getType() == MemoryType.HEAP ? pool.getPeakUsage().getUsed() : 0;
        }
        put("heapPeakMib", peak / MIB);
        put("residentMib", resident("VmRSS:"));
        put("residentPeakMib", resident("VmHWM:"));
        System.gc();
        put(
                "heapLiveMib",
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MIB);
    }

    private static double resident(String field) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(field)) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        throw new IOException("/proc/self/status: no " + field + " (expected: Linux)");
    }

    private void put(String name, long value) {
        report.put(name, Long.toString(value));
    }

    private void put(String name, double value) {
        report.put(name, String.format(Locale.ROOT, "%.1f", value));
    }

    private void write() throws IOException {
        StringBuilder text = new StringBuilder();
        report.forEach(
                (name, value) -> text.append(name).append(' ').append(value).append('\n'));
        Path unfinished = settings.report.resolveSibling(settings.report.getFileName() + ".unfinished");
        Files.writeString(unfinished, text);
        Files.move(unfinished, settings.report, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Registers the sink. */
    public static final class Provider implements ComponentProvider.OfSink {
        @Override
        public String alias() {
            return "reopen_benchmark";
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "measures how an agent opens a log with a backlog";
        }

        @Override
        public Sink create(SinkContext context) {
            return new ReopenSink(context.settings(Settings.class), context);
        }
    }
}
