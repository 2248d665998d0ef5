package io.headrace.transport.link;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.Timing;

/** Counters and times of a source {@code link}; Flume's names where Flume has one. */
final class LinkReceiverMetrics {
    final Counter connectionsCreated;
    final Counter connectionsClosed;
    final Counter connectionsFenced;
    final Counter batchesReceived;
    final Counter batchesAccepted;
    final Counter eventsReceived;
    final Counter eventsAccepted;
    final Counter framesReceived;
    final Counter framesDuplicate;
    final Counter framesParked;
    final Counter bytesReceived;
    final Counter acksSent;
    final Counter framesAcked;
    final Counter rejectsSent;
    final Counter clockSkews;
    final Timing endToEnd;

    LinkReceiverMetrics(MetricGroup group) {
        connectionsCreated = group.counter("ConnectionCreatedCount");
        connectionsClosed = group.counter("ConnectionClosedCount");
        connectionsFenced = group.counter("ConnectionFencedCount");
        batchesReceived = group.counter("AppendBatchReceivedCount");
        batchesAccepted = group.counter("AppendBatchAcceptedCount");
        eventsReceived = group.counter("EventReceivedCount");
        eventsAccepted = group.counter("EventAcceptedCount");
        framesReceived = group.counter("FrameReceivedCount");
        framesDuplicate = group.counter("FrameDuplicateCount");
        framesParked = group.counter("FrameParkedCount");
        bytesReceived = group.counter("ByteReceivedCount");
        acksSent = group.counter("AckSentCount");
        framesAcked = group.counter("FrameAckedCount");
        rejectsSent = group.counter("RejectSentCount");
        clockSkews = group.counter("ClockSkewCount");
        endToEnd = group.timing("endToEnd");
        group.doubleGauge("FramesPerAck", () -> (double) framesAcked.get() / Math.max(1, acksSent.get()));
        // Connections that said HELLO and are not gone.
        group.gauge("OpenConnectionCount", () -> connectionsCreated.get() - connectionsClosed.get());
    }
}
