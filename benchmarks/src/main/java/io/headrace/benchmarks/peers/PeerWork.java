package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.util.Map;

/** What a peer does when a rig asks for it. Called by one thread. */
@FunctionalInterface
public interface PeerWork extends AutoCloseable {
    /**
     * Does the work once, checks that it was done and says what it took.
     *
     * @return figures; those of {@link Stopwatch#stop} and others
     */
    Map<String, String> run(Order order) throws Exception;

    @Override
    default void close() throws IOException {
        // Most peers keep nothing between two orders.
    }
}
