package io.headrace.benchmarks;

import io.headrace.frame.Frame;
import io.headrace.wal.FileStorage;
import io.headrace.wal.LogClocks;
import io.headrace.wal.LogReader;
import io.headrace.wal.LogSettings;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import io.headrace.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A journal's round on the real disk: append a group of frames, write it, sync it by the mode. A frame is 100 events of
 * 200 bytes, 20 KiB; an operation is a group. What is written is committed at once but for the last frames, so that
 * segments are recycled as behind a sink that keeps up. When a trial ends the log is opened again and what is held must
 * be there, checksum by checksum. {@link BareAppendBenchmark} is the bare device.
 */
@State(Scope.Thread)
public class LogAppendBenchmark extends AbstractHeadraceBenchmark {
    private static final int EVENTS = 100;
    private static final int EVENT_BYTES = 200;
    private static final int DISTINCT_FRAMES = 61;
    private static final int HELD_FRAMES = 1000;
    private static final int MAX_GROUP = 64;
    private static final long CHECKPOINT_BYTES = 32L << 20;
    private static final long ROOM_WAIT_NANOS = 50_000;

    @Param({"POSITIONAL", "MAPPED", "DIRECT"})
    public Appender appender;

    @Param({"always", "100", "never"})
    public String sync;

    /** Frames in a group: 20 KiB, 320 KiB. */
    @Param({"1", "16"})
    public int group;

    private BenchmarkFolder folder;
    private LogSettings settings;
    private LogClocks clocks;
    private SyncMode mode;
    private WriteAheadLog log;
    private DutyThread preparer;
    private Frame[] frames;
    private long next;
    private long lastSync;
    private long sinceCheckpoint;

    /** Events and bytes a second beside groups a second. */
    @AuxCounters
    @State(Scope.Thread)
    public static class Written {
        public long events;
        public long bytes;
    }

    @Setup
    public void open() throws IOException {
        mode = SyncMode.parse(sync);
        frames = Frames.build(1, DISTINCT_FRAMES, EVENTS, EVENT_BYTES);
        folder = new BenchmarkFolder("log-append");
        settings = new LogSettings(List.of(folder.path()), folder.path(), 64L << 20, 17 << 20, appender, 1L << 30);
        clocks = new LogClocks(new SystemNanoClock(), new SystemEpochClock(), new SplittableRandom()::nextLong);
        log = WriteAheadLog.open(settings, new FileStorage(), clocks);
        preparer = DutyThread.start(log.preparer());
        next = log.nextSequence();
        lastSync = System.nanoTime();
    }

    @Benchmark
    public long commitGroup(Written written) throws IOException {
        if (next + MAX_GROUP >= log.ceiling() || sinceCheckpoint >= CHECKPOINT_BYTES) {
            checkpoint();
        }
        for (int i = 0; i < group; i++) {
            Frame frame = frames[(int) (next % DISTINCT_FRAMES)];
            while (!log.append(next, 0, 0, frame)) {
                LockSupport.parkNanos(ROOM_WAIT_NANOS);
            }
            next++;
            written.bytes += frame.alignedLength();
            sinceCheckpoint += frame.alignedLength();
            written.events += EVENTS;
        }
        log.write();
        if (mode.kind() == SyncMode.Kind.ALWAYS) {
            log.sync();
        } else if (mode.kind() == SyncMode.Kind.INTERVAL && System.nanoTime() - lastSync >= mode.intervalNanos()) {
            log.sync();
            lastSync = System.nanoTime();
        }
        return log.written();
    }

    @TearDown(Level.Iteration)
    public void checkMilestones() {
        check("written", log.written(), next - 1);
        if (mode.kind() == SyncMode.Kind.ALWAYS) {
            check("durable", log.durable(), next - 1);
        }
    }

    @TearDown
    public void checkTheDisk() throws IOException {
        checkpoint();
        long lowWater = log.state().committed().floor();
        preparer.close();
        log.close();
        check("references of a frame", frames[0].references(), 1);
        try (WriteAheadLog reopened = WriteAheadLog.open(settings, new FileStorage(), clocks);
                LogReader reader = reopened.newReader()) {
            long expected = lowWater + 1;
            reader.seek(expected);
            for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                check("sequence", reader.sequence(), expected);
                check("checksum", frame.checksum(), frames[(int) (expected % DISTINCT_FRAMES)].checksum());
                frame.release();
                expected++;
            }
            check("last sequence on disk", expected - 1, next - 1);
        }
        checkSome("bytes of segments", segmentBytes());
        Frames.release(frames);
        folder.close();
    }

    /** As the journal does: what is durable and committed may be released. */
    private void checkpoint() throws IOException {
        log.sync();
        long lowWater = log.durable() - HELD_FRAMES;
        if (lowWater > log.state().committed().floor()) {
            log.state().committed().advanceTo(lowWater);
        }
        log.checkpoint();
        sinceCheckpoint = 0;
    }

    private long segmentBytes() throws IOException {
        long bytes = 0;
        try (var files = Files.newDirectoryStream(folder.path(), "[0-9a-f]*.wal")) {
            for (Path file : files) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }
}
