package io.headrace.benchmarks.suites;

/** How the report shows a suite. */
public enum Plot {
    /** A bar for each contestant. */
    BARS,
    /** A curve for each contestant over the axis. */
    SCALING,
    /** A curve for each contestant over percentiles. */
    LATENCY
}
