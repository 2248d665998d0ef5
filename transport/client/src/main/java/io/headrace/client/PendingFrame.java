package io.headrace.client;

import io.headrace.frame.Frame;
import java.util.List;

/** A frame without an acknowledgement, and whose events it has. Owned by the queue it stands in. */
final class PendingFrame {
    private static final int NOWHERE = -1;

    /** So many events of an append. */
    record Part(Append append, int events) {}

    final Frame frame;
    final long bytes;
    final List<Part> parts;
    long sequence;
    private int sentTo = NOWHERE;

    PendingFrame(Frame frame, long bytes, List<Part> parts) {
        this.frame = frame;
        this.bytes = bytes;
        this.parts = parts;
    }

    /** Notes that it leaves for a host; true when it had left for another one before. */
    boolean leavesFor(int host) {
        boolean moves = sentTo != NOWHERE && sentTo != host;
        sentTo = host;
        return moves;
    }
}
