package io.headrace.transport.net;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Drives what sends on an event loop: every {@value #TICK_MILLIS} ms, and when woken, until it has nothing to do. Started
 * and stopped by one thread; {@link #wake} is for any.
 */
public final class LoopDriver {
    /** What is driven; called on the loop. */
    public interface Driven {
        /** Whether there is more to do at once. */
        boolean doWork();

        /** Begins nothing new. */
        void drain();

        /** Whether nothing is under way any more. */
        boolean isDrained();

        /** Ends it, and gives back what is under way. */
        void close();
    }

    private static final long TICK_MILLIS = 100;
    private static final long LOOP_ANSWER_MILLIS = 5_000;

    private final EventLoop loop;
    private final Consumer<Throwable> failed;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final Runnable work = this::work;
    private volatile Driven driven;
    private Future<?> tick;
    private boolean draining;

    /** @param failed told what ended it, on the loop */
    public LoopDriver(EventLoop loop, Consumer<Throwable> failed) {
        this.loop = loop;
        this.failed = failed;
    }

    /** Begins; to be woken before has no effect. */
    public void start(Driven toDrive) {
        driven = toDrive;
        tick = loop.scheduleWithFixedDelay(work, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** One task a round, however often it is called. */
    public void wake() {
        if (woken.compareAndSet(false, true)) {
            loop.execute(work);
        }
    }

    /**
     * Drains for up to {@code drainMillis}, then ends it; what is not done by then is given back. Without effect when it was
     * never started.
     */
    public void stop(long drainMillis) {
        if (tick == null) {
            return;
        }
        loop.execute(() -> {
            draining = true;
            driven.drain();
            work();
        });
        await(drained, drainMillis);
        tick.cancel(false);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        loop.execute(() -> {
            driven.close();
            closed.complete(null);
        });
        await(closed, LOOP_ANSWER_MILLIS);
        tick = null;
    }

    private void work() {
        woken.set(false);
        if (driven == null) {
            return;
        }
        try {
            if (driven.doWork()) {
                wake();
            }
        } catch (RuntimeException | Error e) {
            broke(e);
        }
        if (draining && driven.isDrained()) {
            drained.complete(null);
        }
    }

    /** The failure is told whatever the end of the connection throws: a channel that is gone takes nothing back. */
    private void broke(Throwable cause) {
        try {
            tick.cancel(false);
            driven.close();
        } finally {
            failed.accept(cause);
        }
    }

    private static void await(CompletableFuture<Void> done, long millis) {
        try {
            done.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // Nobody waits longer; the close that follows gives back what is open.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("event loop task failed", e.getCause());
        }
    }
}
