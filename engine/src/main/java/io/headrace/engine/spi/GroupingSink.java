package io.headrace.engine.spi;

import io.headrace.engine.channel.Lease;

/**
 * A sink that delivers in two steps, of which the second, a sync, costs about the same for one lease as for many. The
 * engine writes leases as long as there are more, syncs once, and commits them in order, each with its own token. While
 * nothing waits each lease is a group of its own.
 */
public interface GroupingSink extends BatchSink {
    /**
     * Writes the events of a lease, as {@link #deliver} does, but for what {@link #sync} does. When it throws, or the sync
     * does, all leases of the group are rolled back: the next one begins a group, and takes back first what was not committed.
     *
     * @param first whether it begins a group; all before it were committed, or rolled back
     * @return the token for its commit; null when the sink keeps none
     * @throws Exception when nothing of the group was delivered; the message is shown by health
     */
    byte[] write(Lease lease, boolean first) throws Exception;

    /** Makes durable what was written; ends the group, whose leases are committed then. */
    void sync() throws Exception;

    /** Most bytes of a group, frame headers and tokens included; a lease is added while the group has less. */
    long maxGroupBytes();

    @Override
    default byte[] deliver(Lease lease) throws Exception {
        byte[] token = write(lease, true);
        sync();
        return token;
    }
}
