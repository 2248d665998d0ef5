package io.headrace.transport.link;

import io.headrace.frame.FrameLease;

/** A lease on its way: which of its frames are sent and which are answered. */
final class OpenLease {
    private final FrameLease lease;
    private final int size;
    private final long[] sentNanos;
    private int next;
    private int answered;

    OpenLease(FrameLease lease) {
        this.lease = lease;
        this.size = lease.size();
        this.sentNanos = new long[size];
    }

    FrameLease lease() {
        return lease;
    }

    int size() {
        return size;
    }

    /** Index of the first frame that is neither sent nor kept already. */
    int next() {
        return next;
    }

    void sent(long nowNanos) {
        sentNanos[next++] = nowNanos;
    }

    /** Passes over a frame that the receiver keeps already. */
    void skip() {
        sentNanos[next++] = Long.MIN_VALUE;
    }

    boolean isSent() {
        return next == size;
    }

    boolean isAnswered() {
        return answered == size;
    }

    /** Whether the first frame without an answer was passed over: nothing will answer it. */
    boolean isHeadSkipped() {
        return answered < next && sentNanos[answered] == Long.MIN_VALUE;
    }

    boolean isHeadSent() {
        return answered < next;
    }

    int head() {
        return answered;
    }

    long headSentNanos() {
        return sentNanos[answered];
    }

    void answerHead() {
        answered++;
    }
}
