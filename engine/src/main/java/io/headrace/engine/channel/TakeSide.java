package io.headrace.engine.channel;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import io.headrace.wal.SequenceWindow;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.agrona.collections.LongArrayList;

/**
 * Where sinks lease, commit and roll back: the take cursor, the table of what was taken and is not committed, and what
 * was rolled back. One short lock guards all of it; nothing under it waits or does I/O.
 *
 * <p>Sequences below {@code ringHead} have left the ring; {@code takeNext} is the next one to be leased in order. They
 * are equal while sinks keep up; where the journal evicts frames that are on disk, {@code takeNext} falls behind and
 * what lies between comes from the log.
 */
final class TakeSide {
    private static final int INITIAL_TABLE = 1_024;
    private static final int MAX_EVICTED = 256;

    private final ReentrantLock lock = new ReentrantLock();
    private final DualChannel channel;
    private final TakeOwner owner;
    /** Null for a cursor that takes everything from the log. */
    private final RingBuffer<Slot> ring;

    private final Sequence takeGate;
    private final long base;
    private final Admission admission;
    private final LongSupplier acknowledged;
    private final LongSupplier lowWater;
    private final Prefetch prefetch;
    private final LeaseRooms rooms = new LeaseRooms();
    private final SequenceWindow recoveredCommitted;
    /** What a kill left open in a lease may come twice: up to here. */
    private final long uncertainUpTo;

    /** Bytes in memory that leases may hold where the rest can be read from a log. */
    private final long memoryLeaseLimit;

    private final PriorityQueue<TakenFrame> rolledBack =
            new PriorityQueue<>(Comparator.comparingLong((TakenFrame entry) -> entry.sequence));
    private final LongArrayList passedControls = new LongArrayList();

    /** Entries are made with first use: after a hole in the sequences most places are skipped. */
    private TakenFrame[] table = new TakenFrame[INITIAL_TABLE];

    private long takeNext;
    private long ringHead;
    private long leasedMemoryBytes;
    private boolean closed;
    private volatile long redeliveredEvents;

    /**
     * @param ring null, as the gate, for a cursor that takes everything from the log
     * @param recovered of the log, or null for a channel without one
     */
    TakeSide(DualChannel channel, TakeOwner owner, RingBuffer<Slot> ring, Sequence takeGate, RecoveredLog recovered) {
        this.channel = channel;
        this.owner = owner;
        this.ring = ring;
        this.takeGate = takeGate;
        this.base = channel.publication().base();
        this.ringHead = base;
        this.recoveredCommitted = recovered == null ? null : recovered.committed();
        boolean backlog = recovered != null
                && recovered.lastSequence() > recovered.committed().floor();
        this.takeNext = backlog ? recovered.committed().floor() + 1 : base;
        this.uncertainUpTo = backlog && !recovered.clean() ? takeNext - 1 + SequenceWindow.SIZE : 0;
        this.admission = channel.admission();
        this.memoryLeaseLimit = recovered == null
                ? Long.MAX_VALUE
                : Math.max(1, channel.settings().byteCapacity() / 2);
        this.acknowledged = channel.milestones()::acknowledged;
        this.lowWater = owner::lowWater;
        this.prefetch = new Prefetch(takeNext);
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
            refreshHead();
            long limit = leaseLimit(consumer);
            if (!rolledBack.isEmpty()) {
                return rolledBack.peek().sequence <= limit;
            }
            if (takeNext > limit) {
                return false;
            }
            if (takeNext < ringHead) {
                return prefetch.hasNews(takeNext);
            }
            return leasedMemoryBytes < memoryLeaseLimit || ring.get(takeNext - base).control;
        } finally {
            lock.unlock();
        }
    }

    /** Whether this sink could lease what the reader has yet to bring. */
    boolean waitsForReader(ConsumerImpl consumer) {
        lock.lock();
        try {
            refreshHead();
            return !closed
                    && takeNext < ringHead
                    && takeNext <= leaseLimit(consumer)
                    && !prefetch.hasNews(takeNext)
                    && prefetch.wantsMore();
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
            refreshHead();
            LeaseRoom room = leaseRolledBack(consumer, maxEvents, maxBytes);
            long before = ringHead;
            if (rolledBack.isEmpty()) {
                room = leaseInOrder(consumer, room, maxEvents, maxBytes);
            }
            freedSlots = ring == null ? 0 : freeSlotsSince(before);
            if (room != null) {
                lease = begin(ended, room);
                consumer.opened(lease);
            }
            readerWanted = takeNext < ringHead && prefetch.wantsMore();
            handOverPassedControls();
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

    /** Without a ring everything that is acknowledged, and with that written, counts as having left it. */
    private void refreshHead() {
        if (ring == null) {
            ringHead = Math.max(ringHead, acknowledged.getAsLong() + 1);
        }
    }

    private LeaseRoom leaseRolledBack(ConsumerImpl consumer, int maxEvents, long maxBytes) {
        LeaseRoom lease = null;
        TakenFrame entry = rolledBack.peek();
        long limit = leaseLimit(consumer);
        while (entry != null && entry.sequence <= limit) {
            if (lease == null) {
                lease = rooms.take(consumer, rolledBack.size());
            }
            if (!lease.hasRoomFor(entry.events, entry.frame.length(), maxEvents, maxBytes)) {
                break;
            }
            rolledBack.poll();
            entry.state = TakenFrame.State.LEASED;
            redeliveredEvents += entry.events;
            lease.add(entry);
            entry = rolledBack.peek();
        }
        return lease;
    }

    private LeaseRoom leaseInOrder(ConsumerImpl consumer, LeaseRoom begun, int maxEvents, long maxBytes) {
        LeaseRoom lease = begun;
        long limit = leaseLimit(consumer);
        while (takeNext <= limit) {
            if (takeNext < ringHead) {
                if (!stepToPrefetched(limit)) {
                    if (takeNext < ringHead) {
                        break;
                    }
                    continue;
                }
                if (takeNext > limit) {
                    break;
                }
                TakenFrame first = prefetch.first();
                if (lease == null) {
                    lease = newRoom(consumer, limit, first.events, first.frame.length(), maxEvents, maxBytes);
                }
                if (!lease.hasRoomFor(first.events, first.frame.length(), maxEvents, maxBytes)) {
                    break;
                }
                lease.add(takeFromPrefetch());
            } else {
                Slot slot = ring.get(takeNext - base);
                if (slot.control) {
                    passControl(slot);
                    continue;
                }
                if (leasedMemoryBytes >= memoryLeaseLimit) {
                    break;
                }
                if (lease == null) {
                    lease = newRoom(consumer, limit, slot.events, slot.frame.length(), maxEvents, maxBytes);
                }
                if (!lease.hasRoomFor(slot.events, slot.frame.length(), maxEvents, maxBytes)) {
                    break;
                }
                lease.add(takeFromRing(slot));
            }
        }
        return lease;
    }

    /** With room for what there may be, or for as many frames like the first as are wanted. */
    private LeaseRoom newRoom(
            ConsumerImpl consumer, long limit, int firstEvents, int firstBytes, int maxEvents, long maxBytes) {
        long wanted = Math.min(maxEvents / Math.max(1, firstEvents), maxBytes / firstBytes);
        return rooms.take(consumer, Math.min(limit - takeNext + 1, wanted));
    }

    private long leaseLimit() {
        // R3: never what a crash could take back. R6: never further above the low-water mark than its bitmap reaches.
        long known = ring == null ? ringHead - 1 : acknowledged.getAsLong();
        return Math.min(known, lowWater.getAsLong() + SequenceWindow.SIZE);
    }

    /** R6 holds for the floor that a sink tells others, too. One that goes back to its token tells nobody. */
    private long leaseLimit(ConsumerImpl consumer) {
        long limit = leaseLimit();
        return consumer.goesBack() ? limit : Math.min(limit, consumer.lowWater() + SequenceWindow.SIZE);
    }

    private TakenFrame takeFromRing(Slot slot) {
        TakenFrame entry = entryFor(takeNext);
        entry.frame = slot.frame;
        entry.events = slot.events;
        entry.charge = slot.charge;
        entry.inputNumber = slot.input.number;
        entry.position = slot.position;
        entry.publishedNanos = slot.publishedNanos;
        entry.fromLog = false;
        entry.state = TakenFrame.State.LEASED;
        leasedMemoryBytes += slot.charge;
        slot.clear();
        takeNext++;
        ringHead++;
        return entry;
    }

    private TakenFrame takeFromPrefetch() {
        TakenFrame entry = entryFor(prefetch.first().sequence);
        prefetch.moveFirstTo(entry);
        entry.state = TakenFrame.State.LEASED;
        owner.leasing(entry.frame);
        if (entry.sequence <= uncertainUpTo) {
            redeliveredEvents += entry.events;
        }
        takeNext = entry.sequence + 1;
        return entry;
    }

    /** Moves {@code takeNext} over holes, committed frames and controls to the first prefetched frame; false when none. */
    private boolean stepToPrefetched(long limit) {
        while (true) {
            TakenFrame first = prefetch.first();
            if (first == null) {
                long exhausted = Math.min(prefetch.exhausted(), ringHead);
                if (exhausted > takeNext) {
                    owner.holePassed(takeNext, exhausted - 1);
                    takeNext = exhausted;
                }
                return false;
            }
            if (first.sequence >= takeNext && !isRecoveredCommitted(first.sequence)) {
                if (first.sequence > takeNext) {
                    owner.holePassed(takeNext, first.sequence - 1);
                    takeNext = first.sequence;
                }
                if (!first.control || takeNext > limit) {
                    return true;
                }
                passedControls.addLong(first.sequence);
                takeNext++;
            }
            prefetch.dropFirst();
        }
    }

    private boolean isRecoveredCommitted(long sequence) {
        return recoveredCommitted != null && recoveredCommitted.isMarked(sequence);
    }

    private void passControl(Slot slot) {
        passedControls.addLong(takeNext);
        admission.released(0, 0, slot.charge);
        slot.frame.release();
        slot.clear();
        takeNext++;
        ringHead++;
    }

    private int freeSlotsSince(long ringHeadBefore) {
        int freed = (int) (ringHead - ringHeadBefore);
        if (freed > 0) {
            takeGate.set(ringHead - base - 1);
        }
        return freed;
    }

    private void handOverPassedControls() {
        if (!passedControls.isEmpty()) {
            long[] sequences = passedControls.toLongArray();
            passedControls.clear();
            owner.controlsPassed(sequences);
        }
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
                    TakenFrame entry = table[index(room.sequence(i))];
                    entry.state = TakenFrame.State.COMMITTED;
                    entry.frame = null;
                    if (entry.fromLog) {
                        logBytes += entry.charge;
                    } else {
                        memoryEvents += entry.events;
                        memoryBytes += entry.charge;
                    }
                }
                prefetch.unpin(logBytes);
                leasedMemoryBytes -= memoryBytes;
                wakeReader = logBytes > 0 && takeNext < ringHead && prefetch.wantsMore();
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
                giveBack(lease);
                while (later != null) {
                    LeaseImpl following = later.next;
                    lease.consumer.ended(later);
                    later.state = LeaseImpl.State.CASCADED;
                    retainForHolder(later);
                    giveBack(later);
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

    /** The holder may be reading: it keeps its reference until it ends the lease itself. */
    private static void retainForHolder(LeaseImpl lease) {
        for (int i = 0; i < lease.size(); i++) {
            lease.frame(i).retain();
        }
    }

    private void giveBack(LeaseImpl lease) {
        for (int i = 0; i < lease.size(); i++) {
            TakenFrame entry = table[index(lease.sequence(i))];
            entry.state = TakenFrame.State.ROLLED_BACK;
            rolledBack.add(entry);
        }
    }

    // ---- the journal

    /** Passes INPUT and MARK frames that are next in the ring, so that they hold up nothing where no sink takes. */
    void passControls() {
        int freed;
        lock.lock();
        try {
            long before = ringHead;
            long limit = leaseLimit();
            while (!closed && takeNext == ringHead && takeNext <= limit && ring.get(takeNext - base).control) {
                passControl(ring.get(takeNext - base));
            }
            freed = freeSlotsSince(before);
            handOverPassedControls();
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
            if (sequence >= ringHead) {
                Slot slot = ring.get(sequence - base);
                found.frame = slot.frame.retain();
                found.inputNumber = slot.input.number;
                found.position = slot.position;
                return true;
            }
            TakenFrame entry = table[index(sequence)];
            if (entry == null
                    || entry.sequence != sequence
                    || entry.state != TakenFrame.State.LEASED && entry.state != TakenFrame.State.ROLLED_BACK) {
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

    /**
     * Lets frames leave the ring that are on disk and not leased, oldest first, while memory stands above a share.
     *
     * @return how many
     */
    int evict(long onDisk, int percent) {
        int evicted = 0;
        lock.lock();
        try {
            long limit = Math.min(onDisk, acknowledged.getAsLong());
            while (ringHead <= limit && evicted < MAX_EVICTED && admission.isAbove(percent)) {
                Slot slot = ring.get(ringHead - base);
                admission.evicted(slot.events, slot.charge);
                slot.frame.release();
                slot.clear();
                ringHead++;
                evicted++;
                takeGate.set(ringHead - base - 1);
                admission.slotsFreed(1);
            }
        } finally {
            lock.unlock();
        }
        return evicted;
    }

    // ---- the reader

    /** What the reader should do next: read from {@code from} on, up to below {@code to}; false for nothing. */
    boolean planReading(ReadingPlan plan) {
        lock.lock();
        try {
            refreshHead();
            plan.from = Math.max(takeNext, prefetch.exhausted());
            plan.to = ringHead;
            return !closed && plan.from < plan.to && prefetch.wantsMore();
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
            prefetch.add(frame);
            return prefetch.wantsMore();
        } finally {
            lock.unlock();
        }
    }

    /** Everything in the log below {@code sequence} was read. */
    void exhausted(long sequence) {
        lock.lock();
        try {
            prefetch.exhausted(sequence);
        } finally {
            lock.unlock();
        }
    }

    /** Events leased again after a rollback or restart. */
    long redeliveredEvents() {
        return redeliveredEvents;
    }

    /** Whether everything uncommitted is in memory. */
    boolean isAllInMemory() {
        lock.lock();
        try {
            return takeNext >= ringHead;
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
            rolledBack.forEach(entry -> entry.frame.release());
            rolledBack.clear();
            prefetch.clear();
            for (long sequence = ringHead; ring != null && sequence <= publishedUpTo; sequence++) {
                Slot slot = ring.get(sequence - base);
                slot.frame.release();
                slot.clear();
            }
            ringHead = Math.max(ringHead, publishedUpTo + 1);
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
                retainForHolder(lease);
                giveBack(lease);
                lease = following;
            }
        }
    }

    private TakenFrame entryFor(long sequence) {
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

    private void growTable() {
        TakenFrame[] larger = new TakenFrame[table.length * 2];
        for (TakenFrame entry : table) {
            if (entry != null
                    && (entry.state == TakenFrame.State.LEASED || entry.state == TakenFrame.State.ROLLED_BACK)) {
                larger[(int) (entry.sequence & (larger.length - 1))] = entry;
            }
        }
        table = larger;
    }

    private int index(long sequence) {
        return (int) (sequence & (table.length - 1));
    }
}
