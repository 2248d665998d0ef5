package io.headrace.transport.link;

import io.headrace.frame.Frame;
import io.headrace.frame.HopHeader;
import io.headrace.wal.SequenceWindow;
import io.netty.buffer.ByteBuf;

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

    private final LinkOutput output;
    private final Router router;
    private final LinkReceiverOptions options;
    private final LinkReceiverMetrics metrics;
    private final LinkGate gate;
    private final LinkDecoder decoder;
    private final ReceiverPulse pulse;

    private State state = State.NEW;
    private Hello hello;
    private LinkStreams streams;
    private LinkStream stream;
    private CreditGrant grant;
    private FrameIntake intake;
    private AckOutflow acks;
    private long copied;

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
        this.pulse = new ReceiverPulse(options.idleTimeoutMillis());
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
        grant = new CreditGrant(owner.budget(), options.maxConnectionBytes());
        intake = new FrameIntake(owner, stream, options.level(), refusal());
        acks = new AckOutflow(output, owner, grant, intake, () -> owner.watch(this));
        stream.join(this, hello.connection());
        stream.input().advanceFloor(hello.floor());
        state = State.OPEN;
        metrics.connectionsCreated.increment();
        metrics.source.connectionOpened();
        pulse.start(owner.clock().nanoTime(), hello.stream().hashCode() + hello.connection());
        output.write(LinkEncoder.welcome(
                output.allocator(),
                new Welcome(
                        LinkLayout.VERSION,
                        LinkLayout.TAKES_STORED | (options.zstd() ? LinkLayout.ZSTD : 0),
                        options.maxFrameLength(),
                        options.level(),
                        stream.input().startPosition(),
                        grant.begin())));
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
        if (stream != null) {
            intake.end();
            grant.end();
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
        intake.dropParked();
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
        if (roomCame) {
            intake.roomCame();
        }
        if (state == State.OPEN || state == State.LEAVING) {
            answer();
        }
    }

    void checkTime(long now) {
        switch (pulse.look(now, decoder.progress(), output.isWritable())) {
            case END -> {
                refuse("nothing heard for " + options.idleTimeoutMillis() + " ms");
                return;
            }
            case PING -> {
                output.write(LinkEncoder.ping(output.allocator(), MessageType.PING, ReceiverPulse.ARE_YOU_THERE));
                output.flush();
            }
            case NOTHING -> {}
        }
        if (state == State.OPEN && acks.isWaiting()) {
            answer(false);
        }
        if (state == State.OPEN && ReceiverPulse.isOver(now, acks.cameNanos(), options.revokeMillis())) {
            revoke(now);
        }
    }

    /**
     * Looks at an ACK that waits.
     *
     * @return whether one still does
     */
    boolean checkHold(long now) {
        if (acks.look(now, state == State.OPEN)) {
            answer(false);
        }
        return acks.isWatched();
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
            acks.asked();
            if (state == State.OPEN) {
                answer(false);
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
        boolean allowed = grant.covers(alignedLength) || acks.isAllTold();
        if (!allowed && state == State.OPEN) {
            throw new LinkException(
                    RejectCode.CREDIT,
                    0,
                    "frame bytes: " + (grant.received() + alignedLength) + " (expected: <= credit "
                            + (grant.received() + grant.left()) + ")");
        }
        // What the budget does not cover takes memory only as it comes, or many connections could take all there is.
        return grant.left();
    }

    @Override
    public void onFrame(HopHeader hop, Frame frame) {
        if (state != State.OPEN) {
            frame.release();
            return;
        }
        if (intake.open() >= MAX_UNANSWERED) {
            frame.release();
            throw new LinkException(
                    RejectCode.PROTOCOL,
                    hop.sequence(),
                    "frames without an answer: more than " + MAX_UNANSWERED + " (expected: at most that, R6)");
        }
        stream.used();
        int aligned = frame.alignedLength();
        grant.received(aligned);
        streams.received(aligned);
        acks.frameCame();
        metrics.framesReceived.increment();
        metrics.bytesReceived.add(aligned);
        metrics.source.batchReceived(frame.eventCount());
        intake.take(hop.sequence(), frame);
    }

    private void onHello(Hello received) {
        gate.admit(received);
        hello = received;
        state = State.GREETED;
        router.route(this, hello);
    }

    /** Counts what is acknowledged by now, grants what there is room for, and tells both with one ACK, now or soon. */
    private void answer() {
        answer(state == State.OPEN);
    }

    private void answer(boolean mayWait) {
        acks.count(stream);
        if (state == State.OPEN) {
            grant.grow(intake.parkedBytes());
        }
        acks.tell(mayWait, decoder.isWithinData());
        if (state == State.LEAVING && acks.isDone()) {
            close();
        }
    }

    /** Takes a large grant back from a connection that does not use it: the smaller credit, and a PING behind it. */
    private void revoke(long now) {
        long token = intake.isParking() || !output.isWritable() ? 0 : grant.revoke(now);
        if (token != 0) {
            acks.tellCredit();
            output.write(LinkEncoder.ping(output.allocator(), MessageType.PING, token));
            output.flush();
        }
    }

    private FrameIntake.Refusal refusal() {
        return new FrameIntake.Refusal() {
            @Override
            public void reject(RejectCode code, long position, String why) {
                LinkReceiver.this.reject(code, position, why);
            }

            @Override
            public void refuse(String why) {
                LinkReceiver.this.refuse(why);
            }
        };
    }

    private void onPong(long token) {
        if (grant.isRevokedBy(token)) {
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
}
