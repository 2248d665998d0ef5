package io.headrace.engine.channel;

import io.headrace.wal.FrameSupply;
import io.headrace.wal.StreamId;

/**
 * One sink's way into a channel. Sinks of a channel compete for frames. Owned by one thread at a time.
 */
public interface ChannelConsumer extends FrameSupply {
    /** The sink's name. */
    String name();

    /** Place of this sink among the sinks of the channel, in order of configuration; the same after a restart. */
    @Override
    int ordinal();

    @Override
    StreamId streamId();

    /**
     * Everything up to here is committed, by whichever sink, and will not come again to this one: beside a sink that goes
     * back to its token after a crash, only what a checkpoint holds.
     */
    @Override
    long lowWater();

    /**
     * Leases whole frames, at least one, until {@code maxEvents} or {@code maxBytes} would be passed; rolled-back frames
     * first, then in order of sequence. Never waits.
     *
     * @return the lease, or null when nothing is acknowledged and free to be leased
     */
    @Override
    Lease tryLease(int maxEvents, long maxBytes);

    /**
     * As {@link #tryLease(int, long)}, in a lease that the sink had of this consumer and has ended, so that none has to be
     * made. It is the new lease from then on, for whoever still refers to it, too: only for who showed it to nobody else.
     *
     * @param ended as it was when null is returned; null, or that of another consumer, for a new one
     * @throws IllegalStateException when it was not ended by the sink
     */
    default Lease tryLease(int maxEvents, long maxBytes, Lease ended) {
        return tryLease(maxEvents, maxBytes);
    }

    /**
     * Whether this sink sends large frames straight from where they stand in the log. Where all sinks of a cursor do, the
     * reader leaves them there, unverified, with {@link io.headrace.frame.Frame#file()} set: the sink sees to it that
     * somebody verifies them (R18). Not so at first. A frame that was read either way may still come.
     */
    @Override
    default void leaveInFile(boolean leave) {}

    /** Called by a channel's thread when a lease may succeed again; must only set a flag or wake somebody. */
    void setListener(Runnable listener);

    /**
     * Where the sink goes on: the token that was saved or committed last while the channel is open, otherwise the one
     * that was checkpointed last before it was opened, or null. A sink that is started anew on an open channel must not
     * go back to what only a crash would go back to.
     */
    byte[] recoveredToken();

    /** Whether tokens are durable here: false for a channel without a log. */
    boolean keepsTokens();

    /**
     * Replaces the sink's token without a commit.
     *
     * @return a version to compare with {@link #checkpointedTokenVersion()}
     */
    long saveToken(byte[] token);

    /** The version of the newest token that a durable checkpoint holds. */
    long checkpointedTokenVersion();

    /** Whether the channel has failed, so that there will be no checkpoint any more; nobody need wait for one. */
    default boolean isFailed() {
        return false;
    }
}
