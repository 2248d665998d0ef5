package io.headrace.frame;

/**
 * Frames handed to somebody who delivers them, ended exactly once by commit or rollback. The lease holds the references: a
 * frame that is to outlive it is retained.
 */
public interface FrameLease {
    /** Number of frames, at least 1. */
    int size();

    /** A frame, borrowed. */
    Frame frame(int index);

    /** The frame's sequence where it comes from; ascending within a lease except after rollbacks. */
    long sequence(int index);

    /** Events in all frames. */
    int events();

    /**
     * Says that the first {@code frames} of this lease have left for their receiver, which may have them from now on, also
     * when the lease is rolled back.
     */
    default void sent(int frames) {}

    /** The frames are delivered. */
    void commit();

    /** The frames go back and are leased first of all. */
    void rollback();
}
