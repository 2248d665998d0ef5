package io.headrace.wal;

import org.agrona.concurrent.NanoClock;

/**
 * How fast segments are filled ahead of need: a token bucket that the append rate fills twice over, so that filling keeps
 * ahead of the journal without holding up its syncs, and slowly while nothing is appended. Who waits for a segment gets it as
 * fast as the disk can.
 *
 * <p>Owned by the preparer's thread; reads what the journal appended.
 */
final class FillPace {
    /** What is filled at once. */
    static final int CHUNK_BYTES = 256 * 1024;

    /** The same while somebody waits. */
    static final int HURRIED_CHUNK_BYTES = 1024 * 1024;

    private static final long MAX_CREDIT_BYTES = 4L * 1024 * 1024;
    private static final long IDLE_BYTES_PER_SECOND = 64L * 1024 * 1024;
    private static final long SECOND_NANOS = 1_000_000_000;

    private final NanoClock clock;
    private final Milestone appendedBytes;
    private long credit;
    private long creditNanos;
    private long creditAppended;

    FillPace(NanoClock clock, Milestone appendedBytes, long nowNanos) {
        this.clock = clock;
        this.appendedBytes = appendedBytes;
        this.creditNanos = nowNanos;
    }

    /** Takes the credit for a chunk; false when there is not enough yet. */
    boolean mayFill(boolean hurried) {
        long now = clock.nanoTime();
        long appended = appendedBytes.get();
        long elapsed = Math.min(now - creditNanos, SECOND_NANOS);
        credit += 2 * (appended - creditAppended) + IDLE_BYTES_PER_SECOND * elapsed / SECOND_NANOS;
        credit = Math.min(credit, MAX_CREDIT_BYTES);
        creditNanos = now;
        creditAppended = appended;
        if (hurried) {
            credit = 0;
            return true;
        }
        if (credit < CHUNK_BYTES) {
            return false;
        }
        credit -= CHUNK_BYTES;
        return true;
    }
}
