package io.headrace.tools.quickstart;

import java.util.Map;

/** Microseconds from sending a frame to its acknowledgement by the collector, -1 where the agent didn't say. */
record AckLatency(long p50Micros, long p99Micros, long p999Micros) {
    static final AckLatency UNKNOWN = new AckLatency(-1, -1, -1);
    private static final String SINK = "SINK.forward/";

    /** Takes it from the metrics of the agent's link sink. */
    static AckLatency of(Map<String, String> metrics) {
        return new AckLatency(
                micros(metrics, "ack.p50Micros"), micros(metrics, "ack.p99Micros"), micros(metrics, "ack.p999Micros"));
    }

    private static long micros(Map<String, String> metrics, String name) {
        String value = metrics.get(SINK + name);
        return value == null ? -1 : Math.round(Double.parseDouble(value));
    }
}
