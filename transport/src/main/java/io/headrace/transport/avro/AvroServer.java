package io.headrace.transport.avro;

import io.headrace.engine.agent.Failures;
import io.headrace.engine.metrics.Counter;
import io.headrace.engine.spi.SourceContext;
import io.headrace.transport.EventLoops;
import io.headrace.transport.Listening;
import io.headrace.transport.tls.IpFilter;
import io.headrace.transport.tls.IpFilterHandler;
import io.headrace.transport.tls.Refusals;
import io.headrace.transport.tls.Refusals.Reason;
import io.headrace.transport.tls.SubjectFilter;
import io.headrace.transport.tls.Subjects;
import io.headrace.transport.tls.TlsContext;
import io.headrace.transport.tls.TlsContexts;
import io.headrace.transport.tls.TlsDefaults;
import io.headrace.transport.tls.TlsFailures;
import io.headrace.transport.tls.TlsFiles;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.CodecException;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.DataFormatException;

/** Listens for Flume's clients. Started and stopped by one thread; connections live on the event loops. */
final class AvroServer {
    private static final int LEAST_READ = 4 * 1024;
    private static final int FIRST_READ = 16 * 1024;
    private static final int MOST_READ = 256 * 1024;
    private static final int BACKLOG = 1024;
    private static final long TICK_MILLIS = 1_000;
    private static final long POLL_MILLIS = 5;

    private final EventLoops loops;
    private final SourceContext context;
    private final AvroSourceSettings settings;
    private final AvroSourceMetrics metrics;
    private final Refusals refusals;
    private final IpFilter filter;
    private final Counter accepted;
    private final ReceiveBudget budget;
    private final Map<EventLoop, AvroLoop> owners = new IdentityHashMap<>();
    private final List<Future<?>> ticks = new ArrayList<>();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final PeerNotes notes;
    private final SubjectFilter subjects;
    private TlsContext tls;
    private TlsFiles tlsFiles;
    private Channel listening;
    private String listeningOn = "";

    /** Events accepted when the last batch could not be put; -1 while all is well. */
    private volatile long acceptedAtTrouble = -1;

    AvroServer(EventLoops loops, SourceContext context, AvroSourceSettings settings) {
        this.loops = loops;
        this.context = context;
        this.settings = settings;
        this.metrics = new AvroSourceMetrics(context.metrics());
        this.refusals = new Refusals(context.metrics(), context.logger(), context.nanoClock());
        this.notes = new PeerNotes(context.logger());
        this.filter = settings.ipFilter().filter();
        this.subjects = SubjectFilter.parse(settings.tls().allowedSubjects());
        this.accepted = context.metrics().counter("EventAcceptedCount");
        this.budget = new ReceiveBudget(settings.receiveBytes());
        context.metrics().gauge("ReceiveBytesHeld", budget::held);
    }

    /**
     * Binds and listens; returns the address, with the port that the system chose for 0.
     *
     * @throws IOException that names what is wrong with the address or the keys
     */
    InetSocketAddress start() throws IOException, InterruptedException {
        if (settings.tls().ssl()) {
            tls = TlsContexts.server(settings.tls(), TlsDefaults.ofProcess(), context.epochClock(), ClientAuth.REQUIRE);
            tlsFiles = TlsFiles.watch(tls, loops, context.metrics(), context.logger());
        }
        AvroReceiverOptions options = new AvroReceiverOptions(
                settings.ack(),
                (int) settings.maxEventBytes(),
                (int) settings.maxRequestBytes(),
                settings.stallTimeout(),
                settings.idleTimeout());
        Greeting greeting = new Greeting();
        for (EventLoop loop : loops.loops()) {
            owners.put(
                    loop,
                    new AvroLoop(
                            loop,
                            context.processor(),
                            options,
                            budget,
                            greeting,
                            metrics,
                            refusals,
                            context.nanoClock(),
                            context.epochClock(),
                            context.randomLong(),
                            this::failed));
        }
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, loops.allocator())
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(LEAST_READ, FIRST_READ, MOST_READ))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel);
                    }
                });
        listening = Listening.open(bootstrap, settings.bind(), settings.port());
        owners.forEach((loop, owner) -> ticks.add(
                loop.scheduleWithFixedDelay(() -> tick(owner), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS)));
        InetSocketAddress bound = (InetSocketAddress) listening.localAddress();
        listeningOn = "listening on " + Listening.shown(bound.getHostString(), bound.getPort());
        context.healthy(listeningOn);
        return bound;
    }

    private void accept(Channel channel) {
        connections.add(channel);
        metrics.connectionsCreated.increment();
        metrics.source.connectionOpened();
        channel.closeFuture().addListener(closed -> {
            metrics.connectionsClosed.increment();
            metrics.source.connectionClosed();
        });
        if (connections.size() > settings.maxConnections()) {
            refusals.refused(
                    Reason.CONNECTIONS,
                    channel.remoteAddress(),
                    "more than " + settings.maxConnections() + " connections (expected: <= maxConnections)");
            channel.close();
        } else {
            channel.pipeline().addLast(new IpFilterHandler(filter, loops.resolver(), this::admit, this::refuseAddress));
        }
    }

    private void admit(Channel channel) {
        channel.pipeline().addLast(new PeekHandler(this, owners.get(channel.eventLoop())));
    }

    private void refuseAddress(Channel channel, String rule) {
        refusals.refused(
                Reason.ADDRESS,
                channel.remoteAddress(),
                "rule " + rule + " (expected: an address that ipFilterRules allow)");
        channel.close();
    }

    boolean speaksTls() {
        return tls != null;
    }

    /** Puts TLS behind the handler of that name. */
    void addTls(ChannelPipeline pipeline, String after) {
        pipeline.addAfter(after, "ssl", tls.newHandler(pipeline.channel().alloc()));
    }

    /** Whether who showed a certificate may come; asked after the handshake. */
    boolean takesSubject(Channel channel, SslHandler handler) {
        if (settings.tls().clientAuth() == io.headrace.transport.tls.ClientAuth.NONE) {
            return true;
        }
        X509Certificate certificate = Subjects.peer(handler);
        if (certificate != null && subjects.allows(certificate)) {
            return true;
        }
        refusals.refused(
                Reason.SUBJECT,
                channel.remoteAddress(),
                "certificate of " + (certificate == null ? "nobody" : Subjects.name(certificate))
                        + " (expected: one of allowed-subjects)");
        return false;
    }

    Refusals refusals() {
        return refusals;
    }

    /** Whether a connection that deflates, or doesn't, is served; says what is strange about it. */
    boolean takes(boolean deflate, SocketAddress peer) {
        if (deflate == (settings.compression() == Compression.DEFLATE)) {
            return true;
        }
        String what = "sends " + (deflate ? "deflate" : "uncompressed") + " (expected: compression-type "
                + settings.compression().name().toLowerCase(Locale.ROOT) + ")";
        if (settings.strictCompression()) {
            refusals.refused(Reason.PROTOCOL, peer, what + "; strictCompression = true");
            return false;
        }
        notes.note(peer, what + "; it is understood all the same");
        return true;
    }

    /** A connection ends because of what its peer did, or of an error of this side. */
    void broke(Channel channel, Throwable cause) {
        if (TlsFailures.isTls(cause)) {
            refusals.refused(Reason.TLS, channel.remoteAddress(), TlsFailures.explain(cause));
        } else if (isOfPeer(cause)) {
            refusals.refused(
                    Reason.PROTOCOL,
                    channel.remoteAddress(),
                    "deflate stream: " + cause.getMessage() + " (expected: zlib)");
        } else if (cause instanceof IOException) {
            context.logger().debug("connection of {} broke", channel.remoteAddress(), cause);
        } else {
            failed(cause);
        }
        channel.close();
    }

    private static boolean isOfPeer(Throwable cause) {
        return cause instanceof DataFormatException || cause instanceof CodecException;
    }

    /** A batch could not be put; only an error of the machine ends more than its connection. */
    void failed(Throwable cause) {
        if (cause instanceof Error) {
            context.failed(cause);
            return;
        }
        acceptedAtTrouble = accepted.get();
        context.unhealthy("what came could not be put, the sender tries again: " + Failures.describe(cause));
    }

    private void tick(AvroLoop owner) {
        try {
            owner.checkTime();
            if (acceptedAtTrouble >= 0 && accepted.get() > acceptedAtTrouble) {
                acceptedAtTrouble = -1;
                context.healthy(listeningOn);
            }
        } catch (RuntimeException | Error e) {
            context.failed(e);
        }
    }

    /** Stops listening, answers for a while what becomes acknowledged, and closes every connection. */
    void stop() {
        if (listening != null) {
            listening.close().awaitUninterruptibly();
        }
        ticks.forEach(tick -> tick.cancel(false));
        if (tlsFiles != null) {
            tlsFiles.close();
        }
        owners.forEach((loop, owner) -> await(loop.submit(owner::leaveAll)));
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.stopTimeout());
        while (openConnections() > 0
                && System.nanoTime() < end
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
        }
        owners.forEach((loop, owner) -> await(loop.submit(owner::close)));
        connections.close().awaitUninterruptibly();
    }

    private int openConnections() {
        int open = 0;
        for (Map.Entry<EventLoop, AvroLoop> entry : owners.entrySet()) {
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
