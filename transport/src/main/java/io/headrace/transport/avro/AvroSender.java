package io.headrace.transport.avro;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.transport.avro.AvroException.Kind;
import io.headrace.transport.link.Backoff;
import io.headrace.transport.link.DialHandler;
import io.headrace.transport.link.LinkDialer;
import io.headrace.transport.link.LinkHealth;
import io.headrace.transport.link.LinkOutput;
import io.headrace.transport.net.LoopDriver;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.agrona.concurrent.NanoClock;

/**
 * Sends a channel's frames as Flume's {@code appendBatch}: introduces itself, leases, sends, commits a lease when all of
 * its requests are answered with OK, and rolls back and begins again after anything else. To a source that keeps the order
 * of requests it sends several before the first is answered. Knows nothing of sockets.
 *
 * <p>Owned by one thread, which calls {@link #doWork()} until it returns false, and again after any other call, when the
 * consumer's listener spoke, when the output became writable, and every 100 ms.
 */
final class AvroSender implements DialHandler, LoopDriver.Driven {
    /** Where the sender stands. */
    enum State {
        /** Not connected; waits until it dials again. */
        PAUSED,
        /** Dialling. */
        CONNECTING,
        /** Waiting for the answer to the handshake. */
        GREETING,
        /** Requests flow. */
        STREAMING,
        /** Ended for good. */
        CLOSED
    }

    private record InFlight(OutstandingLease lease, int bytes, long sentNanos) {}

    private static final int REQUESTS_TO_HEADRACE = 32;
    private static final long MOST_UNANSWERED_BYTES = 16L * 1024 * 1024;
    private static final long MOST_LEASE_BYTES = 4L * 1024 * 1024;
    private static final long BACKOFF_MILLIS = 100;
    private static final int GREETING_SERIAL = 1;

    private final AvroSenderOptions options;
    private final ChannelConsumer consumer;
    private final LinkDialer dialer;
    private final NanoClock clock;
    private final Backoff backoff;
    private final LinkHealth health;
    private final AvroSinkMetrics metrics;
    private final RequestWriter writer = new RequestWriter();
    private final ArrayDeque<OutstandingLease> leases = new ArrayDeque<>();
    private final Map<Integer, InFlight> inFlight = new LinkedHashMap<>();

    private State state = State.PAUSED;
    private LinkOutput output;
    private AnswerDecoder decoder;
    private boolean draining;
    private boolean ranEmpty;
    private boolean greetedWithText;
    private int mostInFlight = 1;
    private int serial = GREETING_SERIAL;
    private long bytesInFlight;
    private long wakeNanos;
    private long stateNanos;
    private long movedNanos;
    private long lastUnsent;
    private String trouble;

    AvroSender(
            AvroSenderOptions options,
            ChannelConsumer consumer,
            LinkDialer dialer,
            NanoClock clock,
            LongSupplier random,
            LinkHealth health,
            AvroSinkMetrics metrics) {
        this.options = options;
        this.consumer = consumer;
        this.dialer = dialer;
        this.clock = clock;
        this.backoff = new Backoff(BACKOFF_MILLIS, options.maxBackoffMillis(), random);
        this.health = health;
        this.metrics = metrics;
        this.wakeNanos = clock.nanoTime();
    }

    State state() {
        return state;
    }

    /** Requests without an answer. */
    int unanswered() {
        return inFlight.size();
    }

    /** Looks at the clock, leases and sends what may be sent. */
    @Override
    public boolean doWork() {
        long now = clock.nanoTime();
        checkTime(now);
        if (state != State.STREAMING) {
            return false;
        }
        int sent = 0;
        while (maySend() && (hasOpenLease() || lease(now))) {
            send(now);
            sent++;
        }
        if (sent > 0) {
            output.flush();
        }
        return false;
    }

    @Override
    public void connected(LinkOutput connection) {
        if (state != State.CONNECTING) {
            connection.close();
            return;
        }
        output = connection;
        decoder = new AnswerDecoder(this::answered);
        metrics.sink.connectionCreated();
        greetedWithText = false;
        state = State.GREETING;
        greet(AvroProtocol.FLUME_HASH, null, AvroProtocol.FLUME_HASH);
    }

    @Override
    public void dialFailed(String why) {
        if (state == State.CONNECTING) {
            metrics.sink.connectionFailed();
            pause("cannot connect to " + dialer.target() + ": " + why);
        }
    }

    @Override
    public void received(LinkOutput connection, ByteBuf bytes) {
        try {
            if (connection == output) {
                movedNanos = clock.nanoTime();
                decoder.decode(bytes, connection.allocator());
            }
        } catch (AvroException e) {
            lose(dialer.target() + " sent what is not Avro's protocol: " + e.getMessage());
        } finally {
            bytes.release();
        }
    }

    @Override
    public void disconnected(LinkOutput connection, String why) {
        if (connection == output) {
            if (state == State.GREETING) {
                metrics.sink.connectionFailed();
            }
            lose("connection to " + dialer.target() + " lost: " + why);
        }
    }

    /** Leases nothing more. */
    @Override
    public void drain() {
        draining = true;
    }

    /** Whether no lease is open any more. */
    @Override
    public boolean isDrained() {
        return leases.isEmpty();
    }

    /** Ends it: rolls back what is open and closes the connection. */
    @Override
    public void close() {
        if (state != State.CLOSED) {
            dropConnection();
            rollBack();
            state = State.CLOSED;
        }
    }

    /** An empty call with the handshake: it is answered by a handshake and nothing else. */
    private void greet(byte[] clientHash, String text, byte[] serverHash) {
        ByteBuf out = output.allocator().directBuffer();
        out.writeInt(GREETING_SERIAL).writeInt(1).writeInt(0);
        int begin = out.writerIndex();
        out.writeBytes(clientHash);
        AvroOutput.writeLong(out, text == null ? 0 : 1);
        if (text != null) {
            AvroOutput.writeString(out, text);
        }
        out.writeBytes(serverHash);
        AvroOutput.writeLong(out, 1);
        AvroOutput.writeOrdered(out);
        AvroOutput.writeLong(out, 0);
        AvroOutput.writeString(out, "");
        out.setInt(begin - Integer.BYTES, out.writerIndex() - begin);
        output.write(out);
        output.flush();
    }

    private void answered(int answeredSerial, AvroInput in) {
        if (state == State.GREETING && answeredSerial == GREETING_SERIAL) {
            onWelcome(Welcome.read(in));
            return;
        }
        InFlight request = inFlight.remove(answeredSerial);
        if (request == null) {
            throw new AvroException(
                    Kind.FRAMING, "serial of an answer: " + answeredSerial + " (expected: one of a request)");
        }
        bytesInFlight -= request.bytes();
        metrics.ack.recordMicros(TimeUnit.NANOSECONDS.toMicros(movedNanos - request.sentNanos()));
        Answer answer = Answer.read(in);
        if (answer.status() != AvroStatus.OK) {
            metrics.sink.writeFailed();
            lose(dialer.target() + " answered "
                    + (answer.error() == null ? answer.status() : "with an error: " + answer.error()));
            return;
        }
        request.lease().requestAnswered();
        commitDelivered();
        backoff.startOver();
        if (trouble != null) {
            wellAgain();
        }
    }

    private void onWelcome(Welcome welcome) {
        if (!welcome.accepted()) {
            if (greetedWithText) {
                throw new AvroException(
                        Kind.FRAMING, "handshake: refused (expected: a source with Flume's AvroSourceProtocol)");
            }
            greetedWithText = true;
            byte[] server = welcome.serverHash() == null ? AvroProtocol.FLUME_HASH : welcome.serverHash();
            greet(AvroProtocol.TEXT_HASH, AvroProtocol.TEXT, server);
            return;
        }
        int allowed = welcome.ordered() ? REQUESTS_TO_HEADRACE : 1;
        mostInFlight = options.requestsInFlight() > 0 ? options.requestsInFlight() : allowed;
        enter(State.STREAMING);
        lastUnsent = 0;
        if (trouble == null) {
            wellAgain();
        }
    }

    private boolean maySend() {
        return output != null
                && output.isWritable()
                && inFlight.size() < mostInFlight
                && (bytesInFlight < MOST_UNANSWERED_BYTES || inFlight.isEmpty());
    }

    private boolean hasOpenLease() {
        return !leases.isEmpty() && !leases.peekLast().isSent();
    }

    private boolean lease(long now) {
        if (draining || isDue(now)) {
            return false;
        }
        Lease lease = consumer.tryLease(options.batchSize(), MOST_LEASE_BYTES);
        if (lease == null) {
            if (!ranEmpty) {
                ranEmpty = true;
                metrics.sink.batchEmpty();
            }
            return false;
        }
        ranEmpty = false;
        metrics.sink.batchBegun(lease.events(), options.batchSize());
        lease.sent(0);
        leases.add(new OutstandingLease(lease));
        writer.begin(lease);
        return true;
    }

    private void send(long now) {
        OutstandingLease lease = leases.peekLast();
        serial = serial == Integer.MAX_VALUE ? GREETING_SERIAL + 1 : serial + 1;
        ByteBuf request = writer.write(output.allocator(), serial, options.batchSize());
        int bytes = request.readableBytes();
        if (inFlight.isEmpty()) {
            movedNanos = now;
        }
        lease.requestSent(!writer.hasMore());
        inFlight.put(serial, new InFlight(lease, bytes, now));
        bytesInFlight += bytes;
        metrics.requestsSent.increment();
        metrics.bytesSent.add(bytes);
        lease.lease().sent(writer.begunFrames());
        output.write(request);
    }

    private void commitDelivered() {
        Iterator<OutstandingLease> open = leases.iterator();
        while (open.hasNext()) {
            OutstandingLease lease = open.next();
            if (!lease.isDelivered()) {
                return;
            }
            metrics.sink.batchDelivered(lease.lease().events());
            lease.lease().commit();
            open.remove();
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
            case CONNECTING, GREETING -> {
                if (isOver(now, stateNanos, options.connectTimeoutMillis())) {
                    metrics.sink.connectionFailed();
                    lose("no answer of " + dialer.target() + " within " + options.connectTimeoutMillis() + " ms");
                }
            }
            case STREAMING -> {
                long unsent = output.unsent();
                if (unsent < lastUnsent) {
                    // A large request on a slow path: nobody can answer it before it is there.
                    movedNanos = now;
                }
                lastUnsent = unsent;
                if (!inFlight.isEmpty() && isOver(now, movedNanos, options.requestTimeoutMillis())) {
                    metrics.sink.writeFailed();
                    lose("no answer of " + dialer.target() + " to a request within " + options.requestTimeoutMillis()
                            + " ms");
                } else if (isDue(now) && leases.isEmpty() && !draining) {
                    dropConnection();
                    enter(State.CONNECTING);
                    dialer.dial();
                }
            }
            case CLOSED -> {}
        }
    }

    /** Whether the connection is old enough to be replaced. */
    private boolean isDue(long now) {
        return options.resetMillis() > 0 && isOver(now, stateNanos, options.resetMillis());
    }

    private static boolean isOver(long now, long since, long millis) {
        return now - since >= TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void enter(State next) {
        state = next;
        stateNanos = clock.nanoTime();
        movedNanos = stateNanos;
    }

    private void lose(String why) {
        dropConnection();
        rollBack();
        pause(why);
    }

    private void pause(String why) {
        enter(State.PAUSED);
        wakeNanos = stateNanos + backoff.nextNanos();
        trouble = why;
        health.unhealthy(why);
    }

    private void wellAgain() {
        trouble = null;
        health.healthy("connected to " + dialer.target());
    }

    private void dropConnection() {
        if (decoder != null) {
            decoder.close();
            decoder = null;
        }
        if (output != null) {
            LinkOutput old = output;
            output = null;
            metrics.sink.connectionClosed();
            old.close();
        }
        inFlight.clear();
        bytesInFlight = 0;
    }

    /** First lease first, so that the channel leases it again in its order. */
    private void rollBack() {
        OutstandingLease open = leases.poll();
        while (open != null) {
            open.lease().rollback();
            open = leases.poll();
        }
    }
}
