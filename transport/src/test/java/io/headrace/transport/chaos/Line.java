package io.headrace.transport.chaos;

import java.util.concurrent.TimeUnit;

/**
 * What a line is like when nothing is wrong with it.
 *
 * @param delayNanos each way
 * @param bytesPerSecond each way; 0 for no limit
 */
record Line(long delayNanos, long bytesPerSecond) {
    /** Neither slow nor far. */
    static final Line SHORT = new Line(0, 0);

    static Line of(long delayMillis, long bytesPerSecond) {
        return new Line(TimeUnit.MILLISECONDS.toNanos(delayMillis), bytesPerSecond);
    }

    /** What may be under way and queue before it: four times what the line itself holds. */
    long mostWaiting() {
        return 4 * (bytesPerSecond * delayNanos / TimeUnit.SECONDS.toNanos(1));
    }
}
