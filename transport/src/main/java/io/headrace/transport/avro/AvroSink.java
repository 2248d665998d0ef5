package io.headrace.transport.avro;

import io.headrace.engine.spi.AsyncSink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.LinkHealth;
import io.headrace.transport.net.SocketDialer;
import io.headrace.transport.tls.TlsContext;
import io.headrace.transport.tls.TlsContexts;
import io.headrace.transport.tls.TlsDefaults;
import io.headrace.transport.tls.TlsFiles;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** The sink {@code avro}: sends a channel's events to a source {@code avro} of Flume or Headrace, on one event loop. */
public final class AvroSink implements AsyncSink {
    private static final long TICK_MILLIS = 100;
    private static final long LOOP_ANSWER_MILLIS = 5_000;

    private final SinkContext context;
    private final AvroSinkSettings settings;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final Runnable work = this::work;
    private EventLoop loop;
    private AvroSender sender;
    private Future<?> tick;
    private boolean draining;
    private TlsFiles tlsFiles;

    public AvroSink(SinkContext context) {
        this.context = context;
        this.settings = context.settings(AvroSinkSettings.class);
    }

    @Override
    public void start() throws IOException {
        EventLoops loops = context.shared(EventLoops.class, EventLoops::open);
        loop = loops.next();
        AvroSenderOptions options = new AvroSenderOptions(
                settings.batchSize(),
                settings.requestsInFlight().orElse(0),
                settings.connectTimeout(),
                settings.requestTimeout(),
                TimeUnit.SECONDS.toMillis(settings.resetConnectionInterval()),
                settings.maxBackoff());
        TlsContext tls = null;
        if (settings.tls().ssl()) {
            tls = TlsContexts.client(settings.tls(), TlsDefaults.ofProcess(), context.epochClock(), false);
            tlsFiles = TlsFiles.watch(tls, loops, context.metrics(), context.logger());
        }
        SocketDialer dialer = AvroClient.dialer(loops, loop, settings, tls, this::wake);
        sender = new AvroSender(
                options,
                context.consumer(),
                dialer,
                context.nanoClock(),
                context::randomLong,
                new Health(),
                new AvroSinkMetrics(context.metrics()));
        dialer.attach(sender);
        context.consumer().setListener(this::wake);
        tick = loop.scheduleWithFixedDelay(work, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() {
        if (tlsFiles != null) {
            tlsFiles.close();
        }
        if (tick == null) {
            return;
        }
        loop.execute(() -> {
            draining = true;
            sender.drain();
            work();
        });
        await(drained, settings.drainTimeout());
        tick.cancel(false);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        loop.execute(() -> {
            sender.close();
            closed.complete(null);
        });
        await(closed, LOOP_ANSWER_MILLIS);
        context.consumer().setListener(() -> {});
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
            if (sender.doWork() > 0) {
                wake();
            }
        } catch (RuntimeException | Error e) {
            broke(e);
        }
        if (draining && sender.isDrained()) {
            drained.complete(null);
        }
    }

    /** The failure is told whatever the end of the connection throws: a channel that is gone takes nothing back. */
    private void broke(Throwable cause) {
        try {
            tick.cancel(false);
            sender.close();
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

    private final class Health implements LinkHealth {
        @Override
        public void healthy(String detail) {
            context.healthy(detail);
        }

        @Override
        public void unhealthy(String reason) {
            context.unhealthy(reason);
        }
    }
}
