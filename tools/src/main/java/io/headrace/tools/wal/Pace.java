package io.headrace.tools.wal;

import java.lang.management.ManagementFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Keeps a command that reads a log out of the way of the agent that has it open: after each short piece of work it rests so
 * long that it has worked only a share of the time, a hundredth, or half where a whole processor is left over by all others.
 * Time that it waits for the processor or the disk counts as work, so that it goes slower where it is in the way; and what
 * the whole process used, the compiler's and the collector's threads too, stays within that share. Owned by one thread.
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

    /** What the process used is counted in ticks, so that it seems to use nothing for a while: that much may be spared. */
    private static final long TICK_NANOS = 10_000_000;

    /** Rested for at most, though the process used more. */
    private static final long MOST_OWED_NANOS = 5 * TICK_NANOS;

    private static final long LOOK_NANOS = 250_000_000;

    private final LongSupplier nanoTime;
    private final LongSupplier processorNanos;
    private final DoubleSupplier spareProcessors;
    private final LongConsumer rest;
    private double share = BUSY_SHARE;
    private long lookedNanos;
    private long begunNanos;
    private long countedNanos;
    private long usedNanos;
    private long owedNanos;

    /**
     * Paced by what is given.
     *
     * @param processorNanos processor time of this process
     * @param spareProcessors how many were used by nobody, or by this process, since the last call
     * @param rest waits so many nanoseconds
     */
    Pace(LongSupplier nanoTime, LongSupplier processorNanos, DoubleSupplier spareProcessors, LongConsumer rest) {
        this.nanoTime = nanoTime;
        this.processorNanos = processorNanos;
        this.spareProcessors = spareProcessors;
        this.rest = rest;
        begin();
        lookedNanos = begunNanos;
        countedNanos = begunNanos;
        usedNanos = processorNanos.getAsLong();
    }

    /** Paced on this machine. */
    public static Pace gentle() {
        LongSupplier ownNanos = ((com.sun.management.OperatingSystemMXBean)
                ManagementFactory.getOperatingSystemMXBean())::getProcessCpuTime;
        return new Pace(
                System::nanoTime,
                ownNanos,
                new ProcessorUse(ProcessorUse::readTimes, ownNanos),
                LockSupport::parkNanos);
    }

    /** As fast as it goes. */
    public static Pace unhindered() {
        return new Pace(() -> 0, () -> 0, () -> 0, nanos -> {});
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
        count(now);
        long work = Math.min(Math.max(worked, owedNanos), LONGEST_NANOS);
        long left = (long) (work * (1 - share) / share);
        long end = now + left;
        while (left > 0) {
            rest.accept(left);
            left = end - nanoTime.getAsLong();
        }
        begin();
    }

    /** What the process has used above its share. */
    private void count(long now) {
        long used = processorNanos.getAsLong();
        long owed = owedNanos + used - usedNanos - (long) (share * (now - countedNanos));
        owedNanos = Math.max(-TICK_NANOS, Math.min(owed, MOST_OWED_NANOS));
        usedNanos = used;
        countedNanos = now;
    }
}
