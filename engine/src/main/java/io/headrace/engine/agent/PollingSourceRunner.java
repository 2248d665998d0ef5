package io.headrace.engine.agent;

import io.headrace.engine.spi.PollingSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Calls a source on a thread of its own. While the source finds nothing to do the pauses grow from 1 ms to a cap,
 * unless it says itself how long they are, so that an idle source costs next to nothing.
 */
final class PollingSourceRunner extends ComponentThread {
    static final long DEFAULT_LONGEST_PAUSE_MILLIS = 100;

    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final PollingSource source;
    private final long longestPauseNanos;

    PollingSourceRunner(String name, PollingSource source, long longestPauseMillis, Consumer<Throwable> onFailure) {
        super("source-" + name, onFailure);
        this.source = source;
        this.longestPauseNanos = TimeUnit.MILLISECONDS.toNanos(
                longestPauseMillis > 0 ? longestPauseMillis : DEFAULT_LONGEST_PAUSE_MILLIS);
    }

    @Override
    void work() throws Exception {
        long pause = FIRST_PAUSE_NANOS;
        while (!isStopping()) {
            if (source.poll() > 0) {
                pause = FIRST_PAUSE_NANOS;
            } else if (!isStopping()) {
                long wanted = source.pauseNanos();
                LockSupport.parkNanos(this, wanted < 0 ? pause : wanted);
                pause = Math.min(longestPauseNanos, pause * 2);
            }
        }
    }
}
