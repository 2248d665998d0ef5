package io.headrace.engine.channel;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The budgets of a channel: ring slots, sequences, bytes in memory and events. Counters, not slots: a reservation takes
 * from all of them or from none, so that a frame can be reserved in several channels before it is published in any.
 *
 * <p>Events and bytes are admitted while what is held is <em>below</em> the limit, so that a frame larger than the limit
 * fits in the end. Slots and sequences are exact: {@code promised} counts the ring sequences that were ever reserved and
 * not given back, so it is never below what was claimed, and {@code tryNext} cannot fail after a reservation.
 *
 * <p>Any thread reserves; releases come from sinks, the journal and the take side.
 */
final class Admission {
    private static final int ROOMY_PART = 8;

    private final ChannelPolicy policy;
    private final long slots;
    private final long eventLimit;
    private final long overflowLimit;
    private final long byteLimit;

    private final AtomicLong promised = new AtomicLong();
    private final AtomicLong heldEvents = new AtomicLong();
    private final AtomicLong memoryEvents = new AtomicLong();
    private final AtomicLong memoryBytes = new AtomicLong();
    private final AtomicLong freed = new AtomicLong();
    private volatile long sequenceLimit = Long.MAX_VALUE;
    private volatile boolean spilling;
    private volatile boolean logBlocked;

    Admission(ChannelSettings settings, int slots) {
        this.policy = settings.policy();
        this.slots = slots;
        this.eventLimit = policy == ChannelPolicy.DUAL ? settings.memoryCapacity() : settings.capacity();
        this.overflowLimit = settings.overflowCapacity();
        this.byteLimit = settings.byteCapacity();
    }

    /**
     * Reserves for one put.
     *
     * @return null when it succeeded, otherwise what is short; nothing was taken then
     */
    FullReason tryReserve(int frames, long events, long bytes) {
        FullReason shortOf = reserveSequences(frames);
        if (shortOf != null) {
            return shortOf;
        }
        if (!addBelow(memoryBytes, bytes, byteLimit)) {
            promised.addAndGet(-frames);
            return logBlocked ? FullReason.LOG : FullReason.BYTES;
        }
        shortOf = reserveEvents(events);
        if (shortOf != null) {
            promised.addAndGet(-frames);
            memoryBytes.addAndGet(-bytes);
        }
        return shortOf;
    }

    /** Gives a reservation back that was not published. */
    void cancel(int frames, long events, long bytes) {
        promised.addAndGet(-frames);
        memoryBytes.addAndGet(-bytes);
        memoryEvents.addAndGet(-events);
        heldEvents.addAndGet(-events);
    }

    /** Ring slots became free: their sequences were passed by every gating sequence. */
    void slotsFreed(int count) {
        freed.addAndGet(count);
    }

    /** Frames left memory and stay in the log. */
    void evicted(long events, long bytes) {
        memoryEvents.addAndGet(-events);
        memoryBytes.addAndGet(-bytes);
    }

    /** Frames are done with. */
    void released(long events, long eventsInMemory, long bytesInMemory) {
        memoryEvents.addAndGet(-eventsInMemory);
        memoryBytes.addAndGet(-bytesInMemory);
        heldEvents.addAndGet(-events);
    }

    /** Events of a recovered backlog, which is not in memory. */
    void recovered(long events) {
        heldEvents.addAndGet(events);
    }

    /** Ring sequences (not channel sequences) below this may be used (R4). */
    void sequenceLimit(long ringSequences) {
        sequenceLimit = ringSequences;
    }

    void spilling(boolean on) {
        spilling = on;
    }

    boolean isSpilling() {
        return spilling;
    }

    /** Whether the log refuses frames, so that full memory is the log's doing. */
    void logBlocked(boolean blocked) {
        logBlocked = blocked;
    }

    boolean isLogBlocked() {
        return logBlocked;
    }

    /** Whether {@code events} and {@code bytes} beyond what is held would leave room for one more frame. */
    boolean hasRoomAbove(long events, long bytes) {
        long taken = promised.get();
        if (taken - freed.get() >= slots || taken >= sequenceLimit || memoryBytes.get() + bytes >= byteLimit) {
            return false;
        }
        if (policy != ChannelPolicy.DUAL) {
            return heldEvents.get() + events < eventLimit;
        }
        return spilling
                ? heldEvents.get() - memoryEvents.get() + events < overflowLimit
                : memoryEvents.get() + events < eventLimit;
    }

    /**
     * Whether so much is free beyond that, too, that several frames may come at once: an {@value #ROOMY_PART}th of what limits
     * a channel. Of what is smaller than that any room is much.
     */
    boolean isRoomyAbove(long events, long bytes) {
        if (!hasRoomAbove(events, bytes) || usedSlots() > most(slots) || memoryBytes.get() + bytes > most(byteLimit)) {
            return false;
        }
        if (policy != ChannelPolicy.DUAL) {
            return heldEvents.get() + events <= most(eventLimit);
        }
        return spilling
                ? heldEvents.get() - memoryEvents.get() + events <= most(overflowLimit)
                : memoryEvents.get() + events <= most(eventLimit);
    }

    private static long most(long limit) {
        return limit - limit / ROOMY_PART;
    }

    /** Whether memory, events in memory or slots stand above a share of their limits. */
    boolean isAbove(int percent) {
        return memoryBytes.get() * 100 > byteLimit * percent
                || usedSlots() * 100 > slots * percent
                || policy == ChannelPolicy.DUAL && eventLimit > 0 && memoryEvents.get() * 100 > eventLimit * percent;
    }

    /** What would be short, for puts that have to queue behind others. */
    FullReason shortage() {
        if (logBlocked) {
            return FullReason.LOG;
        }
        if (memoryBytes.get() >= byteLimit) {
            return FullReason.BYTES;
        }
        if (usedSlots() >= slots) {
            return FullReason.SLOTS;
        }
        if (promised.get() >= sequenceLimit) {
            return FullReason.SEQUENCES;
        }
        return policy == ChannelPolicy.DUAL && spilling ? FullReason.OVERFLOW : FullReason.EVENTS;
    }

    /** Whether nothing is reserved that was not published yet. */
    boolean isQuiet(long ringSequencesPublished) {
        return promised.get() <= ringSequencesPublished;
    }

    long usedSlots() {
        return promised.get() - freed.get();
    }

    long heldEvents() {
        return heldEvents.get();
    }

    long memoryEvents() {
        return memoryEvents.get();
    }

    long memoryBytes() {
        return memoryBytes.get();
    }

    private FullReason reserveSequences(int frames) {
        while (true) {
            long taken = promised.get();
            if (taken + frames - freed.get() > slots) {
                return logBlocked ? FullReason.LOG : FullReason.SLOTS;
            }
            if (taken + frames > sequenceLimit) {
                return FullReason.SEQUENCES;
            }
            if (promised.compareAndSet(taken, taken + frames)) {
                return null;
            }
        }
    }

    private FullReason reserveEvents(long events) {
        if (policy != ChannelPolicy.DUAL) {
            if (!addBelow(heldEvents, events, eventLimit)) {
                return FullReason.EVENTS;
            }
            memoryEvents.addAndGet(events);
            return null;
        }
        if (spilling) {
            if (events > 0 && heldEvents.get() - memoryEvents.get() >= overflowLimit) {
                return FullReason.OVERFLOW;
            }
            memoryEvents.addAndGet(events);
        } else if (!addBelow(memoryEvents, events, eventLimit)) {
            return FullReason.EVENTS;
        }
        heldEvents.addAndGet(events);
        return null;
    }

    private static boolean addBelow(AtomicLong counter, long amount, long limit) {
        while (true) {
            long held = counter.get();
            if (held >= limit && amount > 0) {
                return false;
            }
            if (counter.compareAndSet(held, held + amount)) {
                return true;
            }
        }
    }
}
