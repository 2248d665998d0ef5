package io.headrace.transport.link;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.SourceCounters;
import io.headrace.engine.metrics.Timing;

/** Counters and times of a source {@code link}: Flume's, a batch of which is a frame, and those of the link. */
public final class LinkReceiverMetrics {
    final Counter connectionsCreated;
    final Counter connectionsClosed;
    final Counter connectionsFenced;
    final SourceCounters source;
    final Counter framesReceived;
    final Counter framesDuplicate;
    final Counter framesParked;
    final Counter bytesReceived;
    final Counter bytesCopied;
    final Counter acksSent;
    final Counter framesAcked;
    final Counter rejectsSent;
    final Counter clockSkews;
    final Timing endToEnd;

    /** @param group of the source; one object serves all of its streams */
    public LinkReceiverMetrics(MetricGroup group) {
        connectionsCreated = group.counter("ConnectionCreatedCount");
        connectionsClosed = group.counter("ConnectionClosedCount");
        connectionsFenced = group.counter("ConnectionFencedCount");
        source = new SourceCounters(group);
        framesReceived = group.counter("FrameReceivedCount");
        framesDuplicate = group.counter("FrameDuplicateCount");
        framesParked = group.counter("FrameParkedCount");
        bytesReceived = group.counter("ByteReceivedCount");
        bytesCopied = group.counter("ByteCopiedCount");
        acksSent = group.counter("AckSentCount");
        framesAcked = group.counter("FrameAckedCount");
        rejectsSent = group.counter("RejectSentCount");
        clockSkews = group.counter("ClockSkewCount");
        endToEnd = group.timing("endToEnd");
        group.doubleGauge("FramesPerAck", () -> (double) framesAcked.get() / Math.max(1, acksSent.get()));
    }
}
