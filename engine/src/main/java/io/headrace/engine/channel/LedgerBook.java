package io.headrace.engine.channel;

import java.util.Map;
import java.util.TreeMap;

/** The ledger as the journal last published it; read by any thread. */
final class LedgerBook {
    private long accepted;
    private long delivered;
    private long held;
    private Map<String, Long> dropped = Map.of();
    private Map<String, Long> newDropped = Map.of();

    synchronized void publish(long newAccepted, long newDelivered, long newHeld) {
        accepted = newAccepted;
        delivered = newDelivered;
        held = newHeld;
        dropped = newDropped;
    }

    /** Shown with the next {@link #publish}, so that the balance holds at any time. */
    synchronized void dropped(Map<String, Long> byReason) {
        newDropped = Map.copyOf(byReason);
    }

    synchronized Ledger read(long redelivered) {
        return new Ledger(accepted, delivered, held, new TreeMap<>(dropped), redelivered);
    }
}
