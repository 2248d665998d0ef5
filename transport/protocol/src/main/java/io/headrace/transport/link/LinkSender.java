package io.headrace.transport.link;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import io.headrace.wal.FrameSupply;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.NanoClock;

/**
 * The sending end of a link: leases frames, sends them, commits what the receiver acknowledges, and begins again after
 * a broken connection. Knows nothing of sockets; {@code transport/PROTOCOL.md} has the state table. The states and what is
 * heard are here; {@link FrameOutflow} sends, {@link InFlight} knows what is unanswered, {@link SenderPulse} whether the
 * receiver lives.
 *
 * <p>Owned by one thread, which calls {@link #doWork()} until it returns 0, and again after any other call, when the
 * consumer's listener spoke, when the output became writable, and every 100 ms.
 */
public final class LinkSender implements LinkDecoder.Handler, DialHandler {
    /** Where the sender stands. */
    public enum State {
        /** Not connected; waits until it dials again. */
        PAUSED,
        /** Dialling, or waiting for WELCOME. */
        CONNECTING,
        /** Frames flow. */
        STREAMING,
        /** The receiver is leaving: nothing new is sent, answers are awaited. */
        LEAVING,
        /** Ended for good. */
        CLOSED
    }

    private static final long STEADY_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** PINGs that may await their PONG while the output is full; a receiver has two reasons to ask. */
    private static final int MOST_PONGS = 8;

    private final LinkSenderOptions options;
    private final FrameSupply consumer;
    private final LinkDialer dialer;
    private final NanoClock clock;
    private final Backoff backoff;
    private final LinkHealth health;
    private final LinkSenderCounts counts;
    private final InFlight flight;
    private final SenderPulse pulse;
    private final FrameOutflow outflow;
    private final OwnCopy ownCopy = new OwnCopy();
    private final LongArrayList pongs = new LongArrayList();

    private State state = State.PAUSED;
    private LinkOutput output;
    private LinkDecoder decoder;
    private boolean draining;
    private boolean goneAway;
    private long wakeNanos;
    private long stateNanos;
    private String trouble;
    private long refusedPosition;
    private boolean refused;

    public LinkSender(
            LinkSenderOptions options,
            FrameSupply consumer,
            LinkDialer dialer,
            NanoClock clock,
            LongSupplier random,
            LinkHealth health,
            LinkSenderCounts counts) {
        this.options = options;
        this.consumer = consumer;
        this.dialer = dialer;
        this.clock = clock;
        this.backoff = new Backoff(options.backoffMillis(), options.maxBackoffMillis(), random);
        this.health = health;
        this.counts = counts;
        this.flight = new InFlight(options.windowBytes(), counts);
        this.pulse = new SenderPulse(options.requestTimeoutMillis());
        this.outflow = new FrameOutflow(options, consumer, flight, pulse, counts, dialer, this::troubled);
        this.wakeNanos = clock.nanoTime();
    }

    public State state() {
        return state;
    }

    /** Why it does not deliver now, or null. */
    public String trouble() {
        return trouble;
    }

    /** Frames sent on this connection that have no answer yet. */
    public long unanswered() {
        return flight.unanswered();
    }

    /**
     * Looks at the clock, and leases and sends what may be sent.
     *
     * @return 0 when there is nothing to do until something happens
     */
    public int doWork() {
        long now = clock.nanoTime();
        checkTime(now);
        sendPongs();
        if (state != State.STREAMING) {
            return 0;
        }
        long before = flight.sentBytes();
        // Before the next frame fills the output, and after what nothing follows.
        boolean asks = ask(now);
        boolean more = outflow.send(now, !draining);
        asks |= ask(now);
        if (draining && flight.isEmpty() && !goneAway) {
            goneAway = true;
            output.write(LinkEncoder.goAway(output.allocator(), "stopping"));
            output.flush();
        } else if (asks || flight.sentBytes() > before) {
            pulse.spoke(now);
            output.flush();
        }
        return more ? 1 : 0;
    }

    private boolean ask(long now) {
        boolean asks = flight.mustAsk(!outflow.ranEmpty()) && output.isWritable();
        if (asks) {
            flight.asked();
            writePing(now);
        }
        return asks;
    }

    /** A connection was made: begins with HELLO. */
    @Override
    public void connected(LinkOutput connection) {
        if (state != State.CONNECTING || output != null) {
            connection.close();
            return;
        }
        output = connection;
        decoder = new LinkDecoder(this, connection.allocator(), FrameLayout.HEADER_LENGTH);
        counts.connectionCreated();
        Hello hello = new Hello(
                LinkLayout.VERSION,
                consumer.streamId(),
                consumer.ordinal(),
                consumer.lowWater(),
                0,
                LinkLayout.ZSTD,
                options.agent(),
                options.channel(),
                options.token().get());
        output.write(LinkEncoder.hello(output.allocator(), hello));
        output.flush();
    }

    @Override
    public void dialFailed(String why) {
        if (state == State.CONNECTING && output == null) {
            counts.connectionFailed();
            pause("cannot connect to " + dialer.target() + ": " + why);
        }
    }

    @Override
    public void received(LinkOutput connection, ByteBuf bytes) {
        try {
            if (connection == output) {
                decoder.decode(bytes);
            }
        } catch (LinkException e) {
            lose(dialer.target() + " sent what is not the link's protocol: " + e.getMessage());
        } finally {
            bytes.release();
        }
    }

    @Override
    public void disconnected(LinkOutput connection, String why) {
        if (connection == output) {
            lose("connection to " + dialer.target() + " lost: " + why);
        }
    }

    /** Leases nothing more; what is open is sent and answered, then {@link #isDrained()}. */
    public void drain() {
        draining = true;
    }

    /** Whether no lease is open any more. */
    public boolean isDrained() {
        return flight.isEmpty();
    }

    /** Ends it: rolls back what is open and closes the connection. */
    public void close() {
        if (state != State.CLOSED) {
            dropConnection();
            consumer.leaveInFile(false);
            state = State.CLOSED;
        }
    }

    @Override
    public void onMessage(MessageType type, ByteBuf message) {
        pulse.heard(clock.nanoTime());
        switch (type) {
            case WELCOME -> onWelcome(LinkMessages.welcome(message));
            case ACK -> onAck(LinkMessages.ackFrames(message), LinkMessages.ackCredit(message));
            case REJECT ->
                onReject(
                        LinkMessages.rejectCode(message),
                        LinkMessages.rejectPosition(message),
                        LinkMessages.rejectText(message));
            case PING -> onPing(LinkMessages.token(type, message));
            case PONG -> LinkMessages.token(type, message);
            case GOAWAY -> onGoAway(LinkMessages.goAwayText(message));
            default -> throw LinkMessages.outOfTurn(type, state);
        }
    }

    @Override
    public void onData(long floor, int frames, long bytes) {
        throw LinkMessages.outOfTurn(MessageType.DATA, state);
    }

    @Override
    public long beforeFrame(int alignedLength) {
        throw LinkMessages.outOfTurn(MessageType.DATA, state);
    }

    @Override
    public void onFrame(HopHeader hop, Frame frame) {
        frame.release();
        throw LinkMessages.outOfTurn(MessageType.DATA, state);
    }

    private void onWelcome(Welcome welcome) {
        if (state != State.CONNECTING) {
            throw LinkMessages.outOfTurn(MessageType.WELCOME, state);
        }
        flight.begin(welcome.credit());
        outflow.begin(output, welcome);
        enter(State.STREAMING);
        pulse.welcomed(stateNanos);
        if (!refused) {
            wellAgain();
        }
    }

    private void onAck(long frames, long credit) {
        if (state != State.STREAMING && state != State.LEAVING) {
            throw LinkMessages.outOfTurn(MessageType.ACK, state);
        }
        if (!flight.answered(frames, credit, pulse.heardNanos())) {
            return;
        }
        pulse.answered();
        backoff.startOver();
        refusedPosition = 0;
        refused = false;
        if (trouble != null && !outflow.isStuck()) {
            wellAgain();
        }
        if (state == State.LEAVING && flight.unanswered() == 0) {
            lose(dialer.target() + " is stopping");
        }
    }

    /** R19: nothing piles up for a receiver that asks and does not read. */
    private void onPing(long token) {
        if (!pongs.containsLong(token)) {
            if (pongs.size() == MOST_PONGS) {
                throw new LinkException(
                        RejectCode.PROTOCOL,
                        0,
                        "PINGs whose PONG is not read: more than " + MOST_PONGS + " (expected: at most that)");
            }
            pongs.addLong(token);
        }
        sendPongs();
    }

    private void sendPongs() {
        if (!pongs.isEmpty() && output.isWritable()) {
            pongs.forEachOrderedLong(
                    token -> output.write(LinkEncoder.ping(output.allocator(), MessageType.PONG, token)));
            pongs.clear();
            pulse.spoke(clock.nanoTime());
            output.flush();
        }
    }

    private void onReject(RejectCode code, long position, String why) {
        counts.rejected();
        // What was said of a frame holds until the frame passes; a WELCOME alone does not end it.
        refused |= state != State.CONNECTING;
        String said = dialer.target() + " refused " + (position == 0 ? "the connection" : "frame " + position) + " ("
                + code + "): " + why;
        if (code == RejectCode.CHECKSUM && position != 0) {
            onChecksumRefused(position, said);
        } else if (code.isLasting()) {
            stall(said);
        } else {
            lose(said);
        }
    }

    /** R18: our own copy decides whose fault it is. */
    private void onChecksumRefused(long position, String said) {
        Frame frame = flight.find(position);
        if (frame != null && ownCopy.isDamaged(frame)) {
            stall("frame " + position + " is damaged in this channel, " + said);
        } else if (refusedPosition == 0) {
            refusedPosition = position;
            refused = false;
            dropConnection();
            enter(State.PAUSED);
            wakeNanos = stateNanos;
        } else {
            // Also for another frame, when none has passed since: a path that changes bytes is no reason to spin.
            lose("sound frame refused again, " + said);
        }
    }

    private void onGoAway(String why) {
        String said = dialer.target() + " is stopping: " + why;
        if (flight.unanswered() == 0) {
            lose(said);
        } else {
            enter(State.LEAVING);
            troubled(said);
        }
    }

    private void checkTime(long now) {
        switch (state) {
            case PAUSED -> {
                if (now - wakeNanos >= 0 && !draining) {
                    enter(State.CONNECTING);
                    dialer.dial();
                }
            }
            case CONNECTING -> {
                if (SenderPulse.isOver(now, stateNanos, options.connectTimeoutMillis())) {
                    counts.connectionFailed();
                    lose("no answer of " + dialer.target() + " within " + options.connectTimeoutMillis() + " ms");
                }
            }
            case STREAMING, LEAVING -> checkPulse(now);
            case CLOSED -> {}
        }
    }

    private void checkPulse(long now) {
        long unanswered = flight.unanswered();
        pulse.sees(now, output.unsent());
        // Frames stay where they are when it takes nothing: they would come twice elsewhere.
        if (state == State.STREAMING && trouble == null && pulse.isStuck(now, unanswered)) {
            troubled(dialer.target() + " is there, but has taken nothing for " + options.requestTimeoutMillis()
                    + " ms: its channels may be full");
        }
        if (pulse.isDead(now, unanswered)) {
            lose("nothing heard of " + dialer.target() + " for " + options.requestTimeoutMillis() + " ms");
        } else if (pulse.isPingDue(now, unanswered)) {
            // Behind what is not read a PING would be heard too late; silence counts all the same.
            if (output.isWritable()) {
                writePing(now);
                output.flush();
            } else {
                pulse.pings(now, unanswered);
            }
        }
    }

    private void writePing(long now) {
        pulse.pings(now, flight.unanswered());
        output.write(LinkEncoder.ping(output.allocator(), MessageType.PING, now));
    }

    private void enter(State next) {
        state = next;
        stateNanos = clock.nanoTime();
        pulse.startOver(stateNanos);
    }

    private void lose(String why) {
        dropConnection();
        pause(why);
    }

    private void stall(String why) {
        dropConnection();
        enter(State.PAUSED);
        wakeNanos = stateNanos + TimeUnit.MILLISECONDS.toNanos(options.stallMillis());
        backoff.failed();
        troubled(why);
    }

    private void pause(String why) {
        boolean steady =
                (state == State.STREAMING || state == State.LEAVING) && clock.nanoTime() - stateNanos > STEADY_NANOS;
        if (steady) {
            backoff.startOver();
        }
        enter(State.PAUSED);
        wakeNanos = stateNanos + backoff.nextNanos();
        troubled(why);
    }

    private void troubled(String why) {
        trouble = why;
        health.unhealthy(why);
    }

    private void wellAgain() {
        trouble = null;
        health.healthy("connected to " + dialer.target());
    }

    private void dropConnection() {
        if (decoder != null) {
            decoder.stop();
            decoder = null;
        }
        if (output != null) {
            LinkOutput old = output;
            output = null;
            counts.connectionClosed();
            if (flight.unanswered() > 0) {
                old.abort();
            } else {
                old.close();
            }
        }
        pongs.clear();
        flight.rollBack();
    }
}
