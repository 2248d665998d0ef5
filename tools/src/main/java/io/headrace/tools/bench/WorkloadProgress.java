package io.headrace.tools.bench;

/**
 * Where a workload is.
 *
 * @param warmingUp whether nothing counts yet
 * @param fraction done of what was asked for, 0 to 1
 * @param events done since the beginning of warm-up or measurement
 * @param eventsPerSecond during the last half second or so
 * @param p50Nanos latency of the frames of the current window; 0 before the first
 * @param p99Nanos the same
 * @param backlog events that were put and have not come out
 */
public record WorkloadProgress(
        boolean warmingUp,
        double fraction,
        long events,
        double eventsPerSecond,
        long p50Nanos,
        long p99Nanos,
        long backlog) {}
