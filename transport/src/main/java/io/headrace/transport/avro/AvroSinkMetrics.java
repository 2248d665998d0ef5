package io.headrace.transport.avro;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.SinkCounters;
import io.headrace.engine.metrics.Timing;

/** Counters and times of a sink {@code avro}: Flume's, and those of its requests. */
final class AvroSinkMetrics {
    final SinkCounters sink;
    final Counter requestsSent;
    final Counter bytesSent;
    final Timing ack;

    AvroSinkMetrics(MetricGroup group) {
        sink = new SinkCounters(group);
        requestsSent = group.counter("RequestSentCount");
        bytesSent = group.counter("ByteSentCount");
        ack = group.timing("ack");
    }
}
