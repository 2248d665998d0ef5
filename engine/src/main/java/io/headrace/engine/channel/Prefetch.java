package io.headrace.engine.channel;

import java.util.ArrayDeque;

/**
 * Frames that the reader took from the log ahead of the sinks, bounded by the bytes that they and the leases made of
 * them pin. Guarded by the take side's lock.
 */
final class Prefetch {
    /** Bytes pinned at most, but always one frame. */
    static final long BOUND_BYTES = ChannelSettings.READ_AHEAD_BYTES;

    /** Entries kept for those that come next, at most. */
    private static final int MOST_SPARE = 4_096;

    private final ArrayDeque<TakenFrame> frames = new ArrayDeque<>();
    private final ArrayDeque<TakenFrame> spare = new ArrayDeque<>();
    private long pinned;
    private long exhausted;
    private boolean resting;

    Prefetch(long exhausted) {
        this.exhausted = exhausted;
    }

    TakenFrame first() {
        return frames.peekFirst();
    }

    /** Takes the first one out, for a copy; what it pins stays counted until {@link #unpin}. */
    void moveFirstTo(TakenFrame entry) {
        TakenFrame first = frames.pollFirst();
        entry.copy(first);
        spare(first);
    }

    /** Lets the first one go, which nobody leases. */
    void dropFirst() {
        TakenFrame first = frames.pollFirst();
        pinned -= first.charge;
        first.frame.release();
        spare(first);
    }

    private void spare(TakenFrame entry) {
        entry.frame = null;
        if (spare.size() < MOST_SPARE) {
            spare.addLast(entry);
        }
    }

    void unpin(long bytes) {
        pinned -= bytes;
    }

    /** Takes over the reference of {@code frame}, which stays the caller's to use for another. */
    void add(TakenFrame frame) {
        TakenFrame entry = spare.pollLast();
        if (entry == null) {
            entry = new TakenFrame();
        }
        entry.copy(frame);
        frames.addLast(entry);
        pinned += frame.charge;
        exhausted = frame.sequence + 1;
    }

    /** Everything in the log below this was read. */
    long exhausted() {
        return exhausted;
    }

    void exhausted(long below) {
        exhausted = Math.max(exhausted, below);
    }

    /**
     * Whether the reader should read: until the bound is reached, and then again when half of it is free or nothing is
     * ready, so that it isn't woken for every lease that ends.
     */
    boolean wantsMore() {
        if (pinned >= BOUND_BYTES) {
            resting = true;
        } else if (frames.isEmpty() || pinned <= BOUND_BYTES / 2) {
            resting = false;
        }
        return !resting;
    }

    boolean hasNews(long takeNext) {
        return !frames.isEmpty() || exhausted > takeNext;
    }

    void clear() {
        frames.forEach(frame -> frame.frame.release());
        frames.clear();
        spare.clear();
        pinned = 0;
    }
}
