package io.headrace.transport.net;

import io.headrace.transport.EventLoops;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * One {@code T} for each event loop, which alone touches it. {@link #of} is for any thread, the rest for the one that starts
 * and stops the component, which is no event loop.
 */
public final class PerLoop<T> {
    private static final long TICK_MILLIS = 1_000;
    private static final long POLL_MILLIS = 5;

    private final Map<EventLoop, T> owned = new IdentityHashMap<>();
    private final List<Future<?>> ticks = new ArrayList<>();

    public PerLoop(EventLoops loops, Function<EventLoop, T> maker) {
        for (EventLoop loop : loops.loops()) {
            owned.put(loop, maker.apply(loop));
        }
    }

    /** What belongs to a loop. */
    public T of(EventLoop loop) {
        return owned.get(loop);
    }

    /** Has {@code task} done each second, on each loop; what it throws goes to {@code failed}. */
    public void startTicks(Consumer<T> task, Consumer<Throwable> failed) {
        owned.forEach((loop, own) -> ticks.add(loop.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.accept(own);
                    } catch (RuntimeException | Error e) {
                        failed.accept(e);
                    }
                },
                TICK_MILLIS,
                TICK_MILLIS,
                TimeUnit.MILLISECONDS)));
    }

    public void stopTicks() {
        ticks.forEach(tick -> tick.cancel(false));
    }

    /** Has {@code task} done on each loop, and waits until it is. */
    public void onEach(Consumer<T> task) {
        owned.forEach((loop, own) -> await(loop.submit(() -> task.accept(own))));
    }

    /** Waits until {@code count} is 0 on every loop, but no longer than {@code millis} and not when interrupted. */
    public void awaitNone(ToIntFunction<T> count, long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (sum(count) > 0
                && System.nanoTime() < end
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
        }
    }

    private int sum(ToIntFunction<T> count) {
        int sum = 0;
        for (Map.Entry<EventLoop, T> entry : owned.entrySet()) {
            T own = entry.getValue();
            Future<Integer> counted = entry.getKey().submit(() -> count.applyAsInt(own));
            await(counted);
            sum += counted.getNow();
        }
        return sum;
    }

    private static void await(Future<?> task) {
        task.awaitUninterruptibly();
        if (task.cause() != null) {
            throw new IllegalStateException("event loop task failed", task.cause());
        }
    }
}
