package io.headrace.engine.spi;

import io.headrace.frame.EventCursor;

/** How the active sinks of a group share the frames of their channel. */
public sealed interface SinkSharing {
    /** Whoever asks gets what is next. */
    record AsTheyAsk() implements SinkSharing {}

    /** Where several sinks wait, the selector says which of them gets what is next. */
    record InTurn(SinkSelector selector) implements SinkSharing {}

    /**
     * Each event goes to the sink that its hash says, or to another while that one is not healthy. Frames are split for it.
     *
     * @param hash of events
     * @param name of what is hashed; another name gives frames other identities on the hop
     */
    record ByHash(EventHash hash, String name) implements SinkSharing {}

    /** A hash of events, the same in every life of an agent. Called by one thread at a time. */
    interface EventHash {
        /** The hash of the event under the cursor; every bit counts. */
        long of(EventCursor event);
    }
}
