package io.headrace.wal;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/** The time since the epoch as it goes on from the opening of a log, whoever sets the clock on the wall meanwhile. Any thread. */
final class SteadyTime {
    private final NanoClock clock;
    private final long openedNanos;
    private final long openedMillis;

    SteadyTime(LogClocks clocks) {
        this.clock = clocks.nanoClock();
        this.openedNanos = clock.nanoTime();
        this.openedMillis = clocks.epochClock().time();
    }

    long openedMillis() {
        return openedMillis;
    }

    long nowMillis() {
        return openedMillis + millisSinceOpening();
    }

    long millisSinceOpening() {
        return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - openedNanos);
    }
}
