package io.headrace.transport.link.netty;

import io.headrace.engine.spi.SourceContext;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.RejectCode;
import io.headrace.transport.link.Rejections;
import io.headrace.transport.tls.ClientAuth;
import io.headrace.transport.tls.IpFilter;
import io.headrace.transport.tls.IpFilterHandler;
import io.headrace.transport.tls.PeriodicLook;
import io.headrace.transport.tls.Refusals;
import io.headrace.transport.tls.SubjectFilter;
import io.headrace.transport.tls.TlsContext;
import io.headrace.transport.tls.TlsContexts;
import io.headrace.transport.tls.TlsDefaults;
import io.headrace.transport.tls.TlsFiles;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;

/**
 * What stands between a source's port and its receivers: addresses, TLS, how many may be on their way in at once; and what
 * {@link LinkAdmission} asks about who is there. Opened and closed by one thread, otherwise for any event loop.
 */
final class LinkDoor implements AutoCloseable {
    /** TLS record, fatal alert, access_denied. */
    private static final byte[] ACCESS_DENIED = {21, 3, 3, 0, 2, 2, 49};

    private final LinkSourceSecurity settings;
    private final EventLoops loops;
    private final int processors;
    private final NanoClock clock;
    private final long handshakeTimeoutMillis;
    private final Refusals refusals;
    private final IpFilter addresses;
    private final SubjectFilter subjects;
    private final LinkTokens tokens;
    private final TlsContext tls;
    private final StreamOwners owners;
    private final List<Runnable> endings;
    private final AtomicInteger handshakes = new AtomicInteger();

    /**
     * @param processors of this process
     * @throws IOException with key, value and expectation when a file that is configured cannot be used
     */
    LinkDoor(
            LinkSourceSecurity settings,
            SourceContext context,
            EventLoops loops,
            int processors,
            long handshakeTimeoutMillis)
            throws IOException {
        this.settings = settings;
        this.loops = loops;
        this.processors = processors;
        this.clock = context.nanoClock();
        this.handshakeTimeoutMillis = handshakeTimeoutMillis;
        this.refusals = new Refusals(context.metrics(), context.logger(), context.nanoClock());
        this.addresses = settings.addresses().filter();
        this.subjects = SubjectFilter.parse(settings.tls().allowedSubjects());
        this.tokens = LinkTokens.of(settings.token(), settings.tokenFile());
        this.tls = settings.tls().ssl()
                ? TlsContexts.server(
                        settings.tls(),
                        TlsDefaults.ofProcess(),
                        context.epochClock(),
                        // Who has none is told so by a REJECT.
                        io.netty.handler.ssl.ClientAuth.OPTIONAL)
                : null;
        this.owners = wantsCertificates() || tokens.areNeeded() ? StreamOwners.open(context.dataFolder()) : null;
        this.endings = watch(context);
        context.metrics().gauge("OpenHandshakeCount", handshakes::get);
    }

    private List<Runnable> watch(SourceContext context) {
        List<Runnable> open = new ArrayList<>();
        if (tls != null) {
            open.add(TlsFiles.watch(tls, loops, context.metrics(), context.logger())::close);
        }
        if (settings.tokenFile().isPresent()) {
            Logger log = context.logger();
            open.add(new PeriodicLook(loops, PeriodicLook.FILES_MILLIS, () -> readTokens(log))::close);
        }
        return open;
    }

    private void readTokens(Logger log) {
        try {
            if (tokens.readAgain()) {
                log.info("token-file has changed, new connections use it");
            }
        } catch (IOException e) {
            log.warn("token-file has changed and cannot be used, the old tokens stay in use: {}", e.getMessage());
        }
    }

    /** Adds the handlers of a new connection; {@code last} is the one that receives. */
    void open(Channel channel, LinkReceiverHandler last) {
        if (handshakes.incrementAndGet() > settings.maxHandshakes()) {
            handshakes.decrementAndGet();
            refusals.refused(
                    Refusals.Reason.CONNECTIONS,
                    channel.remoteAddress(),
                    "connections that have not said who they are: more than " + settings.maxHandshakes()
                            + " (expected: at most that, maxHandshakes)");
            channel.close();
            return;
        }
        AtomicBoolean left = new AtomicBoolean();
        Runnable leave = () -> {
            if (left.compareAndSet(false, true)) {
                handshakes.decrementAndGet();
            }
        };
        channel.closeFuture().addListener(closed -> leave.run());
        last.whenIntroduced(leave);
        if (addresses == IpFilter.ALL) {
            open(channel.pipeline(), last);
        } else {
            channel.pipeline()
                    .addLast(new IpFilterHandler(
                            addresses, loops.resolver(), in -> open(in.pipeline(), last), this::refuseAddress));
        }
    }

    private void open(ChannelPipeline pipeline, LinkReceiverHandler last) {
        Channel channel = pipeline.channel();
        if (tls == null) {
            ChannelConfig config = channel.config();
            config.setRecvByteBufAllocator(new ReceiveRoom(config.getRecvByteBufAllocator(), last::receiver));
            pipeline.addLast(new FirstBytes(false, bytes -> refuseTls(channel)));
        } else {
            SslHandler handler = tls.newHandler(channel.alloc());
            handler.setHandshakeTimeoutMillis(handshakeTimeoutMillis);
            pipeline.addLast(new FirstBytes(true, bytes -> refusePlain(channel, bytes)))
                    .addLast(new Lingering())
                    .addLast(handler);
        }
        TakingTurns.addTo(pipeline, processors, clock);
        pipeline.addLast(last);
    }

    private void refuseAddress(Channel channel, String rule) {
        String why = "address: may not connect (expected: one that ipFilterRules allow)";
        refusals.refused(
                Refusals.Reason.ADDRESS,
                channel.remoteAddress(),
                "ipFilterRules: " + rule + " (expected: an address that they allow)");
        turnAway(
                channel,
                tls == null
                        ? Rejections.of(channel.alloc(), RejectCode.ADDRESS, why)
                        : Unpooled.wrappedBuffer(ACCESS_DENIED));
    }

    private void refuseTls(Channel channel) {
        String why = "TLS came to a port without it (expected: ssl = true at both ends, or at none)";
        refusals.refused(Refusals.Reason.TLS, channel.remoteAddress(), why);
        turnAway(channel, Rejections.of(channel.alloc(), RejectCode.TRANSPORT, why));
    }

    private void refusePlain(Channel channel, ByteBuf bytes) {
        String what = Rejections.isHello(bytes) ? "a plain connection of a sink link" : "neither TLS nor a sink link";
        String why = what + " came to a port with TLS (expected: ssl = true at both ends, or at none)";
        refusals.refused(Refusals.Reason.TLS, channel.remoteAddress(), why);
        turnAway(channel, Rejections.of(channel.alloc(), RejectCode.TRANSPORT, why));
    }

    private static void turnAway(Channel channel, ByteBuf last) {
        // From the first handler, past those of TLS, which has not begun.
        Lingering.close(channel.pipeline().firstContext(), last);
    }

    boolean wantsCertificates() {
        return settings.tls().ssl() && settings.tls().clientAuth() == ClientAuth.NEED;
    }

    boolean allowsPlainToken() {
        return settings.allowPlainToken();
    }

    SubjectFilter subjects() {
        return subjects;
    }

    LinkTokens tokens() {
        return tokens;
    }

    /** Null when nobody has to say who they are. */
    StreamOwners owners() {
        return owners;
    }

    Refusals refusals() {
        return refusals;
    }

    @Override
    public void close() throws IOException {
        endings.forEach(Runnable::run);
        if (owners != null) {
            owners.close();
        }
    }
}
