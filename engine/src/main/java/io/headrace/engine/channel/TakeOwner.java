package io.headrace.engine.channel;

import io.headrace.frame.Frame;

/** The cursor that a {@link TakeSide} takes for: the sinks' of a channel, or one with its own place in the log. */
interface TakeOwner {
    /** Everything up to here is committed on this cursor. */
    long lowWater();

    /** Whether this consumer gets anything. */
    boolean serves(ConsumerImpl consumer);

    /** Whether somebody takes, so that it is worth reading ahead. */
    boolean isUsed();

    /** Whether everybody who takes here sends large frames straight from the log. */
    boolean leavesInFile();

    /** Events were leased to this consumer. */
    void leased(ConsumerImpl consumer, int events);

    /** A frame from the log is being leased. */
    void leasing(Frame frame);

    /** No frame has these sequences. */
    void holePassed(long from, long to);

    /** INPUT and MARK frames, which nobody leases, were passed over. */
    void controlsPassed(long[] sequences);

    /**
     * Takes over a commit, under the take side's lock; the caller wakes the journal.
     *
     * @return the token's version
     */
    long committed(LeaseRoom lease, byte[] token);

    /** A committed lease gave its memory back. */
    void released(Lease lease, long memoryEvents, long memoryBytes);

    void wakeConsumers();

    void wakeReader();

    /** The reader cannot go on. */
    void readingFailed(Throwable cause);
}
