package io.headrace.tools;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Ends the process of an agent that failed and whose orderly stop does not come to its end: without memory, a thread may
 * wait for ever for one that is gone. Its thread is there from the start and allocates nothing, since there may be
 * nothing left to allocate from when it is needed. Started and closed by one thread.
 */
final class FailedStopWatch implements AutoCloseable {
    private static final long LOOK_NANOS = Duration.ofMillis(500).toNanos();

    private final BooleanSupplier failed;
    private final long longestNanos;
    private final Runnable end;
    private final Thread thread = new Thread(this::watch, "failed-stop-watch");
    private volatile boolean closed;

    /**
     * @param failed whether the agent has failed, and so stops
     * @param longest how long it may take to stop from then on
     * @param end ends the process
     */
    FailedStopWatch(BooleanSupplier failed, Duration longest, Runnable end) {
        this.failed = failed;
        this.longestNanos = longest.toNanos();
        this.end = end;
        thread.setDaemon(true);
    }

    /** Begins to watch. */
    void start() {
        thread.start();
    }

    private void watch() {
        while (!failed.getAsBoolean()) {
            if (closed) {
                return;
            }
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
        long begun = System.nanoTime();
        while (!closed) {
            long left = longestNanos - (System.nanoTime() - begun);
            if (left <= 0) {
                end.run();
                return;
            }
            LockSupport.parkNanos(this, Math.min(left, LOOK_NANOS));
        }
    }

    /** The agent has stopped. */
    @Override
    public void close() {
        closed = true;
    }
}
