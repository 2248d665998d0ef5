package io.headrace.engine.source.taildir;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** Time that passes when a test says so. */
final class ManualClock implements EpochClock, NanoClock {
    /** Called whenever the time is asked for. */
    Runnable asked = () -> {};

    private long nanos = TimeUnit.DAYS.toNanos(1);

    void advanceMillis(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Override
    public long time() {
        asked.run();
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    @Override
    public long nanoTime() {
        asked.run();
        return nanos;
    }
}
