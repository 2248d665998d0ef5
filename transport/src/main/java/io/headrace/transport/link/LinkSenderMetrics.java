package io.headrace.transport.link;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.Timing;

/** Counters and times of a sink {@code link}; the first seven are Flume's. */
final class LinkSenderMetrics {
    final Counter connectionsCreated;
    final Counter connectionsClosed;
    final Counter connectionsFailed;
    final Counter drainAttempts;
    final Counter drainSuccesses;
    final Counter batchesEmpty;
    final Counter batchesComplete;
    final Counter framesSent;
    final Counter framesAcked;
    final Counter framesRedelivered;
    final Counter framesKept;
    final Counter bytesSent;
    final Counter acks;
    final Counter rejects;
    final Counter creditStalls;
    final Timing ack;

    LinkSenderMetrics(MetricGroup group) {
        connectionsCreated = group.counter("ConnectionCreatedCount");
        connectionsClosed = group.counter("ConnectionClosedCount");
        connectionsFailed = group.counter("ConnectionFailedCount");
        drainAttempts = group.counter("EventDrainAttemptCount");
        drainSuccesses = group.counter("EventDrainSuccessCount");
        batchesEmpty = group.counter("BatchEmptyCount");
        batchesComplete = group.counter("BatchCompleteCount");
        framesSent = group.counter("FrameSentCount");
        framesAcked = group.counter("FrameAckedCount");
        framesRedelivered = group.counter("FrameRedeliveredCount");
        framesKept = group.counter("FrameKeptCount");
        bytesSent = group.counter("ByteSentCount");
        acks = group.counter("AckReceivedCount");
        rejects = group.counter("RejectReceivedCount");
        creditStalls = group.counter("CreditStallCount");
        ack = group.timing("ack");
    }
}
