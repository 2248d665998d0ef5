package io.headrace.transport.avro;

import io.headrace.engine.spi.SourceContext;
import io.headrace.transport.EventLoops;
import io.headrace.transport.Listening;
import io.headrace.transport.net.ContextHealth;
import io.headrace.transport.net.Listener;
import io.headrace.transport.net.PerLoop;
import io.headrace.transport.net.PutHealth;
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
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.CodecException;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.zip.DataFormatException;

/** Listens for Flume's clients. Started and stopped by one thread; connections live on the event loops. */
final class AvroServer {
    private static final int FIRST_READ = 16 * 1024;

    private final EventLoops loops;
    private final SourceContext context;
    private final AvroSourceSettings settings;
    private final AvroSourceMetrics metrics;
    private final Refusals refusals;
    private final IpFilter filter;
    private final PutHealth puts;
    private final ReceiveBudget budget;
    private final Listener listener;
    private final PeerNotes notes;
    private final SubjectFilter subjects;
    private TlsContext tls;
    private TlsFiles tlsFiles;
    private PerLoop<AvroLoop> owners;

    AvroServer(EventLoops loops, SourceContext context, AvroSourceSettings settings) {
        this.loops = loops;
        this.context = context;
        this.settings = settings;
        this.metrics = new AvroSourceMetrics(context.metrics());
        this.refusals = new Refusals(context.metrics(), context.logger(), context.nanoClock());
        this.notes = new PeerNotes(context.logger());
        this.filter = settings.ipFilter().filter();
        this.subjects = SubjectFilter.parse(settings.tls().allowedSubjects());
        this.puts = new PutHealth(
                context.metrics().counter("EventAcceptedCount"), new ContextHealth(context), context::failed);
        this.listener = new Listener(loops, FIRST_READ, true, this::accept);
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
        owners = new PerLoop<>(
                loops,
                loop -> new AvroLoop(
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
                        puts::failed));
        InetSocketAddress bound =
                listener.open(settings.address().bind(), settings.address().port());
        owners.startTicks(this::tick, context::failed);
        puts.listensOn(Listening.shown(bound.getHostString(), bound.getPort()));
        return bound;
    }

    private void accept(Channel channel) {
        metrics.connectionsCreated.increment();
        metrics.source.connectionOpened();
        channel.closeFuture().addListener(closed -> {
            metrics.connectionsClosed.increment();
            metrics.source.connectionClosed();
        });
        if (listener.connections() > settings.maxConnections()) {
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
        channel.pipeline().addLast(new PeekHandler(this, owners.of(channel.eventLoop())));
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
            refusals.refused(
                    TlsFailures.isAboutCertificate(cause) ? Reason.CERTIFICATE : Reason.TLS,
                    channel.remoteAddress(),
                    TlsFailures.explain(cause));
        } else if (isOfPeer(cause)) {
            refusals.refused(
                    Reason.PROTOCOL,
                    channel.remoteAddress(),
                    "deflate stream: " + cause.getMessage() + " (expected: zlib)");
        } else if (cause instanceof IOException) {
            context.logger().debug("connection of {} broke", channel.remoteAddress(), cause);
        } else {
            puts.failed(cause);
        }
        channel.close();
    }

    private static boolean isOfPeer(Throwable cause) {
        return cause instanceof DataFormatException || cause instanceof CodecException;
    }

    private void tick(AvroLoop owner) {
        owner.checkTime();
        puts.look();
    }

    /** Stops listening, answers for a while what becomes acknowledged, and closes every connection. */
    void stop() {
        listener.close();
        if (tlsFiles != null) {
            tlsFiles.close();
        }
        if (owners != null) {
            owners.stopTicks();
            owners.onEach(AvroLoop::leaveAll);
            owners.awaitNone(AvroLoop::openConnections, settings.stopTimeout());
            owners.onEach(AvroLoop::close);
        }
        listener.closeConnections();
    }
}
