package io.headrace.engine.channel;

import io.headrace.wal.RecoveryReport;
import java.util.List;

/** A channel with its life: opened by {@link ChannelFactory}, started, stopped, closed, by the agent's threads. */
public interface ManagedChannel extends Channel, AutoCloseable {
    ChannelSettings settings();

    /** What opening the log found, or null for a channel without one. */
    RecoveryReport recovery();

    /** What opening did to cursors, and what of their configuration does not hold; one text each. */
    List<String> cursorNotes();

    /** What can be lost, as it is open now. */
    ChannelGuarantee guarantee();

    /** What outside the log has to change before it takes more, e.g. a full disk; null while nothing has to. Any thread. */
    String waitingFor();

    /** Whether anything was put that is not acknowledged yet. Any thread. */
    default boolean hasUnacknowledged() {
        return false;
    }

    /** Starts the duty cycles: puts are accepted and leases given from here on. */
    void start();

    /**
     * Refuses puts from now on, waits up to {@code drainMillis} for sinks to take what is left, writes what a log can
     * hold, syncs, makes a clean checkpoint and closes. Open leases are rolled back. Interrupting the caller ends the
     * wait, nothing else (R1).
     *
     * @return events that could be neither delivered nor kept: those of a channel without a log; they are in the ledger
     *     as dropped
     */
    long stop(long drainMillis);

    /** Ends the duty cycles and closes the log as a kill would: nothing more is written. After a failure, or in tests. */
    @Override
    void close();
}
