package io.headrace.tools.quickstart;

import java.util.Map;

/**
 * Times from sending a frame to its acknowledgement by the collector, -1 where the agent didn't say.
 *
 * @param count how many acknowledgements it is of
 */
record AckLatency(long count, long p50Micros, long p99Micros, long p999Micros) {
    static final AckLatency UNKNOWN = new AckLatency(0, -1, -1, -1);
    private static final String SINK = "SINK.forward/";

    /** Takes it from the metrics of the agent's link sink. */
    static AckLatency of(Map<String, String> metrics) {
        long count = number(metrics, "ack.count");
        if (count <= 0) {
            return UNKNOWN;
        }
        return new AckLatency(
                count,
                number(metrics, "ack.p50Micros"),
                number(metrics, "ack.p99Micros"),
                number(metrics, "ack.p999Micros"));
    }

    /** Of two lives of an agent, the one that says more. */
    AckLatency orBetter(AckLatency other) {
        return other.count > count ? other : this;
    }

    private static long number(Map<String, String> metrics, String name) {
        String value = metrics.get(SINK + name);
        return value == null ? -1 : Math.round(Double.parseDouble(value));
    }
}
