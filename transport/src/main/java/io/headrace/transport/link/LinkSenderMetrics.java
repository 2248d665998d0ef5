package io.headrace.transport.link;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.SinkCounters;
import io.headrace.engine.metrics.Timing;

/** Counters and times of a sink {@code link}: Flume's, and those of the link. */
final class LinkSenderMetrics {
    final SinkCounters sink;
    final Counter framesSent;
    final Counter framesAcked;
    final Counter framesRedelivered;
    final Counter framesKept;
    final Counter bytesSent;
    final Counter bytesFromLog;
    final Counter framesCompressed;
    final Counter framesInflated;
    final Counter acks;
    final Counter rejects;
    final Counter creditStalls;
    final Timing ack;

    LinkSenderMetrics(MetricGroup group) {
        sink = new SinkCounters(group);
        framesSent = group.counter("FrameSentCount");
        framesAcked = group.counter("FrameAckedCount");
        framesRedelivered = group.counter("FrameRedeliveredCount");
        framesKept = group.counter("FrameKeptCount");
        bytesSent = group.counter("ByteSentCount");
        bytesFromLog = group.counter("ByteSentFromLogCount");
        framesCompressed = group.counter("FrameCompressedCount");
        framesInflated = group.counter("FrameInflatedCount");
        acks = group.counter("AckReceivedCount");
        rejects = group.counter("RejectReceivedCount");
        creditStalls = group.counter("CreditStallCount");
        ack = group.timing("ack");
        group.doubleGauge("FramesPerAck", () -> (double) framesAcked.get() / Math.max(1, acks.get()));
    }
}
