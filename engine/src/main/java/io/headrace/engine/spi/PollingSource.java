package io.headrace.engine.spi;

/** A source that the agent calls on a thread made for it, until it is stopped. */
public interface PollingSource extends Source {
    /**
     * Does some work and returns; the thread parks with a growing pause while nothing is done.
     *
     * @return how much was done, 0 for nothing
     */
    int poll() throws Exception;
}
