package io.headrace.benchmarks;

import io.headrace.frame.Frame;
import io.headrace.wal.FileStorage;
import io.headrace.wal.LogClocks;
import io.headrace.wal.LogSettings;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/** A log on the real disk that suites fill, open and read; a frame is 100 events of 200 bytes. Owned by one thread. */
final class BacklogLog {
    static final int EVENTS = 100;
    static final int EVENT_BYTES = 200;
    private static final int DISTINCT_FRAMES = 61;
    private static final long ROOM_WAIT_NANOS = 50_000;

    private final LogSettings settings;
    private final LogClocks clocks =
            new LogClocks(new SystemNanoClock(), new SystemEpochClock(), new SplittableRandom()::nextLong);
    private final Frame[] frames = Frames.build(1, DISTINCT_FRAMES, EVENTS, EVENT_BYTES);

    BacklogLog(Path folder) {
        settings = new LogSettings(List.of(folder), folder, 64L << 20, 17 << 20, Appender.POSITIONAL, 1L << 30);
    }

    WriteAheadLog open() throws IOException {
        return WriteAheadLog.open(settings, new FileStorage(), clocks);
    }

    /** Bytes of a frame in the log. */
    int frameBytes() {
        return frames[0].alignedLength();
    }

    /** Checksum of the frame with a sequence. */
    int checksum(long sequence) {
        return frames[(int) (sequence % DISTINCT_FRAMES)].checksum();
    }

    /** Appends and syncs about as many bytes, while the log's preparer runs. */
    void fill(WriteAheadLog log, long bytes) throws IOException {
        long next = Math.max(log.written() + 1, log.nextSequence());
        for (long done = 0; done < bytes; next++) {
            if (next >= log.ceiling()) {
                log.sync();
                log.checkpoint();
            }
            Frame frame = frames[(int) (next % DISTINCT_FRAMES)];
            while (!log.append(next, 0, 0, frame)) {
                LockSupport.parkNanos(ROOM_WAIT_NANOS);
            }
            done += frame.alignedLength();
            if (log.groupIsFull()) {
                log.write();
            }
        }
        log.write();
        log.sync();
    }

    void release() {
        Frames.release(frames);
    }
}
