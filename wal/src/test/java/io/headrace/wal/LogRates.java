package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * Measures a log on a real disk: {@code LogRates FOLDER [MEBIBYTES]}, with {@code -Drounds=N} and
 * {@code -Donly=TEXT}, a part of the line's start. Frames of 100 events of 200 bytes; appends with
 * each group synced, of one frame and of a full group, and never synced; then reads back, beside plain reads and checksums
 * of the same segments. One line a figure.
 */
public final class LogRates {
    private static final int EVENTS = 100;
    private static final int EVENT_BYTES = 200;
    private static final int ROUNDS = Integer.getInteger("rounds", 3);

    private LogRates() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        long bytes = (arguments.length > 1 ? Long.parseLong(arguments[1]) : 512) << 20;
        for (LogSettings.Appender appender : LogSettings.Appender.values()) {
            for (int round = 0; round < ROUNDS; round++) {
                for (boolean drained : new boolean[] {false, true}) {
                    run(folder, appender, drained, 1, true, bytes / 8);
                    run(folder, appender, drained, Integer.MAX_VALUE, true, bytes);
                    run(folder, appender, drained, Integer.MAX_VALUE, false, bytes);
                }
            }
        }
    }

    private static void run(
            Path folder, LogSettings.Appender appender, boolean drained, int group, boolean sync, long bytes)
            throws Exception {
        String what = (sync ? group == 1 ? "always, group of 1" : "always, full groups" : "never")
                + (drained ? ", drained" : ", backlog");
        if (!(appender + " " + what).contains(System.getProperty("only", ""))) {
            return;
        }
        Random random = new Random(1);
        LogClocks clocks = new LogClocks(SystemNanoClock.INSTANCE, SystemEpochClock.INSTANCE, random::nextLong);
        Path place = folder.resolve("rates");
        LogSettings settings =
                new LogSettings(List.of(place), place, LogSettings.DEFAULT_SEGMENT_BYTES, 17 << 20, appender, 0);
        Frame frame = frame(random);
        long opening = System.nanoTime();
        try (WriteAheadLog log = WriteAheadLog.open(settings, new FileStorage(), clocks)) {
            double opened = (System.nanoTime() - opening) / 1e6;
            Thread preparer = startPreparer(log);
            // The first segments are small and new: what a running log does is measured.
            Run run = new Run(log, frame, clocks, drained);
            run.append(bytes / 4, group, sync);
            long start = System.nanoTime();
            long frames = run.append(bytes, group, sync);
            double seconds = (System.nanoTime() - start) / 1e9;
            double read = drained || sync && group == 1 ? 0 : readRate(log);
            double plain = drained || sync && group == 1 ? 0 : plainRate(place);
            System.out.printf(
                    Locale.ROOT,
                    "%-10s %-28s %8.0f events/s %7.1f MB/s  group p50 %6.0f us p99 %7.0f us  waited %5.0f ms"
                            + "  open %4.0f ms  read %5.0f MB/s  plain %5.0f MB/s%n",
                    appender,
                    what,
                    frames * EVENTS / seconds,
                    frames * frame.alignedLength() / seconds / 1e6,
                    run.percentile(0.5),
                    run.percentile(0.99),
                    run.waited / 1e6,
                    opened,
                    read,
                    plain);
            stopped = true;
            preparer.join();
        } finally {
            frame.release();
            try (Stream<Path> files = Files.list(place)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static volatile boolean stopped;

    private static Thread startPreparer(WriteAheadLog log) {
        stopped = false;
        Thread thread = new Thread(
                () -> {
                    while (!stopped) {
                        if (log.preparer().doWork() == 0) {
                            LockSupport.parkNanos(200_000);
                        }
                    }
                },
                "preparer");
        thread.setDaemon(true);
        log.preparer().onDemand(() -> LockSupport.unpark(thread));
        thread.start();
        return thread;
    }

    /** Appends and remembers how long groups took. */
    private static final class Run {
        private final WriteAheadLog log;
        private final Frame frame;
        private final LogClocks clocks;
        private final boolean drained;
        private long sequence;
        private long waited;
        private long[] times = new long[0];
        private int groups;

        private Run(WriteAheadLog log, Frame frame, LogClocks clocks, boolean drained) {
            this.drained = drained;
            this.log = log;
            this.frame = frame;
            this.clocks = clocks;
            this.sequence = log.nextSequence();
        }

        private long append(long bytes, int group, boolean sync) throws IOException {
            long frames = bytes / frame.alignedLength();
            times = new long[(int) frames + 1];
            groups = 0;
            waited = 0;
            long checkpointed = clocks.nanoClock().nanoTime();
            for (long i = 0; i < frames; ) {
                long start = System.nanoTime();
                for (int n = 0; n < group && i < frames && !log.groupIsFull(); n++, i++) {
                    appendOne();
                }
                log.write();
                if (sync) {
                    log.sync();
                }
                long now = System.nanoTime();
                times[groups++] = now - start;
                if (now - checkpointed > 50_000_000 || log.ceilingIsLow()) {
                    checkpointed = now;
                    if (drained) {
                        log.state().committed().advanceTo(log.written());
                    }
                    log.checkpoint();
                }
            }
            java.util.Arrays.sort(times, 0, groups);
            return frames;
        }

        private void appendOne() throws IOException {
            if (log.append(sequence, 0, 0, frame)) {
                sequence++;
                return;
            }
            long start = System.nanoTime();
            while (!log.append(sequence, 0, 0, frame)) {
                LockSupport.parkNanos(100_000);
            }
            waited += System.nanoTime() - start;
            sequence++;
        }

        private double percentile(double share) {
            return times[(int) (groups * share)] / 1e3;
        }
    }

    private static double readRate(WriteAheadLog log) throws IOException {
        long bytes = 0;
        long start = System.nanoTime();
        try (LogReader reader = log.newReader()) {
            reader.seek(1);
            for (Frame read = reader.next(); read != null; read = reader.next()) {
                bytes += read.alignedLength();
                read.release();
            }
        }
        return bytes / ((System.nanoTime() - start) / 1e9) / 1e6;
    }

    /** Plain reads of 256 KiB and their checksum. */
    private static double plainRate(Path folder) throws IOException {
        long bytes = 0;
        ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
        CRC32C crc = new CRC32C();
        long start = System.nanoTime();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> Segment.indexOf(f.getFileName().toString()) >= 0)
                    .toList()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    buffer.clear();
                    while (channel.read(buffer) > 0) {
                        bytes += buffer.flip().remaining();
                        crc.update(buffer);
                        buffer.clear();
                    }
                }
            }
        }
        return bytes / ((System.nanoTime() - start) / 1e9) / 1e6;
    }

    private static Frame frame(Random random) {
        try (FrameBuilder builder = new FrameBuilder(ByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            builder.begin(Headers.EMPTY);
            byte[] body = new byte[EVENT_BYTES];
            for (int i = 0; i < EVENTS; i++) {
                random.nextBytes(body);
                builder.add(body);
            }
            return builder.build(new Producer(random.nextLong()), 0);
        }
    }
}
