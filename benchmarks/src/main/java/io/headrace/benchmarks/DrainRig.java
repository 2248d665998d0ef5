package io.headrace.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.headrace.tools.bench.BenchmarkChannel;
import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import io.headrace.wal.StorageFile;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;

/**
 * How fast a {@code dual} channel drains a log many times as large as its memory, beside reading and checksumming the
 * same segments, and how much memory it takes meanwhile. Started by {@code benchmarks/drain}, which says what is
 * measured.
 */
public final class DrainRig {
    private static final int EVENTS = 500;
    private static final int EVENT_BYTES = 200;
    private static final int READ_BYTES = 256 * 1024;
    private static final int LEASE_BYTES = 1024 * 1024;
    private static final int LEASES_PER_LOOK = 8;
    private static final int WARMING_ROUNDS = 3;
    private static final double MIB = 1024 * 1024;
    private static final Storage STORAGE = new FileStorage();
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long LONGEST_SETTLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final long memoryBytes;
    private final long logBytes;
    private final boolean cold;
    private final GeneratedLines lines = new GeneratedLines(1, EVENTS, EVENT_BYTES);

    private DrainRig(long memoryBytes, int times, boolean cold) {
        this.memoryBytes = memoryBytes;
        this.logBytes = memoryBytes * times;
        this.cold = cold;
    }

    /** How fast bytes went, and what processor time all threads together took. */
    private record Pace(long bytes, double seconds, double cpuSeconds) {
        double mibPerSecond() {
            return bytes / MIB / seconds;
        }

        double cpuSecondsPerGib() {
            return cpuSeconds / (bytes / MIB / 1024);
        }
    }

    /** Takes the time from its creation on. */
    private static final class Stopwatch {
        private final long nanos = System.nanoTime();
        private final long cpuNanos = cpuNanos();

        Pace stop(long bytes) {
            return new Pace(bytes, (System.nanoTime() - nanos) / 1e9, (cpuNanos() - cpuNanos) / 1e9);
        }

        private static long cpuNanos() {
            return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        }
    }

    /** One round's figures; memory in MiB. */
    private record Round(Pace reading, Pace draining, double channelMemory, double peakResident) {
        double ratio() {
            return draining.mibPerSecond() / reading.mibPerSecond();
        }
    }

    /**
     * Runs the rounds and prints their figures.
     *
     * @param arguments memory in MiB, log as a multiple of it, rounds, {@code cold} or {@code warm}
     */
    public static void main(String[] arguments) throws IOException {
        long memoryMib = Long.parseLong(arguments[0]);
        DrainRig rig = new DrainRig(memoryMib << 20, Integer.parseInt(arguments[1]), arguments[3].equals("cold"));
        int rounds = Integer.parseInt(arguments[2]);
        double[] ratios = new double[rounds];
        // Unlike the loop that reads, what drains is much code, and a round has only 6,500 frames: the first only warm
        // it.
        for (int i = 0; i < WARMING_ROUNDS; i++) {
            rig.round();
        }
        for (int i = 0; i < rounds; i++) {
            Round round = rig.round();
            ratios[i] = round.ratio();
            System.out.printf(
                    Locale.ROOT,
                    "round %d: reading %.0f MiB/s (%.2f s of processor time a GiB), draining %.0f MiB/s (%.2f s), ratio"
                            + " %.2f, channel memory at most %.1f of %d MiB, process at most %.0f MiB%n",
                    i + 1,
                    round.reading.mibPerSecond(),
                    round.reading.cpuSecondsPerGib(),
                    round.draining.mibPerSecond(),
                    round.draining.cpuSecondsPerGib(),
                    round.ratio(),
                    round.channelMemory,
                    memoryMib,
                    round.peakResident);
        }
        Arrays.sort(ratios);
        System.out.printf(
                Locale.ROOT, "median ratio %.2f (%.2f to %.2f)%n", ratios[rounds / 2], ratios[0], ratios[rounds - 1]);
    }

    private Round round() throws IOException {
        try (BenchmarkFolder folder = new BenchmarkFolder("drain")) {
            BenchmarkChannel channel =
                    new BenchmarkChannel(ChannelSettings.dual("c", 10_000_000, 1_000_000_000, folder.path())
                            .withByteCapacity(memoryBytes));
            try (channel) {
                long frames = fill(channel);
                settle();
                readSegments(folder.path());
                forgetSegments(folder.path());
                Pace reading = readSegments(folder.path());
                forgetSegments(folder.path());
                resetPeak();
                return drain(channel, frames, reading);
            }
        }
    }

    /** Puts frames of memory of their own until the log is as large as wanted. */
    private long fill(BenchmarkChannel channel) {
        Producer producer = new Producer(7);
        PutTicket ticket = channel.processor().newTicket();
        long frames = 0;
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
                SourceInput input = channel.processor().anonymousInput()) {
            for (long bytes = 0; bytes < logBytes; frames++) {
                Frame frame = build(builder, producer);
                bytes += frame.alignedLength();
                PutStatus status;
                do {
                    status = channel.processor().put(input, 0, frame, true, ticket);
                } while (status == PutStatus.FULL);
                frame.release();
                if (status != PutStatus.ACCEPTED) {
                    throw new IllegalStateException("put: " + status + " (expected: ACCEPTED)");
                }
                channel.checkFailure();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the log was filled", e);
        }
        return frames;
    }

    private Frame build(FrameBuilder builder, Producer producer) {
        builder.begin(Headers.EMPTY);
        for (int i = 0; i < EVENTS; i++) {
            builder.add(lines.bytes(), lines.offset(i), lines.length(i));
        }
        return builder.build(producer, 0);
    }

    /** Waits until what filling left to do is done, so that neither figure pays for it. */
    private static void settle() {
        long end = System.nanoTime() + LONGEST_SETTLE_NANOS;
        long before;
        long after = Stopwatch.cpuNanos();
        do {
            before = after;
            LockSupport.parkNanos(WAIT_NANOS);
            after = Stopwatch.cpuNanos();
        } while (after - before > QUIET_NANOS && System.nanoTime() < end);
    }

    /** Reads all segments by positional reads through the log's storage, and checksums every byte once. */
    private static Pace readSegments(Path folder) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer block = ByteBuffer.allocateDirect(READ_BYTES);
        long bytes = 0;
        Stopwatch watch = new Stopwatch();
        for (Path segment : segments(folder)) {
            try (StorageFile file = STORAGE.open(segment, Storage.OpenMode.READ)) {
                int read;
                long at = 0;
                while ((read = file.read(block.clear(), at)) > 0) {
                    at += read;
                    bytes += read;
                    crc.update(block.flip());
                }
            }
        }
        Pace pace = watch.stop(bytes);
        AbstractHeadraceBenchmark.checkSome("bytes of segments", bytes);
        return pace;
    }

    /** Takes the segments out of the page cache, when cold. */
    private void forgetSegments(Path folder) throws IOException {
        if (!cold) {
            return;
        }
        for (Path segment : segments(folder)) {
            try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                file.force(false);
            }
            Process drop = new ProcessBuilder("dd", "if=" + segment, "iflag=nocache", "count=0", "status=none")
                    .inheritIO()
                    .start();
            AbstractHeadraceBenchmark.check(
                    "exit code of dd", drop.onExit().join().exitValue(), 0);
        }
    }

    private static List<Path> segments(Path folder) throws IOException {
        List<Path> segments = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "[0-9a-f]*.wal")) {
            found.forEach(segments::add);
        }
        return segments;
    }

    private static Round drain(BenchmarkChannel channel, long frames, Pace reading) throws IOException {
        ChannelConsumer consumer = channel.channel().consumer("k");
        Thread taker = Thread.currentThread();
        consumer.setListener(() -> LockSupport.unpark(taker));
        long bytes = 0;
        long events = 0;
        long memory = 0;
        long leases = 0;
        Stopwatch watch = new Stopwatch();
        long moved = System.nanoTime();
        while (events < frames * EVENTS) {
            Lease lease = consumer.tryLease(Integer.MAX_VALUE, LEASE_BYTES);
            if (lease == null) {
                channel.checkFailure();
                if (System.nanoTime() - moved > LONGEST_WAIT_NANOS) {
                    throw new IllegalStateException(
                            "events: " + events + " (expected: " + frames * EVENTS + "), nothing came for a minute");
                }
                LockSupport.parkNanos(WAIT_NANOS);
                continue;
            }
            for (int i = 0; i < lease.size(); i++) {
                Frame frame = lease.frame(i);
                AbstractHeadraceBenchmark.check("number of the next event", frame.firstEventNumber(), events);
                events += frame.eventCount();
                bytes += frame.alignedLength();
            }
            lease.commit();
            if (leases++ % LEASES_PER_LOOK == 0) {
                memory = Math.max(memory, channel.metric("MemoryBytes"));
            }
            moved = System.nanoTime();
        }
        return new Round(reading, watch.stop(bytes), memory / MIB, peakResidentMib());
    }

    private static void resetPeak() throws IOException {
        Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    }

    private static double peakResidentMib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        throw new IOException("/proc/self/status: no VmHWM (expected: Linux)");
    }
}
