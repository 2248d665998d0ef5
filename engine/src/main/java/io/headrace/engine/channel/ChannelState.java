package io.headrace.engine.channel;

import io.headrace.wal.InputState;
import io.headrace.wal.LogState;

/**
 * What checkpoints hold of a channel and the ledger beside it, and how that changes: by frames that the journal takes, by
 * what sinks and sources tell it ({@link JournalCommand}), and by what is kept. Owned by the journal's thread.
 */
final class ChannelState {
    private final LogState state;
    private final LedgerCounts ledger;
    private final KeptOrigins origins;
    private final JournalClock clock;
    private final ChannelMetrics metrics;
    private final LogWriter log;
    private final ConsumerImpl discarder;
    private long kept;
    private boolean changed;

    /** @param log null for a channel without one */
    ChannelState(DualChannel channel, LogState state, LogWriter log, JournalClock clock) {
        this.state = state;
        this.ledger = new LedgerCounts(state, channel.book());
        this.origins = new KeptOrigins(state.origins());
        this.clock = clock;
        this.metrics = channel.metrics();
        this.log = log;
        this.discarder = channel.sinks().discarder();
        this.kept = channel.publication().base() - 1;
    }

    LogState logState() {
        return state;
    }

    LedgerCounts ledger() {
        return ledger;
    }

    /** Something changed beside the commands. */
    void changed(boolean change) {
        changed |= change;
    }

    /** Whether anything changed since the last call. */
    boolean takeChanged() {
        boolean any = changed;
        changed = false;
        return any;
    }

    // ---- frames

    /** A frame was published and is in the books now. */
    void taken(long sequence, Slot slot) {
        if (slot.control && slot.input.state == null) {
            opened(slot.input);
        }
        slot.input.lastSequence = sequence;
        if (slot.input.byOrigin && !slot.control && log != null) {
            origins.taken(sequence, slot.frame);
        }
        ledger.accepted(slot.events);
    }

    private void opened(ChannelInput input) {
        input.state = new InputState(input.number, input.key, input.floorRequested, clock.millis());
        state.inputs().put(input.number, input.state);
        state.nextInputNumber(Math.max(state.nextInputNumber(), input.number + 1));
        changed = true;
    }

    /** Everything up to here is durable or committed, so that checkpoints may say so (R9). */
    long kept() {
        return kept;
    }

    /** Moves that, and with it what is known by its origin. */
    void kept(long sequence) {
        kept = sequence;
    }

    /** A frame is kept now. */
    void onKept(long sequence, ChannelInput input, long position, int events, long publishedNanos) {
        if (input.state != null) {
            input.state.keep(position, clock.millis());
            input.keptPosition = input.state.position();
        }
        if (!state.committed().isMarked(sequence)) {
            state.accepted(state.accepted() + events);
        }
    }

    /** After {@link #onKept} of each frame. */
    void keepOrigins() {
        changed |= origins.keepUpTo(kept, clock.millis());
    }

    // ---- commands

    void committed(LeaseRoom lease) {
        ReplayCursor cursor = lease.consumer.cursor();
        if (cursor != null) {
            cursor.committed(lease);
            if (lease.token != null) {
                tokenSaved(lease.consumer, lease.token, lease.tokenVersion);
            }
            changed = true;
            return;
        }
        for (int i = 0; i < lease.size(); i++) {
            state.commit(lease.sequence(i));
            if (lease.sequence(i) > kept) {
                // Committed before it is durable: counted now, and not again when the milestone passes it.
                state.accepted(state.accepted() + lease.events(i));
            }
            if (lease.publishedNanos(i) != 0) {
                metrics.residence.recordMicros((clock.nanos() - lease.publishedNanos(i)) / 1_000);
            }
        }
        if (lease.token != null) {
            tokenSaved(lease.consumer, lease.token, lease.tokenVersion);
        }
        if (lease.consumer == discarder) {
            ledger.dropped(Journal.DISCARDED, lease.events());
        } else {
            ledger.delivered(lease.events());
        }
        changed = true;
    }

    void controlsPassed(long[] sequences) {
        for (long sequence : sequences) {
            state.commit(sequence);
        }
        changed = true;
    }

    void holePassed(long from, long to) {
        state.addHole(from, to);
        changed = true;
    }

    void controlsPassed(ReplayCursor cursor, long[] sequences) {
        for (long sequence : sequences) {
            cursor.state().commit(sequence);
        }
        changed = true;
    }

    void holePassed(ReplayCursor cursor, long from, long to) {
        cursor.state().addHole(from, to);
        changed = true;
    }

    void tokenSaved(ConsumerImpl consumer, byte[] token, long version) {
        if (log != null) {
            ReplayCursor cursor = consumer.cursor();
            if (cursor == null) {
                state.tokens().put(consumer.name(), token);
            } else {
                cursor.tokenSaved(consumer.name(), token);
            }
            log.tokenSaved(consumer, version);
            changed = true;
        }
    }

    /** A source wants to know what comes twice over several streams. */
    void originsWanted(int pairs) {
        state.origins().limit(pairs);
        changed = true;
    }

    /** A frame came that is here already with a sequence, from another stream. */
    void duplicate(ChannelInput input, long position, long sequence) {
        origins.duplicate(input, position, sequence);
    }

    void floorAdvanced(ChannelInput input) {
        long floor = input.floorRequested;
        if (input.state != null && input.state.window() != null && floor > input.state.position()) {
            input.state.window().advanceTo(floor);
            input.keptPosition = input.state.position();
            changed = true;
        }
    }
}
