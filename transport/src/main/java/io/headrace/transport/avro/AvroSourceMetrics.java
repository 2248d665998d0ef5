package io.headrace.transport.avro;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.SourceCounters;

/** Counters of a source {@code avro}: Flume's, and those of its connections. */
final class AvroSourceMetrics {
    final SourceCounters source;
    final Counter connectionsCreated;
    final Counter connectionsClosed;
    final Counter bytesReceived;
    final Counter requestsParked;
    final Counter requestsFailed;

    AvroSourceMetrics(MetricGroup group) {
        source = new SourceCounters(group);
        connectionsCreated = group.counter("ConnectionCreatedCount");
        connectionsClosed = group.counter("ConnectionClosedCount");
        bytesReceived = group.counter("ByteReceivedCount");
        requestsParked = group.counter("RequestParkedCount");
        requestsFailed = group.counter("RequestFailedCount");
    }
}
