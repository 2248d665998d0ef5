package io.headrace.transport.link.netty;

import io.headrace.engine.spi.AsyncSink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.LinkSender;
import io.headrace.transport.link.LinkSenderCounts;
import io.headrace.transport.link.LinkSenderMetrics;
import io.headrace.transport.link.LinkSenderOptions;
import io.headrace.transport.link.PinnedConsumers;
import io.headrace.transport.net.LoopDriver;
import io.headrace.transport.net.SocketDialer;
import io.headrace.transport.tls.TlsContext;
import io.headrace.transport.tls.TlsContexts;
import io.headrace.transport.tls.TlsDefaults;
import io.headrace.transport.tls.TlsFiles;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The sink {@code link}: sends a channel's frames to a source {@code link}, over connections of one event loop. */
public final class LinkSink implements AsyncSink {
    private static final long BACKOFF_MILLIS = 100;
    private static final long STALL_MILLIS = 30_000;

    private final SinkContext context;
    private final LinkSinkSettings settings;
    private EventLoop loop;
    private final List<LinkSender> senders = new ArrayList<>();
    private PinnedConsumers shared;
    private ConnectionHealth health;
    private TlsFiles files;
    private LoopDriver driver;

    public LinkSink(SinkContext context) {
        this.context = context;
        this.settings = context.settings(LinkSinkSettings.class);
    }

    @Override
    public void start() {
        EventLoops loops = context.shared(EventLoops.class, EventLoops::open);
        LinkSinkSecurity security = settings.security();
        SinkToken token;
        TlsContext tls;
        try {
            token = new SinkToken(security, context.logger());
            tls = security.tls().ssl()
                    ? TlsContexts.client(security.tls(), TlsDefaults.ofProcess(), context.epochClock(), true)
                    : null;
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        loop = loops.next();
        driver = new LoopDriver(loop, context::failed);
        LinkSenderOptions options = new LinkSenderOptions(
                context.agentName(),
                context.name(),
                token::now,
                settings.batchSize(),
                settings.batchBytes(),
                settings.window(),
                settings.connectTimeout(),
                settings.requestTimeout(),
                BACKOFF_MILLIS,
                settings.pauses().maxBackoff(),
                STALL_MILLIS,
                settings.compression().newCompressor());
        health = new ConnectionHealth(context, settings.connections());
        // One connection leases from the channel itself: a broken one then gives back no more than what was its own.
        shared = settings.connections() == 1 ? null : new PinnedConsumers(context.consumer(), settings.connections());
        LinkSenderCounts counts = new LinkSenderMetrics(context.metrics());
        senders.clear();
        for (int i = 0; i < settings.connections(); i++) {
            senders.add(newSender(loops, options, tls, token, counts, i));
        }
        files = tls == null ? null : TlsFiles.watch(tls, loops, context.metrics(), context.logger());
        context.consumer().setListener(driver::wake);
        driver.start(new Senders());
    }

    private LinkSender newSender(
            EventLoops loops,
            LinkSenderOptions options,
            TlsContext tls,
            SinkToken token,
            LinkSenderCounts counts,
            int connection) {
        SocketDialer dialer = LinkClient.dialer(loops, loop, settings, tls, token, driver::wake);
        LinkSender sender = new LinkSender(
                options,
                shared == null ? context.consumer() : shared.part(connection),
                dialer,
                context.nanoClock(),
                context::randomLong,
                health.of(connection),
                counts);
        dialer.attach(sender);
        return sender;
    }

    @Override
    public void stop() {
        if (driver != null) {
            driver.stop(settings.pauses().drainTimeout());
            context.consumer().setListener(() -> {});
            driver = null;
        }
        if (files != null) {
            files.close();
            files = null;
        }
    }

    private boolean tellState(int connection) {
        return shared != null
                && shared.stands(connection, senders.get(connection).state() == LinkSender.State.STREAMING);
    }

    private final class Senders implements LoopDriver.Driven {
        @Override
        public boolean doWork() {
            boolean more = false;
            for (int i = 0; i < senders.size(); i++) {
                more |= tellState(i);
                more |= senders.get(i).doWork() > 0;
                // What one connection gave back another may lease now.
                more |= tellState(i);
            }
            return more;
        }

        @Override
        public void drain() {
            senders.forEach(LinkSender::drain);
        }

        @Override
        public boolean isDrained() {
            return senders.stream().allMatch(LinkSender::isDrained);
        }

        @Override
        public void close() {
            senders.forEach(LinkSender::close);
            if (shared != null) {
                shared.close();
            }
        }
    }
}
