package io.headrace.transport.link;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.SinkCounters;
import io.headrace.engine.metrics.Timing;

/** Counters and times of a sink {@code link}: Flume's, and those of the link. */
public final class LinkSenderMetrics implements LinkSenderCounts {
    private final SinkCounters sink;
    private final Counter framesSent;
    private final Counter framesAcked;
    private final Counter framesRedelivered;
    private final Counter framesKept;
    private final Counter bytesSent;
    private final Counter bytesFromLog;
    private final Counter framesCompressed;
    private final Counter framesInflated;
    private final Counter acks;
    private final Counter rejects;
    private final Counter creditStalls;
    private final Timing ack;

    public LinkSenderMetrics(MetricGroup group) {
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

    @Override
    public void connectionCreated() {
        sink.connectionCreated();
    }

    @Override
    public void connectionFailed() {
        sink.connectionFailed();
    }

    @Override
    public void connectionClosed() {
        sink.connectionClosed();
    }

    @Override
    public void foundNothing() {
        sink.batchEmpty();
    }

    @Override
    public void leased(int events, int most) {
        sink.batchBegun(events, most);
    }

    @Override
    public void delivered(int events) {
        sink.batchDelivered(events);
    }

    @Override
    public void frameSent(int bytes, boolean again) {
        if (again) {
            framesRedelivered.increment();
        }
        framesSent.increment();
        bytesSent.add(bytes);
    }

    @Override
    public void frameKept() {
        framesKept.increment();
    }

    @Override
    public void frameMade(boolean inflated) {
        (inflated ? framesInflated : framesCompressed).increment();
    }

    @Override
    public void sentFromLog(long bytes) {
        bytesFromLog.add(bytes);
    }

    @Override
    public void ackReceived() {
        acks.increment();
    }

    @Override
    public void framesAcknowledged(long frames) {
        framesAcked.add(frames);
    }

    @Override
    public void acknowledgedAfter(long micros) {
        ack.recordMicros(micros);
    }

    @Override
    public void rejected() {
        rejects.increment();
    }

    @Override
    public void creditGone() {
        creditStalls.increment();
    }
}
