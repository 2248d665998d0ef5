package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLease;

/**
 * Frames handed to a sink, ended exactly once by commit or rollback. The lease holds the references: a frame that is to
 * outlive it is retained. May be ended by another thread than the one that leased.
 */
public interface Lease extends FrameLease {
    /** Number of frames, at least 1. */
    @Override
    int size();

    /** A frame, borrowed. */
    @Override
    Frame frame(int index);

    /** The frame's sequence in the channel; ascending within a lease except after rollbacks. */
    @Override
    long sequence(int index);

    /** Events in all frames. */
    @Override
    int events();

    /** Bytes of all frames, headers and payload. */
    long bytes();

    /**
     * Says that the first {@code frames} of this lease have left for their receiver, which may have them from now on, also
     * when the lease is rolled back. A group of sinks counts by it what another sink then sends again; where nothing is said,
     * not even 0, all of a lease counts as sent.
     */
    @Override
    default void sent(int frames) {}

    /**
     * The frames are delivered; low-water mark, checkpoint and ledger follow. Without effect when the channel failed or
     * stopped meanwhile.
     *
     * @throws IllegalStateException when the lease was rolled back together with an earlier one, or ended before
     */
    @Override
    void commit();

    /**
     * As {@link #commit()}, with the sink's new token, which a checkpoint holds together with the commit (R8).
     *
     * @return the token's version, see {@link ChannelConsumer#checkpointedTokenVersion()}
     */
    long commit(byte[] token);

    /**
     * The frames go back and are leased first of all, and with them those of later open leases of the same consumer, so
     * that its order holds. Each of those is still ended by its holder, by {@code rollback}.
     *
     * @throws IllegalStateException when the lease was ended before
     */
    @Override
    void rollback();
}
