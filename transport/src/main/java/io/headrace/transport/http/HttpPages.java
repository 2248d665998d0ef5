package io.headrace.transport.http;

/** What the HTTP endpoint shows; called on a thread that may block for a moment. */
public interface HttpPages {
    /** Flume's JSON: an object of groups, each an object of strings. */
    String metrics();

    /** Groups with names, counters as numbers and times. */
    String nestedMetrics();

    /** Which of the two a request gets that does not say. */
    default boolean isNestedByDefault() {
        return false;
    }

    /** Prometheus' text format, version 0.0.4. */
    String prometheus();

    /**
     * The agent's state at one moment.
     *
     * @param healthy whether all is well
     * @param json the state, whatever it is
     */
    record HealthPage(boolean healthy, String json) {}

    /** The agent's state. */
    HealthPage health();

    /** Name of the agent. */
    String agentName();
}
