package io.headrace.transport.http;

import java.util.List;

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

    /** Why the agent is not healthy; empty when it is. */
    List<String> unhealthyReasons();

    /** The agent's state as JSON, whatever it is. */
    String health();

    /** Name of the agent. */
    String agentName();
}
