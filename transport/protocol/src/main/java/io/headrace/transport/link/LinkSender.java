package io.headrace.transport.link;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameCompressor;
import io.headrace.frame.FrameDecoder;
import io.headrace.frame.FrameException;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameLease;
import io.headrace.frame.HopHeader;
import io.headrace.wal.FrameSupply;
import io.netty.buffer.ByteBuf;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.agrona.concurrent.NanoClock;

/**
 * The sending end of a link: leases frames, sends them, commits what the receiver acknowledges, and begins again after
 * a broken connection. Knows nothing of sockets; {@code transport/PROTOCOL.md} has the state table.
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

    private static final long ROUND_BYTES = 4L * 1024 * 1024;
    private static final long LONGEST_PING_PAUSE_MILLIS = 10_000;

    /** Where nothing awaits an answer: many such connections must cost their receiver next to nothing. */
    private static final long LONGEST_IDLE_MILLIS = 20_000;

    private static final long STEADY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LinkSenderOptions options;
    private final FrameSupply consumer;
    private final LinkDialer dialer;
    private final NanoClock clock;
    private final Backoff backoff;
    private final LinkHealth health;
    private final LinkSenderCounts counts;
    private final DataWriter writer = new DataWriter();
    private final FrameDecoder verifier = new FrameDecoder(Integer.MAX_VALUE);
    private final ArrayDeque<OpenLease> leases = new ArrayDeque<>();

    private State state = State.PAUSED;
    private LinkOutput output;
    private LinkDecoder decoder;
    private boolean draining;
    private boolean goneAway;
    private long wakeNanos;
    private long stateNanos;
    private long heardNanos;
    private long askedNanos;
    private boolean pinging;
    private long pingedNanos;
    private long spokeNanos;
    private long movedNanos;
    private long answeredNanos;
    private long lastUnsent;
    private String trouble;

    private long kept;
    private long credit;
    private int largestFrame;
    private boolean takesStored;
    private boolean takesZstd;
    private long sentBytes;

    /** Bytes read to compress or inflate them, or made by that: work that what is sent does not show. */
    private long madeBytes;

    private long answeredBytes;
    private long sentFrames;
    private long answeredFrames;
    private long highestSent;
    private boolean waitsForCredit;
    private boolean ranEmpty;
    private long refusedPosition;
    private boolean stuck;
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
        return sentFrames - answeredFrames;
    }

    /**
     * Looks at the clock, and leases and sends what may be sent.
     *
     * @return 0 when there is nothing to do until something happens
     */
    public int doWork() {
        long now = clock.nanoTime();
        checkTime(now);
        if (state != State.STREAMING) {
            return 0;
        }
        long before = sentBytes;
        boolean more = send(now);
        if (draining && leases.isEmpty() && !goneAway) {
            goneAway = true;
            output.write(LinkEncoder.goAway(output.allocator(), "stopping"));
            output.flush();
        } else if (sentBytes > before) {
            spokeNanos = now;
            output.flush();
        }
        return more ? 1 : 0;
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
        return leases.isEmpty();
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
        heardNanos = clock.nanoTime();
        pinging = false;
        switch (type) {
            case WELCOME -> onWelcome(LinkMessages.welcome(message));
            case ACK -> onAck(LinkMessages.ackFrames(message), LinkMessages.ackCredit(message));
            case REJECT ->
                onReject(
                        LinkMessages.rejectCode(message),
                        LinkMessages.rejectPosition(message),
                        LinkMessages.rejectText(message));
            case PING -> {
                long token = LinkMessages.token(type, message);
                output.write(LinkEncoder.ping(output.allocator(), MessageType.PONG, token));
                output.flush();
            }
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
        kept = welcome.kept();
        credit = welcome.credit();
        largestFrame = welcome.largestFrame();
        takesZstd = (welcome.codecs() & LinkLayout.ZSTD) != 0;
        // What is changed on the way out has to be in memory.
        takesStored = (welcome.codecs() & LinkLayout.TAKES_STORED) != 0
                && output.sendsFiles()
                && takesZstd
                && options.compressor() == null;
        consumer.leaveInFile(takesStored);
        enter(State.STREAMING);
        pingedNanos = stateNanos;
        spokeNanos = stateNanos;
        movedNanos = stateNanos;
        lastUnsent = 0;
        if (!refused) {
            wellAgain();
        }
    }

    private void onAck(long frames, long newCredit) {
        if (state != State.STREAMING && state != State.LEAVING) {
            throw LinkMessages.outOfTurn(MessageType.ACK, state);
        }
        if (frames < answeredFrames || frames > sentFrames) {
            throw new LinkException(
                    RejectCode.PROTOCOL,
                    0,
                    "acknowledged frames: " + frames + " (expected: " + answeredFrames + " to " + sentFrames + ")");
        }
        counts.ackReceived();
        credit = newCredit;
        if (frames == answeredFrames) {
            return;
        }
        counts.framesAcknowledged(frames - answeredFrames);
        answeredNanos = heardNanos;
        while (answeredFrames < frames) {
            answerOne();
            // At once, so that the head of the leases is what the next answer is for.
            commitAnswered();
        }
        backoff.startOver();
        refusedPosition = 0;
        refused = false;
        if (trouble != null && !stuck) {
            wellAgain();
        }
        if (state == State.LEAVING && unanswered() == 0) {
            lose(dialer.target() + " is stopping");
        }
    }

    private void answerOne() {
        for (OpenLease open : leases) {
            while (open.isHeadSkipped()) {
                open.answerHead();
            }
            if (open.isHeadSent()) {
                counts.acknowledgedAfter(TimeUnit.NANOSECONDS.toMicros(heardNanos - open.headSentNanos()));
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

    private void commitAnswered() {
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
        Frame frame = find(position);
        if (frame != null && isDamaged(frame)) {
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

    private Frame find(long position) {
        for (OpenLease open : leases) {
            for (int i = 0; i < open.next(); i++) {
                if (open.lease().sequence(i) == position) {
                    return open.lease().frame(i);
                }
            }
        }
        return null;
    }

    private boolean isDamaged(Frame frame) {
        if (frame.file() != null) {
            return isDamagedInFile(frame);
        }
        ByteBuf copy = frame.retainedBuf();
        try {
            verifier.decode(copy, copy.readableBytes()).release();
            return false;
        } catch (FrameException e) {
            copy.release();
            return true;
        }
    }

    /** Nobody has looked at it since it was written. */
    private static boolean isDamagedInFile(Frame frame) {
        try {
            frame.readBack().release();
            return false;
        } catch (FrameException | UncheckedIOException e) {
            return true;
        }
    }

    private void onGoAway(String why) {
        String said = dialer.target() + " is stopping: " + why;
        if (unanswered() == 0) {
            lose(said);
        } else {
            enter(State.LEAVING);
            troubled(said);
        }
    }

    /** Leases and sends until something stops it; true when it is only the length of a round. */
    private boolean send(long now) {
        long end = sentBytes + ROUND_BYTES;
        long endOfMaking = madeBytes + ROUND_BYTES;
        while (output.isWritable()) {
            OpenLease open = leases.peekLast();
            if (open == null || open.isSent()) {
                open = lease();
                if (open == null) {
                    return false;
                }
            }
            if (!sendSome(open, now)) {
                return false;
            }
            if (sentBytes >= end || madeBytes >= endOfMaking) {
                return true;
            }
        }
        return false;
    }

    private OpenLease lease() {
        if (draining || unanswered() > 0 && (isCreditGone(1) || isWindowFull(1))) {
            return null;
        }
        FrameLease lease = consumer.tryLease(options.batchEvents(), options.batchBytes());
        if (lease == null) {
            if (!ranEmpty) {
                ranEmpty = true;
                counts.foundNothing();
            }
            return null;
        }
        ranEmpty = false;
        lease.sent(0);
        counts.leased(lease.events(), options.batchEvents());
        OpenLease open = new OpenLease(lease);
        leases.add(open);
        return open;
    }

    /** Sends as many frames of the lease as may go in one DATA; false when one of them must wait. */
    private boolean sendSome(OpenLease open, long now) {
        FrameLease lease = open.lease();
        boolean wait = false;
        if (unanswered() == 0) {
            answeredNanos = now;
            asks(now);
        }
        while (!wait && !open.isSent()) {
            while (!open.isSent() && lease.sequence(open.next()) <= kept) {
                open.skip();
                counts.frameKept();
            }
            int first = open.next();
            while (!wait && !open.isSent() && lease.sequence(open.next()) > kept) {
                boolean made = makeWire(open);
                Frame frame = open.wire(open.next());
                int aligned = frame.alignedLength();
                wait = !made || mustWait(frame, aligned) || open.next() - first == LinkLayout.MAX_FRAMES;
                if (!wait) {
                    count(lease.sequence(open.next()), aligned);
                    open.sent(now);
                }
            }
            int count = open.next() - first;
            if (count > 0) {
                lease.sent(open.next());
                counts.sentFromLog(writer.write(output, open, first, count, consumer.lowWater(), takesStored));
                open.letGo(first, open.next());
            }
        }
        commitAnswered();
        return !wait;
    }

    /**
     * Compresses or inflates the next frame where the receiver wants it so, once however long it then waits; false when it
     * cannot: what stands before it is sent, and nothing more over this connection.
     */
    private boolean makeWire(OpenLease open) {
        int index = open.next();
        Frame frame = open.lease().frame(index);
        boolean inflate = !takesZstd && frame.isCompressed();
        boolean compress = takesZstd && options.compressor() != null && !frame.isCompressed();
        if (open.isMade(index) || !inflate && !compress) {
            return true;
        } else if (stuck) {
            return false;
        }
        try {
            Frame made = inflate
                    ? FrameCompressor.inflate(frame, output.allocator())
                    : options.compressor().compress(frame, output.allocator());
            open.make(index, made);
            madeBytes += Math.max(frame.length(), made.length());
            if (made != frame) {
                counts.frameMade(inflate);
            }
            return true;
        } catch (FrameException | UncheckedIOException e) {
            stuck = true;
            troubled("frame " + open.lease().sequence(index) + " cannot be " + (inflate ? "inflated" : "compressed")
                    + " for " + dialer.target() + ": " + e.getMessage());
            return false;
        }
    }

    private void count(long sequence, int aligned) {
        counts.frameSent(aligned, sequence <= highestSent);
        highestSent = Math.max(highestSent, sequence);
        sentBytes += aligned;
        sentFrames++;
        waitsForCredit = false;
    }

    private boolean mustWait(Frame frame, int aligned) {
        // What stays in a file is not read for it: the receiver looks, too.
        int length = frame.file() == null ? frame.plainLength() : frame.length();
        if (length > largestFrame) {
            if (!stuck) {
                stuck = true;
                troubled("frame of " + length + " bytes (expected: <= " + largestFrame + ", the largest that "
                        + dialer.target() + " takes)");
            }
            return true;
        }
        // R13: one frame may always be under way, whatever credit and window say.
        return unanswered() > 0 && (isCreditGone(aligned) || isWindowFull(aligned));
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
        return sentBytes - answeredBytes + bytes > options.windowBytes();
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
                if (isOver(now, stateNanos, options.connectTimeoutMillis())) {
                    counts.connectionFailed();
                    lose("no answer of " + dialer.target() + " within " + options.connectTimeoutMillis() + " ms");
                }
            }
            case STREAMING, LEAVING -> {
                long unsent = output.unsent();
                if (unsent < lastUnsent) {
                    // A large frame on a slow path: nobody can answer it before it is there.
                    movedNanos = now;
                }
                lastUnsent = unsent;
                if (isStuck(now)) {
                    troubled(dialer.target() + " is there, but has taken nothing for " + options.requestTimeoutMillis()
                            + " ms: its channels may be full");
                }
                long silentNanos = askedNanos - heardNanos > 0 ? askedNanos : heardNanos;
                long pause = pingPauseMillis();
                if (isAsking()
                        && isOver(now, silentNanos, options.requestTimeoutMillis())
                        && isOver(now, movedNanos, options.requestTimeoutMillis())) {
                    lose("nothing heard of " + dialer.target() + " for " + options.requestTimeoutMillis() + " ms");
                } else if ((isOver(now, silentNanos, pause) || isOver(now, spokeNanos, pause))
                        && isOver(now, pingedNanos, pause)) {
                    // Also when answers come and there is nothing to send: the receiver takes silence for death.
                    asks(now);
                    pinging = true;
                    pingedNanos = now;
                    spokeNanos = now;
                    output.write(LinkEncoder.ping(output.allocator(), MessageType.PING, now));
                    output.flush();
                }
            }
            case CLOSED -> {}
        }
    }

    private boolean isAsking() {
        return pinging || unanswered() > 0;
    }

    /** Before something is sent that wants an answer: silence counts from the first of it. */
    private void asks(long now) {
        if (!isAsking()) {
            askedNanos = now;
        }
    }

    private long pingPauseMillis() {
        long timeout = options.requestTimeoutMillis();
        return isAsking() ? Math.min(timeout / 3, LONGEST_PING_PAUSE_MILLIS) : Math.min(timeout, LONGEST_IDLE_MILLIS);
    }

    /** Whether the receiver lives and takes nothing. Frames stay where they are: they would come twice elsewhere. */
    private boolean isStuck(long now) {
        return state == State.STREAMING
                && trouble == null
                && unanswered() > 0
                && !isOver(now, heardNanos, options.requestTimeoutMillis())
                && isOver(now, answeredNanos, options.requestTimeoutMillis())
                && isOver(now, movedNanos, options.requestTimeoutMillis());
    }

    private static boolean isOver(long now, long since, long millis) {
        return now - since >= TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void enter(State next) {
        state = next;
        stateNanos = clock.nanoTime();
        heardNanos = stateNanos;
        askedNanos = stateNanos;
        pinging = false;
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

    /** Rolls back what is open, first lease first, so that the channel leases it again in its order. */
    private void dropConnection() {
        if (decoder != null) {
            decoder.stop();
            decoder = null;
        }
        if (output != null) {
            LinkOutput old = output;
            output = null;
            counts.connectionClosed();
            if (unanswered() > 0) {
                old.abort();
            } else {
                old.close();
            }
        }
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
        stuck = false;
    }
}
