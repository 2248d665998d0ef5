package io.headrace.wal;

import io.headrace.frame.FrameLease;

/** Where who sends frames leases them from: a sink's channel, or what an application has appended. Owned by one thread. */
public interface FrameSupply {
    /** Place of who leases among those that lease from the same stream; the same after a restart. */
    int ordinal();

    /** Names, with a sequence, a frame for ever. */
    StreamId streamId();

    /** Everything up to here is committed and will not come again. */
    long lowWater();

    /**
     * Leases whole frames, at least one, until {@code maxEvents} or {@code maxBytes} would be passed; rolled-back frames
     * first, then in order of sequence. Never waits.
     *
     * @return the lease, or null when there is nothing to lease now
     */
    FrameLease tryLease(int maxEvents, long maxBytes);

    /** Whether frames may be left in their file, unverified, with {@link io.headrace.frame.Frame#file()} set. */
    default void leaveInFile(boolean leave) {}
}
