package io.headrace.transport.link;

import io.headrace.engine.channel.PutStatus;
import io.headrace.frame.EventTooLargeException;
import io.headrace.frame.Frame;
import io.headrace.frame.HopHeader;
import io.headrace.wal.SequenceWindow;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * The receiving end of one connection: puts frames into the channels, answers them in order once they are acknowledged,
 * and grants credit as there is room. Never waits (R2). Knows nothing of sockets; {@code transport/PROTOCOL.md} has the
 * state table.
 *
 * <p>Owned by one thread: until {@link #join} the one that accepted, afterwards the one of the stream.
 */
public final class LinkReceiver implements LinkDecoder.Handler {
    /** Where the connection stands. */
    public enum State {
        /** Nothing came yet. */
        NEW,
        /** HELLO came; the connection is on its way to the thread of its stream. */
        GREETED,
        /** Frames flow. */
        OPEN,
        /** This side is stopping: frames are no longer taken, acknowledgements still go out. */
        LEAVING,
        /** Over. */
        CLOSED
    }

    /** Brings a connection to the thread of its stream. */
    @FunctionalInterface
    public interface Router {
        /** Calls {@link LinkReceiver#join} on the thread that owns the stream, now or later. */
        void route(LinkReceiver receiver, Hello hello);
    }

    /** R6: what a sender has not committed lies within one window, so no more of it can be without an answer. */
    private static final int MAX_UNANSWERED = SequenceWindow.SIZE;

    /** Token of a PING that asks whether somebody is there; those that revoke a grant are odd. */
    private static final long ARE_YOU_THERE = 2;

    private static final int MOST_SPARE = 1_024;

    private final LinkOutput output;
    private final Router router;
    private final LinkReceiverOptions options;
    private final LinkReceiverMetrics metrics;
    private final LinkGate gate;
    private final LinkDecoder decoder;
    private final ArrayDeque<PendingFrame> published = new ArrayDeque<>();
    private final ArrayDeque<PendingFrame> parked = new ArrayDeque<>();
    private final ArrayDeque<PendingFrame> spare = new ArrayDeque<>();
    private final AckHold hold = new AckHold();

    private State state = State.NEW;
    private Hello hello;
    private LinkStreams streams;
    private LinkStream stream;

    private long receivedFrames;
    private long receivedBytes;
    private long copied;
    private long parkedBytes;
    private long ackedFrames;
    private long ackedFramesSent;

    /** Frames that had come when the sender last asked: it waits for their answers. */
    private long askedFrames;

    private long credit;
    private long creditSent;
    private long window = CreditBudget.FIRST_GRANT;
    private long held;
    private long usedSinceGrant;
    private boolean waitsForRoom;

    private long revokedCredit;
    private long revokeToken;
    private long progress;
    private long progressNanos;
    private long frameNanos;
    private boolean asked;
    private boolean watched;

    /**
     * @param router called once, when HELLO came
     * @param gate asked who may send
     */
    public LinkReceiver(
            LinkOutput output, Router router, LinkReceiverOptions options, LinkReceiverMetrics metrics, LinkGate gate) {
        this.output = output;
        this.gate = gate;
        this.router = router;
        this.options = options;
        this.metrics = metrics;
        this.decoder = new LinkDecoder(this, output.allocator(), options.maxFrameLength(), options.zstd());
    }

    public State state() {
        return state;
    }

    /** What the sender said of itself, or null. */
    public Hello hello() {
        return hello;
    }

    /** Bytes came; the reference is taken over. */
    public void received(ByteBuf bytes) {
        try {
            if (state != State.CLOSED) {
                decoder.decode(bytes);
            }
        } catch (LinkException e) {
            reject(e.code(), e.position(), e.getMessage());
        } finally {
            bytes.release();
            metrics.bytesCopied.add(decoder.copied() - copied);
            copied = decoder.copied();
        }
    }

    /**
     * Where the next bytes are to be read into, so that they need not be copied; to be handed to {@link #received} before
     * any others.
     *
     * @param expected bytes that may be there to read, as far as the reader can guess
     * @return a buffer whose reference is the caller's, or null when any will do
     */
    public ByteBuf room(int expected) {
        return decoder.room(expected);
    }

    /** How many bytes should be read at once where there is no {@link #room}. */
    public int readAtMost() {
        return decoder.readAtMost();
    }

    /** What was there to read is read, or the output is writable again: answers what can be answered. */
    public void readComplete() {
        if (state == State.OPEN || state == State.LEAVING) {
            answer();
        }
    }

    /** Begins to receive; on the thread of {@code owner}. */
    public void join(LinkStreams owner) {
        if (state != State.GREETED) {
            return;
        }
        if (owner.isLeaving()) {
            refuse("stopping");
            return;
        }
        streams = owner;
        stream = owner.stream(hello.stream());
        stream.join(this, hello.connection());
        stream.input().advanceFloor(hello.floor());
        state = State.OPEN;
        metrics.connectionsCreated.increment();
        metrics.source.connectionOpened();
        frameNanos = owner.clock().nanoTime();
        progressNanos = frameNanos;
        hold.start(frameNanos, owner.receivedBytes());
        held = owner.budget().change(0, CreditBudget.FIRST_GRANT);
        credit = held;
        creditSent = credit;
        revokedCredit = credit;
        output.write(LinkEncoder.welcome(
                output.allocator(),
                new Welcome(
                        LinkLayout.VERSION,
                        LinkLayout.TAKES_STORED | (options.zstd() ? LinkLayout.ZSTD : 0),
                        options.maxFrameLength(),
                        options.level(),
                        stream.input().startPosition(),
                        credit)));
        output.flush();
    }

    /** Refuses the connection for a reason that came up outside. */
    public void turnAway(RejectCode code, String why) {
        reject(code, 0, why);
    }

    /** Closes the connection for a reason that passes: the sender comes again. */
    public void turnAwayForNow(String why) {
        if (state != State.CLOSED) {
            refuse(why);
        }
    }

    /** The connection is gone. */
    public void disconnected() {
        close();
    }

    /** Ends the connection: what is not published is dropped, the sender keeps it. */
    public void close() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        decoder.stop();
        parked.forEach(PendingFrame::letGo);
        parked.clear();
        published.clear();
        spare.clear();
        if (stream != null) {
            streams.budget().change(held, 0);
            held = 0;
            stream.leave(this, hello.connection());
            metrics.connectionsClosed.increment();
            metrics.source.connectionClosed();
        }
        output.close();
    }

    /** A newer connection of this number is there. */
    void fence() {
        output.write(LinkEncoder.goAway(output.allocator(), "a newer connection took this one's place"));
        close();
    }

    /** Takes no frame more, answers what is published, closes when all of it is answered. */
    void goAway(String why) {
        if (state != State.OPEN) {
            return;
        }
        state = State.LEAVING;
        parked.forEach(PendingFrame::letGo);
        parked.clear();
        parkedBytes = 0;
        output.write(LinkEncoder.goAway(output.allocator(), why));
        output.flush();
        answer();
    }

    /**
     * Something moved in a channel.
     *
     * @param roomCame whether one that was full may have room
     */
    void round(boolean roomCame) {
        if (roomCame && waitsForRoom) {
            waitsForRoom = false;
            putParked();
        }
        if (state == State.OPEN || state == State.LEAVING) {
            answer();
        }
    }

    void checkTime(long now) {
        if (decoder.progress() != progress) {
            progress = decoder.progress();
            progressNanos = now;
            asked = false;
        } else if ((asked || !output.isWritable()) && isOver(now, progressNanos, options.idleTimeoutMillis())) {
            refuse("nothing heard for " + options.idleTimeoutMillis() + " ms");
            return;
        } else if (!asked && isOver(now, progressNanos, options.idleTimeoutMillis() / 2) && output.isWritable()) {
            // Who sends nothing speaks rarely, and does not know how soon it is taken for dead here.
            asked = true;
            output.write(LinkEncoder.ping(output.allocator(), MessageType.PING, ARE_YOU_THERE));
            output.flush();
        }
        if (state == State.OPEN && ackedFrames > ackedFramesSent) {
            answerAtOnce();
        }
        if (state == State.OPEN && isOver(now, frameNanos, options.revokeMillis())) {
            revoke(now);
        }
    }

    /**
     * Looks at an ACK that waits.
     *
     * @return whether one still does
     */
    boolean checkHold(long now) {
        watched = state == State.OPEN && ackedFrames > ackedFramesSent;
        if (watched && hold.isOver(now, frameNanos, receivedBytes, streams.receivedBytes())) {
            watched = false;
            hold.waited(now, frameNanos);
            answerAtOnce();
        }
        return watched;
    }

    @Override
    public void onMessage(MessageType type, ByteBuf message) {
        if (type == MessageType.HELLO && state == State.NEW) {
            onHello(LinkMessages.hello(message));
        } else if (state == State.NEW || state == State.GREETED) {
            throw LinkMessages.outOfTurn(type, state);
        } else if (type == MessageType.PING) {
            long token = LinkMessages.token(type, message);
            if (!output.isWritable()) {
                refuse("answers are not read");
                return;
            }
            askedFrames = receivedFrames;
            if (state == State.OPEN) {
                answerAtOnce();
            }
            output.write(LinkEncoder.ping(output.allocator(), MessageType.PONG, token));
            output.flush();
        } else if (type == MessageType.PONG) {
            onPong(LinkMessages.token(type, message));
        } else if (type == MessageType.GOAWAY) {
            LinkMessages.goAwayText(message);
            close();
        } else {
            throw LinkMessages.outOfTurn(type, state);
        }
    }

    @Override
    public void onData(long floor, int frames, long bytes) {
        if (state == State.OPEN) {
            stream.input().advanceFloor(floor);
        } else if (state != State.LEAVING) {
            throw LinkMessages.outOfTurn(MessageType.DATA, state);
        }
    }

    @Override
    public long beforeFrame(int alignedLength) {
        // R13: one frame beyond the credit is right when the sender has seen an answer to all that it sent before.
        boolean allowed = receivedBytes + alignedLength <= revokedCredit || ackedFramesSent == receivedFrames;
        if (!allowed && state == State.OPEN) {
            throw new LinkException(
                    RejectCode.CREDIT,
                    0,
                    "frame bytes: " + (receivedBytes + alignedLength) + " (expected: <= credit " + revokedCredit + ")");
        }
        // What the budget does not cover takes memory only as it comes, or many connections could take all there is.
        return revokedCredit - receivedBytes;
    }

    @Override
    public void onFrame(HopHeader hop, Frame frame) {
        if (state != State.OPEN) {
            frame.release();
            return;
        }
        if (published.size() + parked.size() >= MAX_UNANSWERED) {
            frame.release();
            throw new LinkException(
                    RejectCode.PROTOCOL,
                    hop.sequence(),
                    "frames without an answer: more than " + MAX_UNANSWERED + " (expected: at most that, R6)");
        }
        stream.used();
        frameNanos = streams.clock().nanoTime();
        if (receivedFrames == ackedFramesSent) {
            hold.first(frameNanos);
        }
        int aligned = frame.alignedLength();
        receivedFrames++;
        receivedBytes += aligned;
        streams.received(aligned);
        parkedBytes += aligned;
        usedSinceGrant += aligned;
        metrics.framesReceived.increment();
        metrics.bytesReceived.add(aligned);
        metrics.source.batchReceived(frame.eventCount());
        PendingFrame pending = spare.poll();
        if (pending == null) {
            pending = new PendingFrame(streams.processor().newTicket());
        }
        parked.add(pending.hold(frame, hop.sequence()));
        if (!waitsForRoom) {
            putParked();
        }
        if (state == State.OPEN && !parked.isEmpty()) {
            metrics.framesParked.increment();
            metrics.source.channelWriteFailed();
        }
    }

    private void onHello(Hello received) {
        gate.admit(received);
        hello = received;
        state = State.GREETED;
        router.route(this, hello);
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
                reject(RejectCode.TOO_LARGE, pending.position(), e.getMessage());
                return;
            } catch (RuntimeException e) {
                // An interceptor or a selector: the sender keeps the frame and comes again with growing pauses.
                metrics.source.processingFailed();
                streams.errors().accept(e);
                refuse("frame " + pending.position() + " could not be put: " + e);
                return;
            }
            switch (status) {
                case ACCEPTED, DUPLICATE -> publish(parked.poll(), status);
                case FULL -> {
                    waitForRoom(pending);
                    return;
                }
                case ABOVE_WINDOW -> {
                    reject(
                            RejectCode.ABOVE_WINDOW,
                            pending.position(),
                            "position: " + pending.position() + " (expected: at most 65536 above what is kept)");
                    return;
                }
                case CLOSED -> {
                    refuse("channel " + nameOf(pending) + " takes nothing now");
                    return;
                }
            }
            pending = parked.peek();
        }
    }

    private static String nameOf(PendingFrame pending) {
        return pending.ticket().fullChannel() == null
                ? ""
                : pending.ticket().fullChannel().name();
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

    private void waitForRoom(PendingFrame pending) {
        waitsForRoom = true;
        stream.awaitRoom(pending.ticket().fullChannel());
    }

    /** Counts what is acknowledged by now, grants what there is room for, and tells both with one ACK, now or soon. */
    private void answer() {
        answer(true);
    }

    private void answerAtOnce() {
        answer(false);
    }

    private void answer(boolean mayWait) {
        countAcknowledged();
        if (!published.isEmpty()) {
            stream.awaitSignal();
            countAcknowledged();
        }
        if (state == State.OPEN) {
            grant();
        }
        boolean creditMatters = credit > creditSent && creditSent - receivedBytes <= held / 2;
        long frames = ackedFrames - ackedFramesSent;
        // One ACK says all: nothing piles up for a peer that does not read.
        if ((frames > 0 || creditMatters) && output.isWritable()) {
            if (mayWait && state == State.OPEN && !creditMatters && parked.isEmpty() && waits(frames)) {
                return;
            }
            metrics.framesAcked.add(frames);
            ackedFramesSent = ackedFrames;
            sendAck(frames);
        }
        if (state == State.LEAVING && published.isEmpty() && ackedFramesSent == ackedFrames) {
            close();
        }
    }

    private boolean waits(long frames) {
        boolean waits = ackedFramesSent >= askedFrames
                && hold.waits(
                        streams.clock().nanoTime(),
                        frames,
                        receivedBytes,
                        streams.receivedBytes(),
                        decoder.isWithinData());
        if (waits && !watched) {
            watched = true;
            streams.watch(this);
        }
        return waits;
    }

    private void sendAck(long frames) {
        creditSent = credit;
        hold.told(streams.clock().nanoTime(), frames, receivedBytes, streams.receivedBytes());
        metrics.acksSent.increment();
        output.write(LinkEncoder.ack(output.allocator(), ackedFrames, credit));
        output.flush();
    }

    private void countAcknowledged() {
        PendingFrame head = published.peek();
        while (head != null && head.isAnswerable(options.level())) {
            ackedFrames++;
            PendingFrame answered = published.poll();
            if (spare.size() < MOST_SPARE) {
                spare.add(answered);
            }
            head = published.peek();
        }
    }

    /** The window doubles while the sender uses it up, as far as the source's budget allows. */
    private void grant() {
        if (revokeToken != 0) {
            return;
        }
        if (!parked.isEmpty()) {
            // No more than what leaves for the channel comes back as credit while one is full.
            usedSinceGrant = 0;
        } else if (usedSinceGrant >= window / 2) {
            window = Math.min(options.maxConnectionBytes(), window * 2);
            usedSinceGrant = 0;
        }
        held = streams.budget().change(held, Math.max(window, parkedBytes));
        long room = held - parkedBytes;
        if (receivedBytes + room > credit) {
            credit = receivedBytes + room;
            revokedCredit = credit;
        }
    }

    /**
     * Takes a large grant back from a connection that does not use it: the sender hears the smaller credit first and a
     * PING after it, so that with the PONG all that it sent by the old one is here.
     */
    private void revoke(long now) {
        boolean large = credit - receivedBytes > CreditBudget.FIRST_GRANT;
        if (large && revokeToken == 0 && parked.isEmpty() && output.isWritable()) {
            revokedCredit = credit;
            credit = receivedBytes + CreditBudget.FIRST_GRANT;
            window = CreditBudget.FIRST_GRANT;
            usedSinceGrant = 0;
            revokeToken = now | 1;
            sendAck(0);
            output.write(LinkEncoder.ping(output.allocator(), MessageType.PING, revokeToken));
            output.flush();
        }
    }

    private void onPong(long token) {
        if (token == revokeToken) {
            revokeToken = 0;
            revokedCredit = credit;
            answer();
        }
    }

    private void reject(RejectCode code, long position, String why) {
        if (state != State.CLOSED) {
            metrics.rejectsSent.increment();
            output.write(LinkEncoder.reject(output.allocator(), code, position, why));
            gate.refused(code, why);
            close();
        }
    }

    private void refuse(String why) {
        output.write(LinkEncoder.goAway(output.allocator(), why));
        close();
    }

    private static boolean isOver(long now, long since, long millis) {
        return now - since >= TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
