package io.headrace.tools.bench;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/** Counts what comes out and takes its latency. One thread counts, one other reads. */
final class Arrivals {
    /** Longest latency that is told apart, in nanoseconds. */
    static final long HIGHEST_NANOS = 3_600_000_000_000L;

    static final int DIGITS = 3;

    private final SingleWriterRecorder latencies = new SingleWriterRecorder(HIGHEST_NANOS, DIGITS);
    private volatile long lastNanos;
    private volatile long events;

    /** A frame came out. */
    void frame(long dueNanos, long nowNanos) {
        latencies.recordValue(Math.max(0, Math.min(HIGHEST_NANOS, nowNanos - dueNanos)));
    }

    /** So many events came out with the frames before. */
    void events(long more, long nowNanos) {
        lastNanos = nowNanos;
        events += more;
    }

    /** Events so far. */
    long events() {
        return events;
    }

    /** When the last one came, as {@link System#nanoTime()}. */
    long lastNanos() {
        return lastNanos;
    }

    /** The latencies since the last call. */
    Histogram takeLatencies(Histogram recycled) {
        return latencies.getIntervalHistogram(recycled);
    }
}
