package io.headrace.engine.channel;

import io.headrace.wal.LogState;

/**
 * The conservation ledger, in events, as the journal counts it from the recovered state on; {@link LedgerBook} shows it to
 * others. Owned by the journal's thread.
 */
final class LedgerCounts {
    private final LogState state;
    private final LedgerBook book;
    private long accepted;
    private long delivered;
    private long held;
    private boolean changed;

    LedgerCounts(LogState state, LedgerBook book) {
        this.state = state;
        this.book = book;
        this.accepted = state.accepted();
        this.delivered = state.delivered();
        long dropped =
                state.dropped().values().stream().mapToLong(Long::longValue).sum();
        this.held = accepted - delivered - dropped;
        book.dropped(state.dropped());
        publish();
    }

    void accepted(int events) {
        accepted += events;
        held += events;
        changed = true;
    }

    void delivered(int events) {
        delivered += events;
        state.delivered(delivered);
        held -= events;
        changed = true;
    }

    void dropped(String reason, long events) {
        state.dropped().merge(reason, events, Long::sum);
        book.dropped(state.dropped());
        held -= events;
        changed = true;
    }

    /** What is held still and cannot be kept is dropped by name; returns how much that was. */
    long dropRest(String reason) {
        long rest = held;
        if (rest > 0) {
            dropped(reason, rest);
            publish();
        }
        return rest;
    }

    long held() {
        return held;
    }

    void publishIfChanged() {
        if (changed) {
            publish();
        }
    }

    void publish() {
        changed = false;
        book.publish(accepted, delivered, held);
    }
}
