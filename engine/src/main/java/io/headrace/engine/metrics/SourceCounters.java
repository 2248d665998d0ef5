package io.headrace.engine.metrics;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The counters of a source under Flume's names. Batches are what a source puts at once: a frame here. Safe for any
 * thread.
 */
public final class SourceCounters {
    private final Counter eventsReceived;
    private final Counter eventsAccepted;
    private final Counter appendsReceived;
    private final Counter appendsAccepted;
    private final Counter batchesReceived;
    private final Counter batchesAccepted;
    private final Counter readFailures;
    private final Counter channelWriteFailures;
    private final Counter processingFailures;
    private final AtomicLong openConnections = new AtomicLong();

    public SourceCounters(MetricGroup group) {
        eventsReceived = group.counter("EventReceivedCount");
        eventsAccepted = group.counter("EventAcceptedCount");
        appendsReceived = group.counter("AppendReceivedCount");
        appendsAccepted = group.counter("AppendAcceptedCount");
        batchesReceived = group.counter("AppendBatchReceivedCount");
        batchesAccepted = group.counter("AppendBatchAcceptedCount");
        readFailures = group.counter("EventReadFail");
        channelWriteFailures = group.counter("ChannelWriteFail");
        processingFailures = group.counter("GenericProcessingFail");
        group.gauge("OpenConnectionCount", openConnections::get);
    }

    /** A batch of events came in; called once for it, also when the channel has no room at first. */
    public void batchReceived(int events) {
        batchesReceived.increment();
        eventsReceived.add(events);
    }

    /** The channels took a batch. */
    public void batchAccepted(int events) {
        batchesAccepted.increment();
        eventsAccepted.add(events);
    }

    /** A single event came in by itself. */
    public void appendReceived() {
        appendsReceived.increment();
        eventsReceived.increment();
    }

    /** The channels took a single event. */
    public void appendAccepted() {
        appendsAccepted.increment();
        eventsAccepted.increment();
    }

    /** What came in could not be read. */
    public void readFailed() {
        readFailures.increment();
    }

    /** The channels refused a batch. */
    public void channelWriteFailed() {
        channelWriteFailures.increment();
    }

    /** Something else went wrong. */
    public void processingFailed() {
        processingFailures.increment();
    }

    public void connectionOpened() {
        openConnections.incrementAndGet();
    }

    public void connectionClosed() {
        openConnections.decrementAndGet();
    }
}
