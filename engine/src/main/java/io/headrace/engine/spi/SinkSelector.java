package io.headrace.engine.spi;

import java.util.List;

/**
 * Chooses the sink of a load-balancing group that gets the next batch. Called under a lock of the group, by one thread at
 * a time: it must not block. What it throws fails the sink whose thread asked.
 */
public interface SinkSelector {
    /**
     * One of those that wait for frames. Also asked when there is nothing: {@link #served} tells when the choice counted.
     *
     * @param waiting active sinks that have room now, in the order of the group; at least one
     * @return an index into {@code waiting}
     */
    int select(List<? extends SinkProcessor.Member> waiting);

    /** A sink got a batch, as it was chosen. */
    default void served(SinkProcessor.Member member) {}
}
