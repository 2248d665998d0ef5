package io.headrace.transport.link;

import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.frame.EventTooLargeException;
import io.headrace.frame.Frame;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * The frames of one connection from when they came until they are acknowledged, in order: parked while a channel has no
 * room, then published. Never waits (R2). Owned by the connection's thread.
 */
final class FrameIntake {
    /** Ends the connection. */
    interface Refusal {
        /** Trying again does not help. */
        void reject(RejectCode code, long position, String why);

        /** The sender keeps the frame and comes again. */
        void refuse(String why);
    }

    private static final int MOST_SPARE = 1_024;

    private final LinkStreams streams;
    private final LinkStream stream;
    private final LinkReceiverMetrics metrics;
    private final AckLevel level;
    private final Refusal refusal;
    private final ArrayDeque<PendingFrame> published = new ArrayDeque<>();
    private final ArrayDeque<PendingFrame> parked = new ArrayDeque<>();
    private final ArrayDeque<PendingFrame> spare = new ArrayDeque<>();

    private long parkedBytes;
    private boolean waitsForRoom;

    /** @param level at which a frame counts as acknowledged */
    FrameIntake(LinkStreams streams, LinkStream stream, AckLevel level, Refusal refusal) {
        this.streams = streams;
        this.stream = stream;
        this.metrics = streams.metrics();
        this.level = level;
        this.refusal = refusal;
    }

    /** Takes over the frame's reference. */
    void take(long position, Frame frame) {
        parkedBytes += frame.alignedLength();
        PendingFrame pending = spare.poll();
        if (pending == null) {
            pending = new PendingFrame(streams.processor().newTicket());
        }
        parked.add(pending.hold(frame, position));
        if (!waitsForRoom) {
            putParked();
        }
        if (isParking()) {
            metrics.framesParked.increment();
            metrics.source.channelWriteFailed();
        }
    }

    /** A channel that was full may have room. */
    void roomCame() {
        if (waitsForRoom) {
            waitsForRoom = false;
            putParked();
        }
    }

    /** Whether a channel is full. */
    boolean isParking() {
        return !parked.isEmpty();
    }

    long parkedBytes() {
        return parkedBytes;
    }

    /** Whether frames are in the channels and not known to be acknowledged. */
    boolean isAwaiting() {
        return !published.isEmpty();
    }

    /** Frames that came and are not known to be acknowledged. */
    int open() {
        return published.size() + parked.size();
    }

    /** How many more are acknowledged since the last look. */
    int acknowledged() {
        int count = 0;
        PendingFrame head = published.peek();
        while (head != null && head.isAnswerable(level)) {
            count++;
            PendingFrame answered = published.poll();
            if (spare.size() < MOST_SPARE) {
                spare.add(answered);
            }
            head = published.peek();
        }
        return count;
    }

    /** Lets go what is not published: the sender keeps it. */
    void dropParked() {
        parked.forEach(PendingFrame::letGo);
        parked.clear();
        parkedBytes = 0;
    }

    /** Forgets everything. */
    void end() {
        dropParked();
        published.clear();
        spare.clear();
    }

    /** Puts what waits, first in, first out, until a channel is full. */
    private void putParked() {
        PendingFrame pending = parked.peek();
        while (pending != null) {
            PutStatus status;
            try {
                status = streams.processor()
                        .tryPut(stream.input(), pending.position(), pending.frame(), false, pending.ticket());
            } catch (EventTooLargeException e) {
                // A channel takes less than the source: the sender has to hear why, or it would try for ever.
                refusal.reject(RejectCode.TOO_LARGE, pending.position(), e.getMessage());
                return;
            } catch (RuntimeException e) {
                // An interceptor or a selector: the sender keeps the frame and comes again with growing pauses.
                metrics.source.processingFailed();
                streams.errors().accept(e);
                refusal.refuse("frame " + pending.position() + " could not be put: " + e);
                return;
            }
            switch (status) {
                case ACCEPTED, DUPLICATE -> publish(parked.poll(), status);
                case FULL -> {
                    waitsForRoom = true;
                    stream.awaitRoom(pending.ticket().fullChannel());
                    return;
                }
                case ABOVE_WINDOW -> {
                    refusal.reject(
                            RejectCode.ABOVE_WINDOW,
                            pending.position(),
                            "position: " + pending.position() + " (expected: at most 65536 above what is kept)");
                    return;
                }
                case CLOSED -> {
                    refusal.refuse("channel " + nameOf(pending.ticket()) + " takes nothing now");
                    return;
                }
            }
            pending = parked.peek();
        }
    }

    private static String nameOf(PutTicket ticket) {
        return ticket.fullChannel() == null ? "" : ticket.fullChannel().name();
    }

    private void publish(PendingFrame pending, PutStatus status) {
        Frame frame = pending.frame();
        parkedBytes -= frame.alignedLength();
        if (status == PutStatus.DUPLICATE) {
            metrics.framesDuplicate.increment();
        } else {
            metrics.source.batchAccepted(frame.eventCount());
            long micros = TimeUnit.MILLISECONDS.toMicros(streams.epochClock().time()) - frame.createdMicros();
            // The clock counts milliseconds: less than one of them is no difference of clocks.
            if (micros < -TimeUnit.MILLISECONDS.toMicros(1)) {
                metrics.clockSkews.increment();
            }
            metrics.endToEnd.recordMicros(micros);
        }
        pending.letGo();
        published.add(pending);
    }
}
