package io.headrace.tools.bench;

import org.HdrHistogram.Histogram;

/** Follows a workload. Called by the thread that runs it; must not wait for long. */
public interface WorkloadListener {
    /** Wants to know nothing. */
    WorkloadListener NONE = progress -> {};

    /** Called about every 50 ms, while it warms up, too. */
    void progress(WorkloadProgress progress);

    /**
     * A window has ended.
     *
     * @param latencies of its frames in nanoseconds, to be copied if they are to be kept
     */
    default void window(Window window, Histogram latencies) {}
}
