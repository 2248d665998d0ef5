package io.headrace.transport.link.netty;

import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;
import io.headrace.frame.FrameCompressor;
import io.headrace.frame.FrameLayout;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.Dedupe;
import io.headrace.transport.link.LinkReceiverOptions;
import io.headrace.transport.net.ContextHealth;
import java.net.InetSocketAddress;

/** The source {@code link}: receives what sinks {@code link} send. */
public final class LinkSource implements Source {
    private static final long REVOKE_MILLIS = 5_000;
    private static final long INPUT_GRACE_MILLIS = 60_000;

    private final SourceContext context;
    private final LinkSourceSettings settings;
    private LinkServer server;
    private volatile InetSocketAddress address;

    public LinkSource(SourceContext context) {
        this.context = context;
        this.settings = context.settings(LinkSourceSettings.class);
    }

    @Override
    public void start() throws Exception {
        int maxFrame = FrameLayout.maxFrameLength((int) settings.maxEventBytes(), FrameLayout.MAX_FRAME_BYTES);
        LinkReceiverOptions options = new LinkReceiverOptions(
                settings.ack(),
                maxFrame,
                Math.min(LinkReceiverOptions.MOST_CONNECTION_BYTES, settings.receiveBytes()),
                settings.idleTimeout(),
                REVOKE_MILLIS,
                INPUT_GRACE_MILLIS,
                takesZstd());
        if (settings.dedupe() == Dedupe.ORIGIN) {
            context.processor().dropKnownOrigins(settings.dedupeWindow());
        }
        EventLoops loops = context.shared(EventLoops.class, EventLoops::open);
        server = new LinkServer(
                loops,
                new LinkDoor(
                        settings.security(),
                        context,
                        loops,
                        Runtime.getRuntime().availableProcessors(),
                        settings.handshakeTimeout()),
                context.processor(),
                options,
                settings.receiveBytes(),
                settings.handshakeTimeout(),
                settings.maxConnections(),
                context.nanoClock(),
                context.epochClock(),
                context.metrics(),
                new ContextHealth(context),
                context::failed);
        address = server.start(settings.address().bind(), settings.address().port());
    }

    private boolean takesZstd() {
        String unavailable = FrameCompressor.unavailable();
        if (unavailable != null) {
            context.logger().info("takes no compressed frames, they are inflated by who sends them: {}", unavailable);
        }
        return unavailable == null;
    }

    /** Where it listens, with the port that the system chose; null before the start. */
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void stop() {
        if (server != null) {
            server.stop(settings.stopTimeout());
            server = null;
        }
    }
}
