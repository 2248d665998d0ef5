package io.headrace.transport.link.netty;

import io.headrace.engine.agent.Failures;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.transport.EventLoops;
import io.headrace.transport.Listening;
import io.headrace.transport.link.CreditBudget;
import io.headrace.transport.link.LinkHealth;
import io.headrace.transport.link.LinkReceiverMetrics;
import io.headrace.transport.link.LinkReceiverOptions;
import io.headrace.transport.link.LinkStreams;
import io.headrace.transport.tls.Refusals;
import io.headrace.wal.StreamId;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * Listens for link connections and puts what they bring into a channel processor. Started and stopped by one thread;
 * connections live on the event loops.
 */
public final class LinkServer {
    private static final long TICK_MILLIS = 1_000;
    private static final long POLL_MILLIS = 5;

    private final EventLoops loops;
    private final LinkDoor door;
    private final LinkReceiverOptions options;
    private final long handshakeTimeoutMillis;
    private final int maxConnections;
    private final CreditBudget budget;
    private final Map<EventLoop, LinkStreams> streams = new IdentityHashMap<>();
    private final List<Future<?>> ticks = new ArrayList<>();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Consumer<Throwable> errors;
    private final LinkReceiverMetrics counted;
    private final Counter accepted;
    private final LinkHealth health;
    private Channel listening;
    private String listeningOn = "";

    /** Events accepted when the last frame could not be put; -1 while all is well. */
    private volatile long acceptedAtTrouble = -1;

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
        this.health = health;
        this.errors = errors;
        this.accepted = metrics.counter("EventAcceptedCount");
        this.budget = new CreditBudget(receiveBytes);
        this.counted = new LinkReceiverMetrics(metrics);
        for (EventLoop loop : loops.loops()) {
            streams.put(
                    loop, new LinkStreams(options, processor, budget, clock, epochClock, counted, loop, this::failed));
        }
        metrics.gauge("ReceiveBytesHeld", budget::held);
        metrics.gauge("OpenSocketCount", connections::size);
    }

    /**
     * Binds and listens; returns the address, with the port that the system chose for 0.
     *
     * @throws IOException that names the address and why nobody can listen there now
     */
    public InetSocketAddress start(String host, int port) throws IOException, InterruptedException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, loops.allocator())
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, ReceiveRoom.ANYWHERE)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (accepted(channel)) {
                            door.open(channel, new LinkReceiverHandler(LinkServer.this));
                        }
                    }
                });
        listening = Listening.open(bootstrap, host, port);
        streams.forEach((loop, own) -> ticks.add(
                loop.scheduleWithFixedDelay(() -> tick(own), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS)));
        InetSocketAddress bound = (InetSocketAddress) listening.localAddress();
        listeningOn = "listening on " + Listening.shown(bound.getHostString(), bound.getPort());
        health.healthy(listeningOn);
        return bound;
    }

    /** A frame could not be put, and its connection was closed; only an error of the machine ends more than that. */
    void failed(Throwable cause) {
        if (cause instanceof Error) {
            errors.accept(cause);
            return;
        }
        acceptedAtTrouble = accepted.get();
        health.unhealthy("what came could not be put, the sender tries again: " + Failures.describe(cause));
    }

    private void noteRecovery() {
        if (acceptedAtTrouble >= 0 && accepted.get() > acceptedAtTrouble) {
            acceptedAtTrouble = -1;
            health.healthy(listeningOn);
        }
    }

    /**
     * Stops listening, tells the senders, answers for up to {@code drainMillis} what becomes acknowledged, and closes
     * every connection and input.
     */
    public void stop(long drainMillis) {
        if (listening != null) {
            listening.close().awaitUninterruptibly();
        }
        ticks.forEach(tick -> tick.cancel(false));
        streams.forEach((loop, own) -> await(loop.submit(() -> own.goAway("the source stops"))));
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(drainMillis);
        while (openConnections() > 0
                && System.nanoTime() < end
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
        }
        streams.forEach((loop, own) -> await(loop.submit(own::close)));
        connections.close().awaitUninterruptibly();
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

    /** Counts a new connection; beyond the limit it is closed and false is returned. */
    private boolean accepted(Channel channel) {
        connections.add(channel);
        if (connections.size() > maxConnections) {
            door.refusals()
                    .refused(
                            Refusals.Reason.CONNECTIONS,
                            channel.remoteAddress(),
                            "connections: more than " + maxConnections + " (expected: at most that, maxConnections)");
            channel.close();
            return false;
        }
        return true;
    }

    EventLoop loopOf(StreamId stream) {
        int hash = Long.hashCode(stream.high() * 31 + stream.low());
        return loops.loops().get(Math.floorMod(hash, loops.loops().size()));
    }

    LinkStreams streamsOf(EventLoop loop) {
        return streams.get(loop);
    }

    private void tick(LinkStreams own) {
        try {
            own.checkTime();
            noteRecovery();
        } catch (RuntimeException | Error e) {
            errors.accept(e);
        }
    }

    private int openConnections() {
        int open = 0;
        for (Map.Entry<EventLoop, LinkStreams> entry : streams.entrySet()) {
            Future<Integer> count = entry.getKey().submit(entry.getValue()::openConnections);
            await(count);
            open += count.getNow();
        }
        return open;
    }

    private static void await(Future<?> task) {
        task.awaitUninterruptibly();
        if (task.cause() != null) {
            throw new IllegalStateException("event loop task failed", task.cause());
        }
    }
}
