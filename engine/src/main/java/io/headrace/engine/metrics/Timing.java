package io.headrace.engine.metrics;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * Durations in microseconds, from 1 µs to one hour. Recorded by any thread for a few instructions under a lock that is
 * rarely contended (once a frame or group, never once an event).
 */
public final class Timing {
    private static final long HIGHEST_MICROS = 3_600_000_000L;

    private final SingleWriterRecorder recorder = new SingleWriterRecorder(HIGHEST_MICROS, 3);
    private final Histogram total = new Histogram(HIGHEST_MICROS, 3);
    private Histogram interval;

    /** Records a duration; below zero counts as 0, above one hour as one hour. */
    public synchronized void recordMicros(long micros) {
        recorder.recordValue(Math.max(0, Math.min(HIGHEST_MICROS, micros)));
    }

    /** Records a duration {@code count} times: for all events of a frame. */
    public synchronized void recordMicros(long micros, long count) {
        recorder.recordValueWithCount(Math.max(0, Math.min(HIGHEST_MICROS, micros)), count);
    }

    /** A copy of everything recorded so far. */
    public synchronized Histogram snapshot() {
        interval = recorder.getIntervalHistogram(interval);
        total.add(interval);
        return total.copy();
    }
}
