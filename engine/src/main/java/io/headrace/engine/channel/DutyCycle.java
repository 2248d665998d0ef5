package io.headrace.engine.channel;

/**
 * A piece of work that is done again and again by one thread, or by hand in a test. Never interrupted (R1). The owner
 * calls {@link #onClose()} once, on the thread of the duty cycle, after the last {@link #doWork()}.
 */
public interface DutyCycle {
    /** Does some work without waiting; returns how much was done, 0 for nothing. */
    int doWork();

    /** Nanoseconds until work falls due by itself, {@link Long#MAX_VALUE} when only a wake-up can bring some. */
    long nanosUntilDue();

    /** Whether its thread parks without work even where the channel's threads spin or yield. */
    default boolean alwaysParks() {
        return false;
    }

    /** Whether its thread parks at once on few cores, without yielding first: what comes next waits for a disk anyway. */
    default boolean parksOnFewCores() {
        return false;
    }

    /** Frees what the duty cycle owns. */
    default void onClose() {}

    /** Name for threads and reports. */
    String roleName();
}
