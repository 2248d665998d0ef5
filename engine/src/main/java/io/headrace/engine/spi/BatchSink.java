package io.headrace.engine.spi;

import io.headrace.engine.channel.Lease;

/**
 * A sink of one method: the engine leases, commits when the method returns, rolls back and backs off when it throws. It
 * counts batches and drained events, too; the sink counts only its connections.
 */
public interface BatchSink extends Sink {
    /** Most events of one lease; asked before each. A lease is whole frames, at least one, and may so have more. */
    int maxBatchEvents();

    /** Most bytes of one lease, frame headers included; asked before each, and at least one frame comes anyway. */
    default long maxBatchBytes() {
        return 4L * 1024 * 1024;
    }

    /**
     * Delivers the frames of a lease, which stays the engine's: neither commit nor roll it back, and retain a frame that
     * is to outlive the call. Returns when the events are where they belong, synced where that has a meaning: they are
     * committed then and may be forgotten by everybody. What throws is rolled back and comes again, in the same order,
     * after a pause that grows from 0.1 to 30 s; take back what was written in part, or it is there twice. An {@link
     * Error} ends the sink, which is then made anew.
     *
     * @return the sink's new token for the commit, from which {@link
     *     io.headrace.engine.channel.ChannelConsumer#recoveredToken()} lets the next life go on; null when it keeps none
     * @throws Exception when nothing was delivered; the message is shown by health
     */
    byte[] deliver(Lease lease) throws Exception;

    /**
     * Called while nothing is to be leased, on the thread of {@link #deliver}, at least every 100 ms: to close what is idle
     * or due. What it throws ends the sink, which is then made anew.
     */
    default void idle() throws Exception {}
}
