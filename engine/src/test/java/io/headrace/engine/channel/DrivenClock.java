package io.headrace.engine.channel;

import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** Time that a test lets pass. */
final class DrivenClock implements NanoClock, EpochClock {
    private long millis = 1_000_000;

    void pass(long moreMillis) {
        millis += moreMillis;
    }

    @Override
    public long nanoTime() {
        return millis * 1_000_000;
    }

    @Override
    public long time() {
        return millis;
    }
}
