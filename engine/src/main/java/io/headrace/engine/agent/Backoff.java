package io.headrace.engine.agent;

import java.util.concurrent.TimeUnit;

/** Pauses that double from 100 ms to 30 s; after a good while without a failure they begin again. Owned by one thread. */
final class Backoff {
    static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long GOOD_WHILE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int MOST_DOUBLINGS = 9;

    private int failures;

    /** Failures in a row. */
    int failures() {
        return failures;
    }

    /**
     * Counts a failure.
     *
     * @param workedNanos how long it worked before
     * @return the pause before the next try
     */
    long failed(long workedNanos) {
        if (isGoodWhile(workedNanos)) {
            failures = 0;
        }
        long pause = Math.min(LONGEST_NANOS, FIRST_NANOS << Math.min(MOST_DOUBLINGS, failures));
        failures++;
        return pause;
    }

    static boolean isGoodWhile(long workedNanos) {
        return workedNanos >= GOOD_WHILE_NANOS;
    }

    void reset() {
        failures = 0;
    }
}
