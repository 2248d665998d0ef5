package io.headrace.engine.channel;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import io.headrace.wal.SequenceWindow;
import java.util.function.LongSupplier;
import org.agrona.collections.LongArrayList;

/**
 * How far sinks have taken in order, over the ring and over what the reader brings from the log. Guarded by the take side's
 * lock.
 *
 * <p>Sequences below {@code ringHead} have left the ring; {@code takeNext} is the next one to be leased in order. They
 * are equal while sinks keep up; where the journal evicts frames that are on disk, {@code takeNext} falls behind and
 * what lies between comes from the log.
 */
final class TakeCursor {
    private static final int MAX_EVICTED = 256;

    private final TakeOwner owner;
    /** Null for a cursor that takes everything from the log. */
    private final RingBuffer<Slot> ring;

    private final Sequence takeGate;
    private final long base;
    private final Admission admission;
    private final LongSupplier acknowledged;
    private final LongSupplier lowWater;
    private final LeaseTable table;
    private final Prefetch prefetch;
    private final SequenceWindow recoveredCommitted;
    /** What a kill left open in a lease may come twice: up to here. */
    private final long uncertainUpTo;

    /** Bytes in memory that leases may hold where the rest can be read from a log. */
    private final long memoryLeaseLimit;

    private final LongArrayList passedControls = new LongArrayList();
    private long takeNext;
    private long ringHead;
    private long leasedMemoryBytes;
    private long takenFromMemory;

    /** Whether any sink asked for what follows, be it in vain. */
    private boolean asked;

    /**
     * @param ring null, as the gate, for a cursor that takes everything from the log
     * @param recovered of the log, or null for a channel without one
     */
    TakeCursor(
            DualChannel channel,
            TakeOwner owner,
            LeaseTable table,
            LongSupplier lowWater,
            RingBuffer<Slot> ring,
            Sequence takeGate,
            RecoveredLog recovered) {
        this.owner = owner;
        this.table = table;
        this.lowWater = lowWater;
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
        this.prefetch = new Prefetch(takeNext);
    }

    // ---- limits

    /** Without a ring everything that is acknowledged, and with that written, counts as having left it. */
    void refreshHead() {
        if (ring == null) {
            ringHead = Math.max(ringHead, acknowledged.getAsLong() + 1);
        }
    }

    private long leaseLimit() {
        // R3: never what a crash could take back. R6: never further above the low-water mark than its bitmap reaches.
        long known = ring == null ? ringHead - 1 : acknowledged.getAsLong();
        return Math.min(known, lowWater.getAsLong() + SequenceWindow.SIZE);
    }

    /** R6 holds for the floor that a sink tells others, too. One that goes back to its token tells nobody. */
    long leaseLimit(ConsumerImpl consumer) {
        long limit = leaseLimit();
        return consumer.goesBack() ? limit : Math.min(limit, consumer.lowWater() + SequenceWindow.SIZE);
    }

    /** Whether something may be leased in order below a limit. */
    boolean mayLease(long limit) {
        if (takeNext > limit) {
            return false;
        }
        if (takeNext < ringHead) {
            return prefetch.hasNews(takeNext);
        }
        return leasedMemoryBytes < memoryLeaseLimit || ring.get(takeNext - base).control;
    }

    /** Whether this sink could lease what the reader has yet to bring. */
    boolean waitsForReader(ConsumerImpl consumer) {
        return takeNext < ringHead
                && takeNext <= leaseLimit(consumer)
                && !prefetch.hasNews(takeNext)
                && prefetch.wantsMore();
    }

    /** Whether there is something for the reader to bring, and room for it. */
    boolean wantsReader() {
        return takeNext < ringHead && prefetch.wantsMore();
    }

    /** Whether everything uncommitted is in memory. */
    boolean isAllInMemory() {
        return takeNext >= ringHead;
    }

    /** The lowest sequence that is in the ring. */
    long ringHead() {
        return ringHead;
    }

    // ---- leases

    /**
     * Leases what follows in order, from the ring or from what the reader brought.
     *
     * @param begun with what was rolled back, or null
     * @return null when there is nothing in either
     */
    LeaseRoom leaseInOrder(ConsumerImpl consumer, LeaseRoom begun, int maxEvents, long maxBytes) {
        asked = true;
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
        return table.newRoom(consumer, Math.min(limit - takeNext + 1, wanted));
    }

    private TakenFrame takeFromRing(Slot slot) {
        TakenFrame entry = table.entryFor(takeNext);
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
        takenFromMemory++;
        return entry;
    }

    private TakenFrame takeFromPrefetch() {
        TakenFrame entry = table.entryFor(prefetch.first().sequence);
        prefetch.moveFirstTo(entry);
        entry.state = TakenFrame.State.LEASED;
        owner.leasing(entry.frame);
        if (entry.sequence <= uncertainUpTo) {
            table.redelivered(entry.events);
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

    /** What leases held that are committed now. */
    void committed(long memoryBytes, long logBytes) {
        prefetch.unpin(logBytes);
        leasedMemoryBytes -= memoryBytes;
    }

    // ---- controls

    /** Passes INPUT and MARK frames that are next in the ring. */
    void passControls() {
        long limit = leaseLimit();
        while (takeNext == ringHead && takeNext <= limit && ring.get(takeNext - base).control) {
            passControl(ring.get(takeNext - base));
        }
    }

    private void passControl(Slot slot) {
        passedControls.addLong(takeNext);
        admission.released(0, 0, slot.charge);
        slot.frame.release();
        slot.clear();
        takeNext++;
        ringHead++;
    }

    void handOverPassedControls() {
        if (!passedControls.isEmpty()) {
            long[] sequences = passedControls.toLongArray();
            passedControls.clear();
            owner.controlsPassed(sequences);
        }
    }

    // ---- the ring

    /** Lets producers use the slots again that were left since; how many. The caller counts them as free. */
    int freeSlotsSince(long ringHeadBefore) {
        int freed = (int) (ringHead - ringHeadBefore);
        if (freed > 0) {
            takeGate.set(ringHead - base - 1);
        }
        return freed;
    }

    /** Finds a frame that is in the ring, for the log, and retains it. */
    void findInRing(long sequence, FrameForLog found) {
        Slot slot = ring.get(sequence - base);
        found.frame = slot.frame.retain();
        found.inputNumber = slot.input.number;
        found.position = slot.position;
    }

    /** Shows how far sinks are. */
    void look(Eviction eviction, long nowNanos) {
        eviction.look(acknowledged.getAsLong(), takeNext, takenFromMemory, asked, nowNanos);
    }

    /**
     * Lets frames up to {@code limit}, which are on disk, leave the ring if they are not leased, oldest first, while memory
     * stands above a share.
     *
     * @return how many
     */
    int evict(long limit, int percent) {
        int evicted = 0;
        long last = Math.min(limit, acknowledged.getAsLong());
        while (ringHead <= last && evicted < MAX_EVICTED && admission.isAbove(percent)) {
            Slot slot = ring.get(ringHead - base);
            admission.evicted(slot.events, slot.charge);
            slot.frame.release();
            slot.clear();
            ringHead++;
            evicted++;
            takeGate.set(ringHead - base - 1);
            admission.slotsFreed(1);
        }
        return evicted;
    }

    // ---- the reader

    /** What the reader should do next; false for nothing. */
    boolean planReading(ReadingPlan plan) {
        refreshHead();
        plan.from = Math.max(takeNext, prefetch.exhausted());
        plan.to = ringHead;
        return plan.from < plan.to && prefetch.wantsMore();
    }

    /** Takes over the reference to a frame that was read, and copies the rest; false when no more are wanted now. */
    boolean prefetched(TakenFrame frame) {
        prefetch.add(frame);
        return prefetch.wantsMore();
    }

    /** Everything in the log below {@code sequence} was read. */
    void exhausted(long sequence) {
        prefetch.exhausted(sequence);
    }

    /** Lets go of what is in the ring and of what was read ahead. */
    void releaseAll(long publishedUpTo) {
        prefetch.clear();
        for (long sequence = ringHead; ring != null && sequence <= publishedUpTo; sequence++) {
            Slot slot = ring.get(sequence - base);
            slot.frame.release();
            slot.clear();
        }
        ringHead = Math.max(ringHead, publishedUpTo + 1);
    }
}
