package io.headrace.transport.link;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How long to wait before dialling again: each time twice as long up to a longest pause, less up to half of it by chance, so
 * that agents that lost the same collector do not come back in step. Owned by one thread.
 */
public final class Backoff {
    private static final int MOST_DOUBLINGS = 16;

    private final long firstMillis;
    private final long longestMillis;
    private final LongSupplier random;
    private int failures;

    public Backoff(long firstMillis, long longestMillis, LongSupplier random) {
        this.firstMillis = firstMillis;
        this.longestMillis = longestMillis;
        this.random = random;
    }

    /** Something went well: the next pause is the shortest again. */
    public void startOver() {
        failures = 0;
    }

    /** Something failed whose pause was another: the next one is longer. */
    public void failed() {
        failures++;
    }

    /** The pause after a failure now, in nanoseconds. */
    public long nextNanos() {
        long millis = Math.min(longestMillis, firstMillis << Math.min(failures, MOST_DOUBLINGS));
        long jitter = Long.remainderUnsigned(random.getAsLong(), millis / 2 + 1);
        failures++;
        return TimeUnit.MILLISECONDS.toNanos(millis - jitter);
    }
}
