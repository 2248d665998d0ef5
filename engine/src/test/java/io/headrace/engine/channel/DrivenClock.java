package io.headrace.engine.channel;

import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** Time that a test lets pass. */
final class DrivenClock implements NanoClock, EpochClock {
    private long millis = 1_000_000;
    private long wallMillis;

    void pass(long moreMillis) {
        millis += moreMillis;
    }

    /** Somebody sets the clock on the wall; what was measured goes on. */
    void set(long moreMillis) {
        wallMillis += moreMillis;
    }

    @Override
    public long nanoTime() {
        return millis * 1_000_000;
    }

    @Override
    public long time() {
        return millis + wallMillis;
    }
}
