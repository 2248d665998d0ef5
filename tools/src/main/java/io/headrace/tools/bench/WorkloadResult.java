package io.headrace.tools.bench;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a workload did. Figures are of the measurement, without the warm-up; {@code verified} and {@code faults} are of both.
 *
 * @param settings as given
 * @param startMillis when the measurement began, since the epoch
 * @param events that came out, all that were put
 * @param frames that they came in
 * @param bytes of the events' bodies
 * @param frameBytes of the frames as they stand in a log or on a line, headers and padding included
 * @param nanos from the first event's build to the last one's arrival
 * @param cpuNanos processor time of the whole process meanwhile
 * @param latency of the frames in nanoseconds: from when the frame was due ({@code rate}), or its building began, until it
 *     came out: was taken by the last sink and verified; for WAL until it was acknowledged by {@code sync}. Not to be changed
 * @param windows parts of it, one after the other
 * @param behind events that were due and not even built when the time was over: not 0 means that the rate was not kept
 * @param stopped whether it was told to stop before its end
 * @param counters further figures by name, of the whole life of the workload
 * @param verified what was verified, and held, one text each
 * @param faults what was verified, and did not hold: loss, duplicates, damage, disorder; empty for a sound run
 */
public record WorkloadResult(
        BenchSettings settings,
        long startMillis,
        long events,
        long frames,
        long bytes,
        long frameBytes,
        long nanos,
        long cpuNanos,
        Histogram latency,
        List<Window> windows,
        long behind,
        boolean stopped,
        Map<String, Long> counters,
        List<String> verified,
        List<String> faults) {
    private static final double NANOS = 1e9;
    private static final double MILLION = 1e6;

    public WorkloadResult {
        windows = List.copyOf(windows);
        verified = List.copyOf(verified);
        faults = List.copyOf(faults);
    }

    /** Whether all that went in came out, once, in order, unchanged. */
    public boolean sound() {
        return faults.isEmpty();
    }

    public double seconds() {
        return nanos / NANOS;
    }

    public double eventsPerSecond() {
        return nanos == 0 ? 0 : events * NANOS / nanos;
    }

    /** Of bodies, a million bytes each. */
    public double megabytesPerSecond() {
        return nanos == 0 ? 0 : bytes * NANOS / nanos / MILLION;
    }

    /** Processor seconds that a million events cost, building and verifying included. */
    public double cpuSecondsPerMillion() {
        return events == 0 ? 0 : cpuNanos / NANOS * MILLION / events;
    }

    /** A percentile of {@link #latency}, in microseconds; 0 where there is none. */
    public double latencyMicros(double percentile) {
        return latency.getTotalCount() == 0 ? 0 : latency.getValueAtPercentile(percentile) / 1e3;
    }
}
