package io.headrace.engine.channel;

import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** Time that a test lets pass. */
final class DrivenClock implements NanoClock, EpochClock {
    /** Far more often than any test does without letting time pass. */
    private static final int MOST_ASKED = 200_000;

    private long millis = 1_000_000;
    private long wallMillis;
    private int asked;

    void pass(long moreMillis) {
        millis += moreMillis;
        asked = 0;
    }

    /** Somebody sets the clock on the wall; what was measured goes on. */
    void set(long moreMillis) {
        wallMillis += moreMillis;
    }

    /** Who goes on asking while no time passes, does not come to rest. */
    @Override
    public long nanoTime() {
        Promise.RESTS.check(++asked < MOST_ASKED, () -> asked + " times the time was asked for, and none passed");
        return millis * 1_000_000;
    }

    @Override
    public long time() {
        return millis + wallMillis;
    }
}
