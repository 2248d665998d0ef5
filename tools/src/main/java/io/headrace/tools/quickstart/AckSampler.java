package io.headrace.tools.quickstart;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Asks the agent for its times every now and then, because what it knew is gone when it is killed. */
final class AckSampler implements AutoCloseable {
    private static final long PERIOD_MILLIS = 200;

    private final ScheduledExecutorService timer;
    private volatile AckLatency best = AckLatency.UNKNOWN;

    /** @param wanted whether to ask at all */
    AckSampler(Tiers tiers, boolean wanted) {
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "ack-sampler");
            thread.setDaemon(true);
            return thread;
        });
        if (wanted) {
            timer.scheduleWithFixedDelay(
                    () -> best = best.orBetter(tiers.ackLatency()),
                    PERIOD_MILLIS,
                    PERIOD_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
    }

    /** The times of the life with most acknowledgements so far. */
    AckLatency best() {
        return best;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
