package io.headrace.engine.spi;

/**
 * A part of an agent that is started and stopped. The agent calls both from its own threads, never twice at once. A
 * {@code start} that throws is tried again with back-off on a new object; the others go on.
 */
public interface Lifecycle {
    void start() throws Exception;

    /** Stops taking work, ends what is under way within the agent's bound, frees everything. Called also after a failure. */
    void stop();
}
