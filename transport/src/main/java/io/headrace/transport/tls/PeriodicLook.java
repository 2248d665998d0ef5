package io.headrace.transport.tls;

import io.headrace.transport.EventLoops;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs a task again and again on the thread that may block, never two at once, until it is closed. */
public final class PeriodicLook implements AutoCloseable {
    /** Between two looks at files. */
    public static final long FILES_MILLIS = 1_000;

    private final AtomicBoolean waiting = new AtomicBoolean();
    private final Future<?> tick;

    public PeriodicLook(EventLoops loops, long periodMillis, Runnable task) {
        Runnable look = () -> {
            waiting.set(false);
            task.run();
        };
        tick = loops.next()
                .scheduleWithFixedDelay(
                        () -> {
                            if (waiting.compareAndSet(false, true)) {
                                loops.resolver().execute(look);
                            }
                        },
                        periodMillis,
                        periodMillis,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        tick.cancel(false);
    }
}
