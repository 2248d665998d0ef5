package io.headrace.engine.spi;

import io.headrace.engine.channel.Lease;

/**
 * A sink of one method: the engine leases, commits when the method returns, rolls back and backs off when it throws. It
 * counts batches and drained events, too; the sink counts only its connections.
 */
public interface BatchSink extends Sink {
    /** Most events of one lease. */
    int maxBatchEvents();

    /** Most bytes of one lease. */
    default long maxBatchBytes() {
        return 4L * 1024 * 1024;
    }

    /**
     * Delivers the frames of a lease, which stays the engine's: neither commit nor roll it back.
     *
     * @return the sink's new token for the commit, or null when it keeps none
     */
    byte[] deliver(Lease lease) throws Exception;

    /** Called while nothing is to be leased, on the same thread, at least every 100 ms: rolls by time, idle closes. */
    default void idle() throws Exception {}
}
