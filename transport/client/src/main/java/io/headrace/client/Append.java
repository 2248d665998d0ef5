package io.headrace.client;

import java.util.concurrent.CompletableFuture;

/** One call of append: its future, and how many of its events have no acknowledgement. Counted down on the event loop. */
final class Append {
    final CompletableFuture<Void> future = new CompletableFuture<>();
    private int events;
    private int takenEvents;
    private long takenBytes;

    Append(int events) {
        this.events = events;
    }

    /** Whether those were the last ones. */
    boolean acknowledged(int count) {
        events -= count;
        return events == 0;
    }

    /** One more of its events stands in the queue; told, and asked for, by the thread that appends. */
    void taken(long bytes) {
        takenEvents++;
        takenBytes += bytes;
    }

    int takenEvents() {
        return takenEvents;
    }

    long takenBytes() {
        return takenBytes;
    }
}
