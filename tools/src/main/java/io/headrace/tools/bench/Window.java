package io.headrace.tools.bench;

/**
 * A part of a measurement. The last one may be shorter than the others; it ends with the last event.
 *
 * @param startMillis when it began, since the epoch
 * @param nanos how long it was
 * @param events that came out in it
 * @param cpuNanos processor time of the whole process
 * @param frames whose latency was taken
 * @param p50Nanos latency of a frame; 0 where none came out
 */
public record Window(
        long startMillis,
        long nanos,
        long events,
        long cpuNanos,
        long frames,
        long p50Nanos,
        long p90Nanos,
        long p99Nanos,
        long p999Nanos,
        long maxNanos) {
    public double eventsPerSecond() {
        return nanos == 0 ? 0 : events * 1e9 / nanos;
    }
}
