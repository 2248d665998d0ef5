package io.headrace.transport.link.netty;

import io.headrace.engine.spi.AsyncSink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.LinkSender;
import io.headrace.transport.link.LinkSenderOptions;
import io.headrace.transport.link.PinnedConsumers;
import io.headrace.transport.net.SocketDialer;
import io.headrace.transport.tls.TlsContext;
import io.headrace.transport.tls.TlsContexts;
import io.headrace.transport.tls.TlsDefaults;
import io.headrace.transport.tls.TlsFiles;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** The sink {@code link}: sends a channel's frames to a source {@code link}, over connections of one event loop. */
public final class LinkSink implements AsyncSink {
    private static final long BACKOFF_MILLIS = 100;
    private static final long STALL_MILLIS = 30_000;
    private static final long TICK_MILLIS = 100;
    private static final long LOOP_ANSWER_MILLIS = 5_000;

    private final SinkContext context;
    private final LinkSinkSettings settings;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final Runnable work = this::work;
    private EventLoop loop;
    private final List<LinkSender> senders = new ArrayList<>();
    private PinnedConsumers shared;
    private ConnectionHealth health;
    private TlsFiles files;
    private Future<?> tick;
    private boolean draining;

    public LinkSink(SinkContext context) {
        this.context = context;
        this.settings = context.settings(LinkSinkSettings.class);
    }

    @Override
    public void start() {
        EventLoops loops = context.shared(EventLoops.class, EventLoops::open);
        LinkSinkSecurity security = settings.security();
        String token;
        TlsContext tls;
        try {
            token = LinkTokens.of(security.token(), security.tokenFile()).only();
            tls = security.tls().ssl()
                    ? TlsContexts.client(security.tls(), TlsDefaults.ofProcess(), context.epochClock(), true)
                    : null;
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        loop = loops.next();
        LinkSenderOptions options = new LinkSenderOptions(
                context.agentName(),
                context.name(),
                token,
                settings.batchSize(),
                settings.batchBytes(),
                settings.window(),
                settings.connectTimeout(),
                settings.requestTimeout(),
                BACKOFF_MILLIS,
                settings.maxBackoff(),
                STALL_MILLIS);
        health = new ConnectionHealth(context, settings.connections());
        // One connection leases from the channel itself: a broken one then gives back no more than what was its own.
        shared = settings.connections() == 1 ? null : new PinnedConsumers(context.consumer(), settings.connections());
        senders.clear();
        for (int i = 0; i < settings.connections(); i++) {
            senders.add(newSender(loops, options, tls, i));
        }
        files = tls == null ? null : TlsFiles.watch(tls, loops, context.metrics(), context.logger());
        context.consumer().setListener(this::wake);
        tick = loop.scheduleWithFixedDelay(work, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private LinkSender newSender(EventLoops loops, LinkSenderOptions options, TlsContext tls, int connection) {
        SocketDialer dialer = LinkClient.dialer(
                loops,
                loop,
                settings.hostname(),
                settings.port(),
                settings.connectTimeout(),
                settings.sendfile(),
                tls,
                tls == null
                        && !options.token().isEmpty()
                        && !settings.security().allowPlainToken(),
                this::wake);
        LinkSender sender = new LinkSender(
                options,
                shared == null ? context.consumer() : shared.part(connection),
                dialer,
                context.nanoClock(),
                context::randomLong,
                health.of(connection),
                context.metrics());
        dialer.attach(sender);
        return sender;
    }

    @Override
    public void stop() {
        if (tick == null) {
            return;
        }
        loop.execute(() -> {
            draining = true;
            senders.forEach(LinkSender::drain);
            work();
        });
        await(drained, settings.drainTimeout());
        tick.cancel(false);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        loop.execute(() -> {
            close();
            closed.complete(null);
        });
        await(closed, LOOP_ANSWER_MILLIS);
        context.consumer().setListener(() -> {});
        if (files != null) {
            files.close();
        }
        tick = null;
    }

    /** One task a round, however often it is called; from any thread. */
    private void wake() {
        if (woken.compareAndSet(false, true)) {
            loop.execute(work);
        }
    }

    private void work() {
        woken.set(false);
        try {
            if (drive()) {
                wake();
            }
        } catch (RuntimeException | Error e) {
            broke(e);
        }
        if (draining && senders.stream().allMatch(LinkSender::isDrained)) {
            drained.complete(null);
        }
    }

    /** Whether there is more to do at once. */
    private boolean drive() {
        boolean more = false;
        for (int i = 0; i < senders.size(); i++) {
            more |= tellState(i);
            more |= senders.get(i).doWork() > 0;
            // What one connection gave back another may lease now.
            more |= tellState(i);
        }
        return more;
    }

    private boolean tellState(int connection) {
        return shared != null
                && shared.stands(connection, senders.get(connection).state() == LinkSender.State.STREAMING);
    }

    private void close() {
        senders.forEach(LinkSender::close);
        if (shared != null) {
            shared.close();
        }
    }

    /** The failure is told whatever the end of the connection throws: a channel that is gone takes nothing back. */
    private void broke(Throwable cause) {
        try {
            tick.cancel(false);
            close();
        } finally {
            context.failed(cause);
        }
    }

    /** What is not done by then is rolled back by the close that follows. */
    private static boolean await(CompletableFuture<Void> done, long millis) {
        try {
            done.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("event loop task failed", e.getCause());
        }
    }
}
