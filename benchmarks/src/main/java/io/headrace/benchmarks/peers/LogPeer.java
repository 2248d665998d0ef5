package io.headrace.benchmarks.peers;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.wal.FileStorage;
import io.headrace.wal.LogClocks;
import io.headrace.wal.LogReader;
import io.headrace.wal.LogSettings;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import io.headrace.wal.WriteAheadLog;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * Our log without a channel before it: one thread builds frames of 100 events of 200 bytes, bodies copied and checksums
 * computed, and appends them; nothing is synced but for checkpoints. What is written counts as committed at once but for the
 * last frames, so that segments are recycled. At the end of each order the log is opened again and those frames must be
 * there, checksum by checksum.
 */
public final class LogPeer implements PeerWork {
    private static final int FRAME_EVENTS = HeadracePeer.FRAME_EVENTS;
    private static final int EVENT_BYTES = HeadracePeer.EVENT_BYTES;
    private static final int HELD_FRAMES = 1000;
    private static final long CHECKPOINT_BYTES = 256L << 20;
    private static final long ROOM_WAIT_NANOS = 50_000;
    private static final long IDLE_NANOS = 200_000;

    private final Path folder;
    private final LogSettings settings;
    private final LogClocks clocks =
            new LogClocks(new SystemNanoClock(), new SystemEpochClock(), new SplittableRandom()::nextLong);
    private final AckedProducer producer = new AckedProducer(0, new Bodies(EVENT_BYTES), FRAME_EVENTS);
    private long firstEvent;

    private LogPeer(Path folder, Appender appender) {
        this.folder = folder;
        ChannelSettings channel = ChannelSettings.file("c", 1, folder);
        settings =
                new LogSettings(List.of(folder), folder, channel.segmentBytes(), channel.maxFrameLength(), appender, 0);
    }

    /**
     * @param arguments folder, appender or {@code default}
     */
    public static void main(String[] arguments) {
        Appender appender =
                arguments[1].equals("default") ? Appender.defaultFor(SyncMode.NEVER) : Appender.valueOf(arguments[1]);
        PeerServer.serve(new LogPeer(Path.of(arguments[0]), appender));
    }

    @Override
    public Map<String, String> run(Order order) throws Exception {
        Map<String, String> figures;
        Workers preparing = new Workers();
        try (WriteAheadLog log = WriteAheadLog.open(settings, new FileStorage(), clocks);
                FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            Preparing preparer = new Preparing(log.preparer());
            preparing.start(log.preparer().roleName(), preparer);
            try {
                append(log, builder, order.number("warmEvents") / FRAME_EVENTS);
                long frames = order.number("events") / FRAME_EVENTS;
                Stopwatch watch = Stopwatch.start(folder);
                append(log, builder, frames);
                figures = watch.stop(frames * FRAME_EVENTS, frames * FRAME_EVENTS * EVENT_BYTES);
                checkpoint(log);
            } finally {
                preparer.stop();
                preparing.await();
            }
        }
        verify();
        return figures;
    }

    private void append(WriteAheadLog log, FrameBuilder builder, long frames) throws IOException {
        long next = log.written() + 1;
        next = Math.max(next, log.nextSequence());
        long sinceCheckpoint = 0;
        for (long i = 0; i < frames; i++) {
            Frame frame = producer.build(builder);
            if (next >= log.ceiling() || sinceCheckpoint >= CHECKPOINT_BYTES) {
                checkpoint(log);
                sinceCheckpoint = 0;
            }
            if (log.groupIsFull()) {
                log.write();
            }
            while (!log.append(next, 0, 0, frame)) {
                log.write();
                LockSupport.parkNanos(ROOM_WAIT_NANOS);
            }
            sinceCheckpoint += frame.alignedLength();
            frame.release();
            next++;
        }
        log.write();
    }

    /** What is durable and committed may be released; only then segments come back. */
    private void checkpoint(WriteAheadLog log) throws IOException {
        log.write();
        log.sync();
        long lowWater = log.durable() - HELD_FRAMES;
        if (lowWater > log.state().committed().floor()) {
            log.state().committed().advanceTo(lowWater);
        }
        log.checkpoint();
    }

    private void verify() throws IOException {
        long found = 0;
        try (WriteAheadLog log = WriteAheadLog.open(settings, new FileStorage(), clocks)) {
            try (LogReader reader = log.newReader()) {
                reader.seek(log.state().committed().floor() + 1);
                for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                    long number = frame.firstEventNumber();
                    if (frame.eventCount() != FRAME_EVENTS || found > 0 && number != firstEvent + FRAME_EVENTS) {
                        throw new IllegalStateException(
                                "first event: " + number + " (expected: " + (firstEvent + FRAME_EVENTS) + ")");
                    }
                    firstEvent = number;
                    found++;
                    frame.release();
                }
            }
            log.state().committed().advanceTo(log.lastSequence());
            log.checkpointAndStop(log.nextSequence() - 1);
        }
        long last = producer.nextEvent() - FRAME_EVENTS;
        if (found < HELD_FRAMES || firstEvent != last) {
            throw new IllegalStateException("frames in the log: " + found + ", the last from event " + firstEvent
                    + " (expected: at least " + HELD_FRAMES + ", " + last + ")");
        }
    }

    /** The preparer's thread. */
    private static final class Preparing implements Workers.Work {
        private final Agent preparer;
        private volatile boolean stopping;

        Preparing(Agent preparer) {
            this.preparer = preparer;
        }

        @Override
        public void run() throws Exception {
            while (!stopping) {
                if (preparer.doWork() == 0) {
                    LockSupport.parkNanos(IDLE_NANOS);
                }
            }
            preparer.onClose();
        }

        void stop() {
            stopping = true;
        }
    }
}
