package io.headrace.engine.channel;

import java.util.Map;

/**
 * Where a channel's events went, counted from the log's creation: accepted = delivered + held + dropped by reason.
 *
 * @param accepted events published
 * @param delivered events committed by sinks
 * @param held events neither delivered nor dropped
 * @param dropped events given up, by reason
 * @param redelivered events leased again after a rollback or restart; not part of the balance
 */
public record Ledger(long accepted, long delivered, long held, Map<String, Long> dropped, long redelivered) {
    /** Events given up, for whatever reason. */
    public long droppedEvents() {
        return dropped.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Whether nothing is unaccounted for. */
    public boolean balances() {
        return accepted == delivered + held + droppedEvents();
    }
}
