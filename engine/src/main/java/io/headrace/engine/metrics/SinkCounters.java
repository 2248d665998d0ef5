package io.headrace.engine.metrics;

/** The counters of a sink under Flume's names. Batches are leases here. Safe for any thread. */
public final class SinkCounters {
    private final Counter connectionsCreated;
    private final Counter connectionsClosed;
    private final Counter connectionsFailed;
    private final Counter batchesEmpty;
    private final Counter batchesUnderflow;
    private final Counter batchesComplete;
    private final Counter drainAttempts;
    private final Counter drainSuccesses;
    private final Counter writeFailures;
    private final Counter channelReadFailures;

    public SinkCounters(MetricGroup group) {
        connectionsCreated = group.counter("ConnectionCreatedCount");
        connectionsClosed = group.counter("ConnectionClosedCount");
        connectionsFailed = group.counter("ConnectionFailedCount");
        batchesEmpty = group.counter("BatchEmptyCount");
        batchesUnderflow = group.counter("BatchUnderflowCount");
        batchesComplete = group.counter("BatchCompleteCount");
        drainAttempts = group.counter("EventDrainAttemptCount");
        drainSuccesses = group.counter("EventDrainSuccessCount");
        writeFailures = group.counter("EventWriteFail");
        channelReadFailures = group.counter("ChannelReadFail");
    }

    /** Nothing was there to be taken; counted when the channel runs empty, not for every look. */
    public void batchEmpty() {
        batchesEmpty.increment();
    }

    /** A batch is about to be delivered. */
    public void batchBegun(int events, int most) {
        if (events < most) {
            batchesUnderflow.increment();
        } else {
            batchesComplete.increment();
        }
        drainAttempts.add(events);
    }

    /** A batch is delivered and committed. */
    public void batchDelivered(int events) {
        drainSuccesses.add(events);
    }

    /** A batch could not be delivered. */
    public void writeFailed() {
        writeFailures.increment();
    }

    /** The channel could not be read. */
    public void channelReadFailed() {
        channelReadFailures.increment();
    }

    public void connectionCreated() {
        connectionsCreated.increment();
    }

    public void connectionClosed() {
        connectionsClosed.increment();
    }

    public void connectionFailed() {
        connectionsFailed.increment();
    }
}
