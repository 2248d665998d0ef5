package io.headrace.transport.link;

import io.headrace.frame.Frame;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * What a sender has leased and what of it is under way without an answer: how much more may be sent, which lease an answer
 * is for, and what goes back to the channel when the connection is lost. Owned by the sender's thread.
 */
final class InFlight {
    private final ArrayDeque<OpenLease> leases = new ArrayDeque<>();
    private final long windowBytes;
    private final LinkSenderCounts counts;

    private long credit;
    private long sentBytes;
    private long answeredBytes;
    private int lastBytes;
    private long sentFrames;
    private long answeredFrames;
    private long highestSent;
    private boolean waitsForCredit;
    private boolean waits;
    private boolean asked;

    /** @param windowBytes most frame bytes without an answer */
    InFlight(long windowBytes, LinkSenderCounts counts) {
        this.windowBytes = windowBytes;
        this.counts = counts;
    }

    /** Frames sent on this connection that have no answer yet. */
    long unanswered() {
        return sentFrames - answeredFrames;
    }

    /** Frame bytes sent on this connection. */
    long sentBytes() {
        return sentBytes;
    }

    /** Whether no lease is open. */
    boolean isEmpty() {
        return leases.isEmpty();
    }

    void add(OpenLease open) {
        leases.add(open);
    }

    /** The lease of which frames are to be sent; null when each is sent as a whole. */
    OpenLease unsent() {
        OpenLease open = leases.peekLast();
        return open == null || open.isSent() ? null : open;
    }

    /** What the receiver grants to begin with. */
    void begin(long firstCredit) {
        credit = firstCredit;
    }

    /** A frame goes. */
    void sent(long sequence, int aligned) {
        counts.frameSent(aligned, sequence <= highestSent);
        highestSent = Math.max(highestSent, sequence);
        sentBytes += aligned;
        lastBytes = aligned;
        sentFrames++;
        waitsForCredit = false;
        waits = false;
    }

    /** Whether something may be leased: what cannot go now is left for the channel's other sinks. */
    boolean hasRoom() {
        return !mustWait(1);
    }

    /** R13: one frame may always be under way, whatever credit and window say. */
    boolean mustWait(int aligned) {
        waits = isFull(aligned);
        return waits;
    }

    private boolean isFull(int aligned) {
        return unanswered() > 0 && (isCreditGone(aligned) || isWindowFull(aligned));
    }

    /**
     * Whether nothing goes on before an answer, or will not soon, which the receiver cannot know: it would wait for more
     * frames, or for more of the credit to be used. Half of the window is left to be sent while the answer is on its way:
     * it asks before a frame as large as the last one would use more.
     *
     * @param more whether there is more to send
     */
    boolean mustAsk(boolean more) {
        return (waits || more && sentBytes - answeredBytes + lastBytes > windowBytes / 2)
                && !asked
                && unanswered() > 0
                && unanswered() < LinkLayout.ACK_FRAMES
                && credit - sentBytes > (credit - answeredBytes) / 4;
    }

    /** It has asked, and does not again before an answer comes. */
    void asked() {
        asked = true;
    }

    private boolean isCreditGone(int bytes) {
        boolean gone = sentBytes + bytes > credit;
        if (gone && !waitsForCredit) {
            waitsForCredit = true;
            counts.creditGone();
        }
        return gone;
    }

    private boolean isWindowFull(int bytes) {
        return sentBytes - answeredBytes + bytes > windowBytes;
    }

    /**
     * So many frames of this connection are acknowledged.
     *
     * @param newCredit granted from now on, absolute
     * @return whether it is more frames than before
     */
    boolean answered(long frames, long newCredit, long nowNanos) {
        if (frames < answeredFrames || frames > sentFrames) {
            throw new LinkException(
                    RejectCode.PROTOCOL,
                    0,
                    "acknowledged frames: " + frames + " (expected: " + answeredFrames + " to " + sentFrames + ")");
        }
        counts.ackReceived();
        credit = newCredit;
        // What it waited for may be here: to ask before that is tried would be about what is answered.
        waits = false;
        if (frames == answeredFrames) {
            return false;
        }
        counts.framesAcknowledged(frames - answeredFrames);
        asked = false;
        while (answeredFrames < frames) {
            answerOne(nowNanos);
            // At once, so that the head of the leases is what the next answer is for.
            commitAnswered();
        }
        return true;
    }

    private void answerOne(long nowNanos) {
        for (OpenLease open : leases) {
            while (open.isHeadSkipped()) {
                open.answerHead();
            }
            if (open.isHeadSent()) {
                counts.acknowledgedAfter(TimeUnit.NANOSECONDS.toMicros(nowNanos - open.headSentNanos()));
                answeredBytes += open.headBytes();
                open.answerHead();
                answeredFrames++;
                return;
            }
            if (!open.isAnswered()) {
                break;
            }
        }
        throw new IllegalStateException("no frame is left to answer, " + unanswered() + " counted");
    }

    /** Commits the leases whose frames are all answered or were passed over. */
    void commitAnswered() {
        OpenLease open = leases.peek();
        while (open != null) {
            while (open.isHeadSkipped()) {
                open.answerHead();
            }
            if (!open.isAnswered()) {
                return;
            }
            counts.delivered(open.lease().events());
            open.lease().commit();
            leases.poll();
            open = leases.peek();
        }
    }

    /** The frame at a position, if it was sent and its lease is open. */
    Frame find(long position) {
        for (OpenLease open : leases) {
            for (int i = 0; i < open.next(); i++) {
                if (open.lease().sequence(i) == position) {
                    return open.lease().frame(i);
                }
            }
        }
        return null;
    }

    /** Rolls back what is open, first lease first, so that the channel leases it again in its order. */
    void rollBack() {
        OpenLease open = leases.poll();
        while (open != null) {
            open.letGo(0, open.size());
            open.lease().rollback();
            open = leases.poll();
        }
        sentBytes = 0;
        answeredBytes = 0;
        sentFrames = 0;
        answeredFrames = 0;
        waitsForCredit = false;
        waits = false;
        asked = false;
    }
}
