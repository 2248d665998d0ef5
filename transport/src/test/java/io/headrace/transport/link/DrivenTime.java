package io.headrace.transport.link;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** Time that a simulation lets pass. */
final class DrivenTime implements NanoClock, EpochClock {
    private static final int MOST_ASKED = 500_000;

    private long millis = 1_000_000;
    private int asked;

    void pass(long moreMillis) {
        millis += moreMillis;
        asked = 0;
    }

    /** Who goes on asking while no time passes, does not come to rest. */
    @Override
    public long nanoTime() {
        TierPromise.RESTS.check(++asked < MOST_ASKED, () -> asked + " times the time was asked for, and none passed");
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Override
    public long time() {
        return millis;
    }
}
