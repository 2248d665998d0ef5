package io.headrace.engine.channel;

import java.util.ArrayDeque;

/**
 * Frames that the reader took from the log ahead of the sinks, bounded by the bytes that they and the leases made of
 * them pin. Guarded by the take side's lock.
 */
final class Prefetch {
    /** Bytes pinned at most, but always one frame. */
    static final long BOUND_BYTES = 8L * 1024 * 1024;

    private final ArrayDeque<TakenFrame> frames = new ArrayDeque<>();
    private long pinned;
    private long exhausted;
    private boolean resting;

    Prefetch(long exhausted) {
        this.exhausted = exhausted;
    }

    TakenFrame first() {
        return frames.peekFirst();
    }

    /** Takes the first one out; what it pins stays counted until {@link #unpin} or {@link #drop}. */
    TakenFrame removeFirst() {
        return frames.pollFirst();
    }

    /** Lets a frame go that nobody leases. */
    void drop(TakenFrame frame) {
        pinned -= frame.charge;
        frame.frame.release();
    }

    void unpin(long bytes) {
        pinned -= bytes;
    }

    void add(TakenFrame frame) {
        frames.addLast(frame);
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
        pinned = 0;
    }
}
