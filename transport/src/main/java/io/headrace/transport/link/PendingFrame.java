package io.headrace.transport.link;

import io.headrace.engine.channel.PutTicket;
import io.headrace.frame.Frame;

/** A frame that was received and is not acknowledged: parked while it holds the frame, published afterwards. */
final class PendingFrame {
    private final PutTicket ticket;
    private Frame frame;
    private long position;

    PendingFrame(PutTicket ticket) {
        this.ticket = ticket;
    }

    PendingFrame hold(Frame received, long at) {
        frame = received;
        position = at;
        return this;
    }

    PutTicket ticket() {
        return ticket;
    }

    Frame frame() {
        return frame;
    }

    long position() {
        return position;
    }

    void letGo() {
        if (frame != null) {
            frame.release();
            frame = null;
        }
    }

    boolean isAnswerable(AckLevel level) {
        return level == AckLevel.SAFE ? ticket.isSafe() : ticket.isAcknowledged();
    }
}
