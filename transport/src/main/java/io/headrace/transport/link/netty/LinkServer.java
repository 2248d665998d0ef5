package io.headrace.transport.link.netty;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.transport.EventLoops;
import io.headrace.transport.Listening;
import io.headrace.transport.link.CreditBudget;
import io.headrace.transport.link.LinkHealth;
import io.headrace.transport.link.LinkReceiverMetrics;
import io.headrace.transport.link.LinkReceiverOptions;
import io.headrace.transport.link.LinkStreams;
import io.headrace.transport.net.Listener;
import io.headrace.transport.net.PerLoop;
import io.headrace.transport.net.PutHealth;
import io.headrace.transport.tls.Refusals;
import io.headrace.wal.StreamId;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * Listens for link connections and puts what they bring into a channel processor. Started and stopped by one thread;
 * connections live on the event loops.
 */
public final class LinkServer {
    private static final int FIRST_READ = 4 * 1024;

    private final EventLoops loops;
    private final LinkDoor door;
    private final LinkReceiverOptions options;
    private final long handshakeTimeoutMillis;
    private final int maxConnections;
    private final CreditBudget budget;
    private final PerLoop<LinkStreams> streams;
    private final Listener listener;
    private final PutHealth puts;
    private final Consumer<Throwable> errors;
    private final LinkReceiverMetrics counted;

    /**
     * @param health told that frames cannot be put, and that they can again
     * @param errors told what ends the source
     */
    LinkServer(
            EventLoops loops,
            LinkDoor door,
            ChannelProcessor processor,
            LinkReceiverOptions options,
            long receiveBytes,
            long handshakeTimeoutMillis,
            int maxConnections,
            NanoClock clock,
            EpochClock epochClock,
            MetricGroup metrics,
            LinkHealth health,
            Consumer<Throwable> errors) {
        this.loops = loops;
        this.door = door;
        this.options = options;
        this.handshakeTimeoutMillis = handshakeTimeoutMillis;
        this.maxConnections = maxConnections;
        this.errors = errors;
        this.puts = new PutHealth(metrics.counter("EventAcceptedCount"), health, errors);
        this.budget = new CreditBudget(receiveBytes);
        this.counted = new LinkReceiverMetrics(metrics);
        this.streams = new PerLoop<>(
                loops,
                loop -> new LinkStreams(
                        options,
                        processor,
                        budget,
                        clock,
                        epochClock,
                        counted,
                        loop,
                        (nanos, task) -> loop.schedule(task, nanos, TimeUnit.NANOSECONDS),
                        puts::failed));
        this.listener = new Listener(loops, FIRST_READ, false, this::accept);
        metrics.gauge("ReceiveBytesHeld", budget::held);
        metrics.gauge("OpenSocketCount", listener::connections);
    }

    /**
     * Binds and listens; returns the address, with the port that the system chose for 0.
     *
     * @throws IOException that names the address and why nobody can listen there now
     */
    public InetSocketAddress start(String host, int port) throws IOException, InterruptedException {
        InetSocketAddress bound = listener.open(host, port);
        streams.startTicks(this::tick, errors);
        puts.listensOn(Listening.shown(bound.getHostString(), bound.getPort()));
        return bound;
    }

    /** A frame could not be put, and its connection was closed; only an error of the machine ends more than that. */
    void failed(Throwable cause) {
        puts.failed(cause);
    }

    private void tick(LinkStreams own) {
        own.checkTime();
        puts.look();
    }

    /**
     * Stops listening, tells the senders, answers for up to {@code drainMillis} what becomes acknowledged, and closes
     * every connection and input.
     */
    public void stop(long drainMillis) {
        listener.close();
        streams.stopTicks();
        streams.onEach(own -> own.goAway("the source stops"));
        streams.awaitNone(LinkStreams::openConnections, drainMillis);
        streams.onEach(LinkStreams::close);
        listener.closeConnections();
        try {
            door.close();
        } catch (IOException e) {
            errors.accept(e);
        }
    }

    /** Bytes granted or waiting for room. */
    public CreditBudget budget() {
        return budget;
    }

    LinkDoor door() {
        return door;
    }

    LinkReceiverOptions receiverOptions() {
        return options;
    }

    LinkReceiverMetrics receiverMetrics() {
        return counted;
    }

    long handshakeTimeoutMillis() {
        return handshakeTimeoutMillis;
    }

    /** Beyond the limit it is closed. */
    private void accept(Channel channel) {
        if (listener.connections() > maxConnections) {
            door.refusals()
                    .refused(
                            Refusals.Reason.CONNECTIONS,
                            channel.remoteAddress(),
                            "connections: more than " + maxConnections + " (expected: at most that, maxConnections)");
            channel.close();
        } else {
            door.open(channel, new LinkReceiverHandler(this));
        }
    }

    EventLoop loopOf(StreamId stream) {
        int hash = Long.hashCode(stream.high() * 31 + stream.low());
        return loops.loops().get(Math.floorMod(hash, loops.loops().size()));
    }

    LinkStreams streamsOf(EventLoop loop) {
        return streams.of(loop);
    }
}
