package io.headrace.transport.link;

import io.headrace.engine.channel.Lease;

/** A lease on its way: which of its frames are sent and which are answered. */
final class OpenLease {
    private final Lease lease;
    private final int size;
    private final long[] sentNanos;
    private int next;
    private int answered;

    OpenLease(Lease lease) {
        this.lease = lease;
        this.size = lease.size();
        this.sentNanos = new long[size];
    }

    Lease lease() {
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
