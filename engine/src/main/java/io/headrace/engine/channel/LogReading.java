package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameType;
import io.headrace.wal.LogReader;
import java.io.IOException;

/**
 * The duty cycle that reads frames back for sinks that fell behind, ahead of them as far as {@link Prefetch} allows. The
 * log's reader verifies what it reads; a frame that is still in memory is never read.
 */
final class LogReading implements DutyCycle {
    private static final int MAX_FRAMES = 256;

    /** Sinks that wait are told after this many bytes, so that they work, and free what they had, beside the reader. */
    private static final long WAKE_BYTES = Prefetch.BOUND_BYTES / 4;

    /** Further ahead than this it is quicker to seek than to read on. */
    private static final long SEEK_DISTANCE = 4_096;

    private final String roleName;
    private final DualChannel channel;
    private final TakeOwner owner;
    private final TakeSide take;
    private final LogReader reader;
    private final ReadingPlan plan = new ReadingPlan();
    private long position = -1;
    private TakenFrame ahead;
    private boolean failed;

    LogReading(String roleName, DualChannel channel, TakeOwner owner, TakeSide take, LogReader reader) {
        this.roleName = roleName;
        this.channel = channel;
        this.owner = owner;
        this.take = take;
        this.reader = reader;
    }

    @Override
    public String roleName() {
        return roleName;
    }

    @Override
    public int doWork() {
        if (failed || channel.failure() != null || !owner.isUsed() || !take.planReading(plan)) {
            if (plan.from >= plan.to) {
                reader.rest();
            }
            return 0;
        }
        try {
            reader.leaveInFile(owner.leavesInFile());
            int count = read();
            owner.wakeConsumers();
            return count;
        } catch (Exception e) {
            channel.metrics().takeErrors.increment();
            failed = true;
            owner.readingFailed(e);
            return 0;
        } catch (Error e) {
            channel.fail(e);
            throw e;
        }
    }

    @Override
    public long nanosUntilDue() {
        return Long.MAX_VALUE;
    }

    @Override
    public void onClose() {
        dropAhead();
        reader.close();
    }

    private int read() throws IOException {
        if (ahead != null && ahead.sequence < plan.from) {
            dropAhead();
        }
        if (ahead == null && (position > plan.from || position < plan.from - SEEK_DISTANCE)) {
            reader.seek(plan.from);
            position = plan.from;
        }
        long unannounced = 0;
        for (int count = 0; count < MAX_FRAMES; count++) {
            TakenFrame frame = ahead == null ? next() : ahead;
            ahead = null;
            if (frame == null || frame.sequence >= plan.to) {
                // What is still in memory is kept for when it is not.
                ahead = frame;
                take.exhausted(plan.to);
                return count + 1;
            }
            unannounced += frame.charge;
            if (!take.prefetched(frame)) {
                return count + 1;
            }
            if (unannounced >= WAKE_BYTES) {
                owner.wakeConsumers();
                unannounced = 0;
            }
        }
        return MAX_FRAMES;
    }

    /** The next frame that the plan wants, or null at the end of what is written. */
    private TakenFrame next() throws IOException {
        while (true) {
            Frame frame = reader.next();
            if (frame == null) {
                return null;
            }
            position = reader.sequence() + 1;
            if (reader.sequence() >= plan.from) {
                return taken(frame);
            }
            frame.release();
        }
    }

    private TakenFrame taken(Frame frame) {
        TakenFrame taken = new TakenFrame();
        taken.frame = frame;
        taken.sequence = reader.sequence();
        taken.events = frame.eventCount();
        taken.charge = frame.pinnedBytes();
        taken.inputNumber = reader.inputNumber();
        taken.position = reader.inputPosition();
        taken.control = frame.type() != FrameType.DATA;
        taken.fromLog = true;
        return taken;
    }

    private void dropAhead() {
        if (ahead != null) {
            ahead.frame.release();
            ahead = null;
        }
    }
}
