package io.headrace.wal;

import org.agrona.concurrent.NanoClock;

/**
 * How far sequences are reserved by a durable checkpoint (R4): exclusive. Raised in blocks that cover about a second of
 * traffic, so that checkpoints are not made for the sake of the ceiling alone. Journal thread, but for {@link #get()}.
 */
final class SequenceCeiling {
    /**
     * No sequence is larger: at a billion frames a second it is 292 years away, and whoever reserves, skips or adds a few
     * blocks to one below it stays within a {@code long}. A frame or checkpoint with a larger one is damaged.
     */
    static final long LAST_SEQUENCE = Long.MAX_VALUE - (1L << 40);

    /** Smallest block. */
    static final long MIN_BLOCK = 65_536;

    /** Largest block: a checkpoint's ceiling is at most so much above that of the one before. */
    static final long MAX_BLOCK = 1L << 32;

    private static final double SECOND_NANOS = 1e9;

    private final NanoClock clock;
    private final Milestone reserved = new Milestone();
    private long block = MIN_BLOCK;
    private long used;
    private long usedAtRaise;
    private long raisedNanos;

    SequenceCeiling(NanoClock clock) {
        this.clock = clock;
    }

    /** Sequences below may be used. Any thread. */
    long get() {
        return reserved.get();
    }

    void used(long sequence) {
        if (sequence > used) {
            used = sequence;
        }
    }

    boolean isLow() {
        return reserved.get() - 1 - used < block / 2;
    }

    /** The ceiling that the next checkpoint should hold. */
    long next() {
        return isLow() ? raise(used) : reserved.get();
    }

    /** A new ceiling above {@code lastUsed}, to be {@link #reserved} once a checkpoint holds it durably. */
    long raise(long lastUsed) {
        used(lastUsed);
        long now = clock.nanoTime();
        if (reserved.get() > 0) {
            double seconds = Math.max(1e-3, (now - raisedNanos) / SECOND_NANOS);
            double perSecond = (used - usedAtRaise) / seconds;
            block = (long) Math.min(MAX_BLOCK, Math.max(MIN_BLOCK, perSecond * 2));
        }
        usedAtRaise = used;
        raisedNanos = now;
        return Math.max(reserved.get(), Math.min(used + 1 + block, LAST_SEQUENCE + 1));
    }

    void reserved(long ceiling) {
        reserved.set(ceiling);
    }
}
