package io.headrace.engine.channel;

import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** The time at which a journal's round began: read once, the same for all that the round does. The journal's thread. */
final class JournalClock {
    private final NanoClock nanoClock;
    private final EpochClock epochClock;
    private long nanos;
    private long millis;

    JournalClock(ChannelEnvironment environment) {
        this.nanoClock = environment.nanoClock();
        this.epochClock = environment.epochClock();
    }

    /** A round begins. */
    void read() {
        nanos = nanoClock.nanoTime();
        millis = epochClock.time();
    }

    /** When the round began, in nanoseconds of the monotonic clock. */
    long nanos() {
        return nanos;
    }

    /** When the round began, in milliseconds since the epoch. */
    long millis() {
        return millis;
    }

    /** The monotonic clock as it is now. */
    long nanosNow() {
        return nanoClock.nanoTime();
    }
}
