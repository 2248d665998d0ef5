package io.headrace.client;

import java.util.concurrent.CompletableFuture;

/** One call of append: its future, and how many of its events have no acknowledgement. Counted down on the event loop. */
final class Append {
    final CompletableFuture<Void> future = new CompletableFuture<>();

    /** What it is charged for. */
    final long bytes;

    private int events;

    Append(int events, long bytes) {
        this.events = events;
        this.bytes = bytes;
    }

    /** Whether those were the last ones. */
    boolean acknowledged(int count) {
        events -= count;
        return events == 0;
    }
}
