package io.headrace.engine.spi;

/** A source that the agent calls on a thread made for it, until it is stopped. */
public interface PollingSource extends Source {
    /**
     * Does some work and returns, soon enough to be asked for its stop; while nothing is done the thread parks, first for
     * 1 ms, in the end for the source's {@code maxBackoffSleep}, or as {@link #pauseNanos} says. At the stop it is interrupted when it does not return.
     *
     * @return how much was done, 0 for nothing
     * @throws Exception to end this life of the source; the agent makes a new one with back-off
     */
    int poll() throws Exception;

    /**
     * How long to park after a poll that did nothing, in nanoseconds, for a source that knows when it has something to do;
     * it is polled earlier when its thread is unparked. Called on that thread.
     *
     * @return below 0 for pauses that double
     */
    default long pauseNanos() {
        return -1;
    }
}
