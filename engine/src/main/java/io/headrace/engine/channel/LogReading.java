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
    /** The frame read last; whose it is, {@link #ahead} says. */
    private final TakenFrame read = new TakenFrame();

    /** Whether it was read before anybody wanted it, so that it is still here. */
    private boolean ahead;

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
        if (ahead && read.sequence < plan.from) {
            dropAhead();
        }
        if (!ahead && (position > plan.from || position < plan.from - SEEK_DISTANCE)) {
            reader.seek(plan.from);
            position = plan.from;
        }
        long unannounced = 0;
        for (int count = 0; count < MAX_FRAMES; count++) {
            // What is still in memory is kept for when it is not.
            ahead = ahead || next();
            if (!ahead || read.sequence >= plan.to) {
                take.exhausted(plan.to);
                return count + 1;
            }
            ahead = false;
            unannounced += read.charge;
            if (!take.prefetched(read)) {
                return count + 1;
            }
            if (unannounced >= WAKE_BYTES) {
                owner.wakeConsumers();
                unannounced = 0;
            }
        }
        return MAX_FRAMES;
    }

    /** Reads the next frame that the plan wants; false at the end of what is written. */
    private boolean next() throws IOException {
        while (true) {
            Frame frame = reader.next();
            if (frame == null) {
                return false;
            }
            position = reader.sequence() + 1;
            if (reader.sequence() >= plan.from) {
                takeOver(frame);
                return true;
            }
            frame.release();
        }
    }

    private void takeOver(Frame frame) {
        read.frame = frame;
        read.sequence = reader.sequence();
        read.events = frame.eventCount();
        read.charge = frame.pinnedBytes();
        read.inputNumber = reader.inputNumber();
        read.position = reader.inputPosition();
        read.control = frame.type() != FrameType.DATA;
        read.fromLog = true;
    }

    private void dropAhead() {
        if (ahead) {
            read.frame.release();
            ahead = false;
        }
    }
}
