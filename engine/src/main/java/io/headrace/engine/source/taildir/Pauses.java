package io.headrace.engine.source.taildir;

import java.util.concurrent.TimeUnit;

/**
 * When a file is to be looked at next: at once while it grows, then after pauses that grow, later for one that grew often
 * until then. Owned by the source's thread.
 */
final class Pauses {
    /** What a look that finds something is worth in looks that find nothing before pauses grow: a stall is not made longer. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(8);

    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int RESTING_LOOKS = 50;
    private static final long MOST_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private long checkAtNanos;
    private int idleLooks;
    private long patienceNanos;

    /** @param nowNanos when to look at it first */
    Pauses(long nowNanos) {
        checkAtNanos = nowNanos;
    }

    boolean isDue(long nowNanos) {
        return checkAtNanos - nowNanos <= 0;
    }

    /** When it is to be looked at next. */
    long checkAtNanos() {
        return checkAtNanos;
    }

    /** Whether it was looked at in vain so often that pauses are long. */
    boolean isResting() {
        return idleLooks >= RESTING_LOOKS;
    }

    /** Looks again at once: there is more. */
    void busy(long nowNanos) {
        idleLooks = 0;
        patienceNanos = Math.min(MOST_PATIENCE_NANOS, patienceNanos + PATIENCE_NANOS);
        checkAtNanos = nowNanos;
    }

    /** It grew and was read to its end: looks again soon; at once there would be next to nothing. */
    void grew(long nowNanos) {
        busy(nowNanos);
        checkAtNanos = nowNanos + SOON_NANOS;
    }

    /** Looks again after a pause that grows, later for a file that grew often until now. */
    void pause(long nowNanos, long incrementNanos, long longestNanos) {
        if (patienceNanos >= incrementNanos && incrementNanos <= longestNanos) {
            patienceNanos -= incrementNanos;
            checkAtNanos = nowNanos + incrementNanos;
            return;
        }
        idleLooks = Math.min(idleLooks + 1, 1_000_000);
        checkAtNanos = nowNanos + Math.min(longestNanos, incrementNanos * idleLooks);
    }
}
