package io.headrace.engine.spi;

/**
 * A part of an agent that is started and stopped. The agent calls both from its own threads, never twice at once. A
 * {@code start} that throws is tried again with back-off on a new object; the others go on.
 */
public interface Lifecycle {
    /**
     * Begins to work. Must not wait for what may never come: a source that dials returns and dials on threads of its own,
     * saying {@link ComponentContext#unhealthy} until it is through.
     *
     * @throws Exception when it cannot work now, e.g. because a port is taken; {@link #stop} follows
     */
    void start() throws Exception;

    /**
     * Stops taking work, ends what is under way and frees everything, within ten seconds: what takes longer is left behind
     * and reported, and no new life begins before it has ended. Called once for each object, also after a failure and when
     * {@code start} threw.
     */
    void stop();
}
