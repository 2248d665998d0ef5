package io.headrace.engine.channel;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Where sinks lease, commit and roll back: {@link TakeCursor} says what follows in order, {@link LeaseTable} holds what was
 * taken and is not committed. One short lock guards both; nothing under it waits or does I/O.
 */
final class TakeSide {
    private final ReentrantLock lock = new ReentrantLock();
    private final DualChannel channel;
    private final TakeOwner owner;
    /** Null for a cursor that takes everything from the log. */
    private final RingBuffer<Slot> ring;

    private final Admission admission;
    private final LeaseTable table;
    private final TakeCursor cursor;
    private boolean closed;

    /**
     * @param ring null, as the gate, for a cursor that takes everything from the log
     * @param recovered of the log, or null for a channel without one
     */
    TakeSide(DualChannel channel, TakeOwner owner, RingBuffer<Slot> ring, Sequence takeGate, RecoveredLog recovered) {
        this.channel = channel;
        this.owner = owner;
        this.ring = ring;
        this.admission = channel.admission();
        LongSupplier lowWater = owner::lowWater;
        this.table = new LeaseTable(lowWater);
        this.cursor = new TakeCursor(channel, owner, table, lowWater, ring, takeGate, recovered);
    }

    // ---- sinks

    /** @param ended a lease of this consumer that is to be the new one; null for none */
    Lease tryLease(ConsumerImpl consumer, int maxEvents, long maxBytes, LeaseImpl ended) {
        while (true) {
            LeaseImpl lease = leaseOnce(consumer, maxEvents, maxBytes, ended);
            if (lease != null) {
                owner.leased(consumer, lease.events());
                return lease;
            }
            // Say that we wait, then look again: whoever moves a milestone does it the other way round.
            consumer.armed = true;
            if (!mayLease(consumer)) {
                if (waitsForReader(consumer)) {
                    // Whoever moved the milestone may have looked before we said that we wait.
                    owner.wakeReader();
                }
                return null;
            }
            consumer.armed = false;
        }
    }

    /** Whether a lease of this sink may succeed. */
    boolean mayLease(ConsumerImpl consumer) {
        lock.lock();
        try {
            if (closed || !owner.serves(consumer)) {
                return false;
            }
            cursor.refreshHead();
            long limit = cursor.leaseLimit(consumer);
            return table.hasRolledBack() ? table.firstRolledBack() <= limit : cursor.mayLease(limit);
        } finally {
            lock.unlock();
        }
    }

    /** Whether this sink could lease what the reader has yet to bring. */
    boolean waitsForReader(ConsumerImpl consumer) {
        lock.lock();
        try {
            cursor.refreshHead();
            return !closed && cursor.waitsForReader(consumer);
        } finally {
            lock.unlock();
        }
    }

    private LeaseImpl leaseOnce(ConsumerImpl consumer, int maxEvents, long maxBytes, LeaseImpl ended) {
        LeaseImpl lease = null;
        int freedSlots = 0;
        boolean readerWanted;
        lock.lock();
        try {
            if (ended != null && !ended.isEnded()) {
                throw ended.notEnded();
            }
            if (closed || !owner.serves(consumer)) {
                return null;
            }
            cursor.refreshHead();
            LeaseRoom room = table.leaseAgain(consumer, cursor.leaseLimit(consumer), maxEvents, maxBytes);
            long before = cursor.ringHead();
            if (!table.hasRolledBack()) {
                room = cursor.leaseInOrder(consumer, room, maxEvents, maxBytes);
            }
            freedSlots = ring == null ? 0 : cursor.freeSlotsSince(before);
            if (room != null) {
                lease = begin(ended, room);
                consumer.opened(lease);
            }
            readerWanted = cursor.wantsReader();
            cursor.handOverPassedControls();
        } finally {
            lock.unlock();
        }
        if (freedSlots > 0) {
            admission.slotsFreed(freedSlots);
            channel.slotsFreed();
        }
        if (readerWanted) {
            owner.wakeReader();
        }
        return lease;
    }

    private LeaseImpl begin(LeaseImpl ended, LeaseRoom room) {
        if (ended == null) {
            return new LeaseImpl(this, room);
        }
        ended.begin(room);
        return ended;
    }

    long commit(LeaseImpl lease, byte[] token) {
        long memoryEvents = 0;
        long memoryBytes = 0;
        long logBytes = 0;
        boolean wakeReader = false;
        long version = 0;
        LeaseImpl.State found;
        LeaseRoom room;
        lock.lock();
        try {
            found = lease.state;
            if (found == LeaseImpl.State.OPEN) {
                lease.consumer.ended(lease);
            }
            room = lease.end();
            if (found == LeaseImpl.State.OPEN) {
                for (int i = 0; i < room.size(); i++) {
                    TakenFrame entry = table.leased(room.sequence(i));
                    entry.state = TakenFrame.State.COMMITTED;
                    entry.frame = null;
                    if (entry.fromLog) {
                        logBytes += entry.charge;
                    } else {
                        memoryEvents += entry.events;
                        memoryBytes += entry.charge;
                    }
                }
                cursor.committed(memoryBytes, logBytes);
                wakeReader = logBytes > 0 && cursor.wantsReader();
                room.share();
                // Handed over before anybody can seal the take side: the journal's last round knows every commit.
                version = owner.committed(room, token);
            }
        } finally {
            lock.unlock();
        }
        if (found == LeaseImpl.State.ENDED) {
            throw lease.endedBefore();
        }
        room.releaseFrames();
        room.leave();
        switch (found) {
            case CASCADED -> throw lease.rolledBackBefore();
            case VOID -> {
                return 0;
            }
            default -> {
                owner.released(lease, memoryEvents, memoryBytes);
                channel.wakeJournal();
                if (wakeReader) {
                    owner.wakeReader();
                }
                return version;
            }
        }
    }

    void rollback(LeaseImpl lease) {
        LeaseImpl.State found;
        LeaseRoom room;
        lock.lock();
        try {
            found = lease.state;
            if (found == LeaseImpl.State.OPEN) {
                LeaseImpl later = lease.next;
                lease.consumer.ended(lease);
                table.giveBack(lease);
                while (later != null) {
                    LeaseImpl following = later.next;
                    lease.consumer.ended(later);
                    later.state = LeaseImpl.State.CASCADED;
                    table.giveBackBesideHolder(later);
                    later = following;
                }
            }
            room = lease.end();
        } finally {
            lock.unlock();
        }
        switch (found) {
            case OPEN -> {
                room.leave();
                owner.wakeConsumers();
            }
            case CASCADED, VOID -> {
                room.releaseFrames();
                room.leave();
            }
            case ENDED -> throw lease.endedBefore();
        }
    }

    // ---- the journal

    /** Passes INPUT and MARK frames that are next in the ring, so that they hold up nothing where no sink takes. */
    void passControls() {
        int freed;
        lock.lock();
        try {
            long before = cursor.ringHead();
            if (!closed) {
                cursor.passControls();
            }
            freed = cursor.freeSlotsSince(before);
            cursor.handOverPassedControls();
        } finally {
            lock.unlock();
        }
        if (freed > 0) {
            admission.slotsFreed(freed);
        }
    }

    /**
     * Finds a frame that was published and is not in {@code LogState} as committed, and retains it.
     *
     * @return false when it is committed: the journal will be told
     */
    boolean findForLog(long sequence, FrameForLog found) {
        lock.lock();
        try {
            if (sequence >= cursor.ringHead()) {
                cursor.findInRing(sequence, found);
                return true;
            }
            TakenFrame entry = table.find(sequence);
            if (entry == null) {
                return false;
            }
            found.frame = entry.frame.retain();
            found.inputNumber = entry.inputNumber;
            found.position = entry.position;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Shows how far sinks are. */
    void look(Eviction eviction, long nowNanos) {
        lock.lock();
        try {
            cursor.look(eviction, nowNanos);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets frames up to {@code limit}, which are on disk, leave the ring if they are not leased, oldest first, while memory
     * stands above a share.
     *
     * @return how many
     */
    int evict(long limit, int percent) {
        lock.lock();
        try {
            return cursor.evict(limit, percent);
        } finally {
            lock.unlock();
        }
    }

    // ---- the reader

    /** What the reader should do next: read from {@code from} on, up to below {@code to}; false for nothing. */
    boolean planReading(ReadingPlan plan) {
        lock.lock();
        try {
            return cursor.planReading(plan) && !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Takes over the reference to a frame that was read, and copies the rest; false when no more are wanted now. */
    boolean prefetched(TakenFrame frame) {
        lock.lock();
        try {
            if (closed) {
                frame.frame.release();
                return false;
            }
            return cursor.prefetched(frame);
        } finally {
            lock.unlock();
        }
    }

    /** Everything in the log below {@code sequence} was read. */
    void exhausted(long sequence) {
        lock.lock();
        try {
            cursor.exhausted(sequence);
        } finally {
            lock.unlock();
        }
    }

    /** Events leased again after a rollback or restart. */
    long redeliveredEvents() {
        return table.redeliveredEvents();
    }

    /** Whether everything uncommitted is in memory. */
    boolean isAllInMemory() {
        lock.lock();
        try {
            return cursor.isAllInMemory();
        } finally {
            lock.unlock();
        }
    }

    /** Gives no leases from now on and makes the open ones void; what they hold counts as rolled back. */
    void seal(Iterable<ConsumerImpl> consumers) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            voidLeases(consumers);
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of every frame. The ring has no producer any more, the journal and the reader have ended. */
    void releaseAll(long publishedUpTo) {
        lock.lock();
        try {
            table.releaseRolledBack();
            cursor.releaseAll(publishedUpTo);
        } finally {
            lock.unlock();
        }
    }

    private void voidLeases(Iterable<ConsumerImpl> consumers) {
        for (ConsumerImpl consumer : consumers) {
            LeaseImpl lease = consumer.oldestLease();
            while (lease != null) {
                LeaseImpl following = lease.next;
                consumer.ended(lease);
                lease.state = LeaseImpl.State.VOID;
                table.giveBackBesideHolder(lease);
                lease = following;
            }
        }
    }
}
