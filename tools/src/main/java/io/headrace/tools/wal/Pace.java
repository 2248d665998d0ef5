package io.headrace.tools.wal;

import java.lang.management.ManagementFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Keeps a command that reads a log out of the way of the agent that has it open: after each short piece of work it rests so
 * long that it has worked only a share of the time, a hundredth, or half where a whole processor is left over by all others.
 * Time that it waits for the processor or the disk counts as work, so that it goes slower where it is in the way. Owned
 * by one thread.
 */
public final class Pace {
    /** Of the time, while others need the processors. */
    static final double BUSY_SHARE = 0.01;

    /** Of the time, while nobody does. */
    static final double IDLE_SHARE = 0.5;

    /** Processors that must be left over for that: the one it works on, and some of another. */
    static final double PLENTY = 1.25;

    private static final long PIECE_NANOS = 1_000_000;

    /** More than this a piece did not work, but waited for whoever reads what is printed. */
    private static final long LONGEST_NANOS = 10_000_000;

    private static final long LOOK_NANOS = 250_000_000;

    private final LongSupplier nanoTime;
    private final DoubleSupplier spareProcessors;
    private final LongConsumer rest;
    private double share = BUSY_SHARE;
    private long lookedNanos;
    private long begunNanos;

    /**
     * Paced by what is given.
     *
     * @param spareProcessors how many were used by nobody, or by this process, since the last call
     * @param rest waits so many nanoseconds
     */
    Pace(LongSupplier nanoTime, DoubleSupplier spareProcessors, LongConsumer rest) {
        this.nanoTime = nanoTime;
        this.spareProcessors = spareProcessors;
        this.rest = rest;
        begin();
        lookedNanos = begunNanos;
    }

    /** Paced on this machine. */
    public static Pace gentle() {
        ProcessorUse use = new ProcessorUse(ProcessorUse::readTimes, ((com.sun.management.OperatingSystemMXBean)
                ManagementFactory.getOperatingSystemMXBean())::getProcessCpuTime);
        return new Pace(System::nanoTime, use, LockSupport::parkNanos);
    }

    /** As fast as it goes. */
    public static Pace unhindered() {
        return new Pace(() -> 0, () -> 0, nanos -> {});
    }

    /** Called after a wait for something to do, which is no work. */
    public void begin() {
        begunNanos = nanoTime.getAsLong();
    }

    /** Called between two small steps; rests when a piece of work is done. */
    public void step() {
        long now = nanoTime.getAsLong();
        long worked = now - begunNanos;
        if (worked < PIECE_NANOS) {
            return;
        }
        if (now - lookedNanos >= LOOK_NANOS) {
            lookedNanos = now;
            share = spareProcessors.getAsDouble() >= PLENTY ? IDLE_SHARE : BUSY_SHARE;
        }
        long left = (long) (Math.min(worked, LONGEST_NANOS) * (1 - share) / share);
        long end = now + left;
        while (left > 0) {
            rest.accept(left);
            left = end - nanoTime.getAsLong();
        }
        begin();
    }
}
