package io.headrace.engine.channel;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;

/**
 * What was taken and is not committed: a table by sequence, and in it the queue of what was rolled back, which is leased
 * again in order and before anything else. Guarded by the take side's lock, but for {@link #redeliveredEvents}.
 */
final class LeaseTable {
    private static final int INITIAL_TABLE = 1_024;

    private final LongSupplier lowWater;
    private final LeaseRooms rooms = new LeaseRooms();
    private final PriorityQueue<TakenFrame> rolledBack =
            new PriorityQueue<>(Comparator.comparingLong((TakenFrame entry) -> entry.sequence));

    /** Entries are made with first use: after a hole in the sequences most places are skipped. */
    private TakenFrame[] table = new TakenFrame[INITIAL_TABLE];

    private volatile long redeliveredEvents;

    /** @param lowWater everything up to there is committed, so that its places may be used again */
    LeaseTable(LongSupplier lowWater) {
        this.lowWater = lowWater;
    }

    /** The place of a sequence that is taken now; its frame is the caller's to fill in. */
    TakenFrame entryFor(long sequence) {
        while (sequence - lowWater.getAsLong() > table.length) {
            growTable();
        }
        int index = index(sequence);
        TakenFrame entry = table[index];
        if (entry == null) {
            entry = new TakenFrame();
            table[index] = entry;
        }
        entry.sequence = sequence;
        return entry;
    }

    /** The place of a sequence that is leased. */
    TakenFrame leased(long sequence) {
        return table[index(sequence)];
    }

    /** The place of a sequence that is leased or rolled back; null when it is committed or was never taken. */
    TakenFrame find(long sequence) {
        TakenFrame entry = table[index(sequence)];
        return entry == null || entry.sequence != sequence || !isHeld(entry) ? null : entry;
    }

    private static boolean isHeld(TakenFrame entry) {
        return entry.state == TakenFrame.State.LEASED || entry.state == TakenFrame.State.ROLLED_BACK;
    }

    private void growTable() {
        TakenFrame[] larger = new TakenFrame[table.length * 2];
        for (TakenFrame entry : table) {
            if (entry != null && isHeld(entry)) {
                larger[(int) (entry.sequence & (larger.length - 1))] = entry;
            }
        }
        table = larger;
    }

    private int index(long sequence) {
        return (int) (sequence & (table.length - 1));
    }

    /** Where a lease puts what it holds; {@code expected} frames as far as is known. */
    LeaseRoom newRoom(ConsumerImpl consumer, long expected) {
        return rooms.take(consumer, expected);
    }

    // ---- what was rolled back

    boolean hasRolledBack() {
        return !rolledBack.isEmpty();
    }

    /** The lowest sequence that was rolled back; there is one. */
    long firstRolledBack() {
        return rolledBack.peek().sequence;
    }

    /** Leases what was rolled back, as far as the limit allows; null when nothing of it may be leased. */
    LeaseRoom leaseAgain(ConsumerImpl consumer, long limit, int maxEvents, long maxBytes) {
        LeaseRoom lease = null;
        TakenFrame entry = rolledBack.peek();
        while (entry != null && entry.sequence <= limit) {
            if (lease == null) {
                lease = rooms.take(consumer, rolledBack.size());
            }
            if (!lease.hasRoomFor(entry.events, entry.frame.length(), maxEvents, maxBytes)) {
                break;
            }
            rolledBack.poll();
            entry.state = TakenFrame.State.LEASED;
            redelivered(entry.events);
            lease.add(entry);
            entry = rolledBack.peek();
        }
        return lease;
    }

    /** Everything that a lease holds may be leased again. */
    void giveBack(LeaseImpl lease) {
        for (int i = 0; i < lease.size(); i++) {
            TakenFrame entry = table[index(lease.sequence(i))];
            entry.state = TakenFrame.State.ROLLED_BACK;
            rolledBack.add(entry);
        }
    }

    /** As {@link #giveBack}, for a holder that may be reading: it keeps its references until it ends the lease itself. */
    void giveBackBesideHolder(LeaseImpl lease) {
        for (int i = 0; i < lease.size(); i++) {
            lease.frame(i).retain();
        }
        giveBack(lease);
    }

    void releaseRolledBack() {
        rolledBack.forEach(entry -> entry.frame.release());
        rolledBack.clear();
    }

    // ---- what is leased for another time

    void redelivered(int events) {
        redeliveredEvents += events;
    }

    /** Events leased again after a rollback or restart; any thread. */
    long redeliveredEvents() {
        return redeliveredEvents;
    }
}
