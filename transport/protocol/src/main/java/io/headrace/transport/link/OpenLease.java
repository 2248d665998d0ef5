package io.headrace.transport.link;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLease;

/** A lease on its way: which of its frames are sent and which are answered. */
final class OpenLease {
    private final FrameLease lease;
    private final int size;
    private final long[] sentNanos;
    private int next;
    private int answered;

    /** What goes out in place of the lease's frames; null where they go out themselves. */
    private Frame[] made;

    /** What frames took on the wire that did not go out themselves. */
    private int[] madeBytes;

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

    /** What goes out for a frame. */
    Frame wire(int index) {
        return made == null || made[index] == null ? lease.frame(index) : made[index];
    }

    boolean isMade(int index) {
        return made != null && made[index] != null;
    }

    /** Takes over the reference of a frame that goes out in place of one of the lease. */
    void make(int index, Frame frame) {
        if (made == null) {
            made = new Frame[size];
            madeBytes = new int[size];
        }
        made[index] = frame;
        madeBytes[index] = frame.alignedLength();
    }

    /** Releases what was made for frames from one to before another: they are written, or never will be. */
    void letGo(int from, int to) {
        for (int i = from; made != null && i < to; i++) {
            if (made[i] != null) {
                made[i].release();
                made[i] = null;
            }
        }
    }

    /** Room that the first frame without an answer took on the wire. */
    int headBytes() {
        boolean other = madeBytes != null && madeBytes[answered] > 0;
        return other ? madeBytes[answered] : lease.frame(answered).alignedLength();
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
