package io.headrace.engine.channel;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Who waits for room in a channel, first in, first out. The journal wakes as many as there is room for, once an eighth of the
 * channel is free: one wake-up for each frame that a sink is done with would cost more than the frame. Where the sinks take
 * longer than that nobody waits for the rest: after {@value #HOLD_MICROS} microseconds with any room whoever fits is woken.
 *
 * <p>While somebody waits, newcomers don't pass. While somebody was woken and has not put yet they do if an eighth of the
 * channel is free beside what those want; otherwise they queue, too.
 *
 * <p>A thread that puts ends its wait itself ({@link #settle}), so that its room stays its own for as long as it takes to
 * run. A callback cannot be told from a newcomer when it puts: it brings a <em>grant</em> that lets one put pass, and
 * what it was woken for counts as taken until the grant is used or {@value #CALLBACK_MILLIS} ms have passed (its
 * connection may be gone).
 */
final class RoomWaiters {
    private static final long CALLBACK_MILLIS = 10;
    private static final long CALLBACK_NANOS = CALLBACK_MILLIS * 1_000_000;
    private static final long HOLD_MICROS = 1_000;
    private static final long HOLD_NANOS = HOLD_MICROS * 1_000;

    /** A waiter; the wake-up must only set a flag or wake somebody. */
    static final class Waiter {
        private final Runnable wake;
        private final boolean settles;

        /** Change only while it neither is in the queue nor was woken. */
        private long events;

        private long bytes;

        /** Guarded by the queue. */
        private boolean woken;

        private Waiter(Runnable wake, long events, long bytes, boolean settles) {
            this.wake = wake;
            this.events = events;
            this.bytes = bytes;
            this.settles = settles;
        }

        /** A thread, which calls {@link #settle} after it tried again or gave up, and may wait again then. */
        static Waiter thread(Runnable wake) {
            return new Waiter(wake, 0, 0, true);
        }

        /** What a thread wants next; it does not wait now. */
        Waiter wanting(long newEvents, long newBytes) {
            events = newEvents;
            bytes = newBytes;
            return this;
        }

        /** Somebody who may put after the call or not. */
        static Waiter callback(Runnable wake, long usualEvents, long usualBytes) {
            return new Waiter(wake, usualEvents, usualBytes, false);
        }
    }

    private final ArrayDeque<Waiter> queue = new ArrayDeque<>();
    private final AtomicInteger callbackGrants = new AtomicInteger();
    private final AtomicInteger unsettled = new AtomicInteger();
    private final AtomicLong unsettledEvents = new AtomicLong();
    private final AtomicLong unsettledBytes = new AtomicLong();
    private volatile int waiting;

    // The journal's thread.
    private long callbackEvents;
    private long callbackBytes;
    private long lastWakeNanos;

    /** Whether there is room, since then, that is not much yet. */
    private boolean holding;

    private long holdingSinceNanos;

    /** Whether a put of somebody who isn't a woken thread may be tried now. */
    boolean mayPass(Admission room) {
        boolean free = waiting == 0
                && (unsettled.get() == 0 || room.isRoomyAbove(unsettledEvents.get(), unsettledBytes.get()));
        // Where anybody passes, too: it may be the one who was woken, and what it wanted is no longer to be kept then.
        return useGrant() || free;
    }

    private boolean useGrant() {
        while (true) {
            int left = callbackGrants.get();
            if (left <= 0) {
                return false;
            }
            if (callbackGrants.compareAndSet(left, left - 1)) {
                return true;
            }
        }
    }

    void add(Waiter waiter) {
        synchronized (queue) {
            queue.addLast(waiter);
            waiting = queue.size();
        }
    }

    /** A thread that was woken found too little room: it keeps its place. */
    void addAgain(Waiter waiter) {
        synchronized (queue) {
            if (!unsettle(waiter)) {
                // Woken by what came late from its wait before: it is in the queue still.
                queue.remove(waiter);
            }
            queue.addFirst(waiter);
            waiting = queue.size();
        }
    }

    /** A thread has put, or gives up. */
    void settle(Waiter waiter) {
        synchronized (queue) {
            if (!unsettle(waiter)) {
                queue.remove(waiter);
                waiting = queue.size();
            }
        }
    }

    private boolean unsettle(Waiter waiter) {
        if (!waiter.woken) {
            return false;
        }
        waiter.woken = false;
        unsettledEvents.addAndGet(-waiter.events);
        unsettledBytes.addAndGet(-waiter.bytes);
        unsettled.decrementAndGet();
        return true;
    }

    int size() {
        return waiting;
    }

    boolean isEmpty() {
        return waiting == 0;
    }

    /** Wakes the first ones as far as there is room. The journal's thread. */
    int wake(Admission room, long nowNanos) {
        if (waiting == 0) {
            callbackEvents = 0;
            callbackBytes = 0;
            holding = false;
            return 0;
        }
        if (callbackGrants.get() == 0 || nowNanos - lastWakeNanos >= CALLBACK_NANOS) {
            callbackEvents = 0;
            callbackBytes = 0;
        }
        if (holds(room, nowNanos)) {
            return 0;
        }
        int woken = 0;
        while (room.hasRoomAbove(unsettledEvents.get() + callbackEvents, unsettledBytes.get() + callbackBytes)) {
            Waiter next = poll();
            if (next == null) {
                callbackGrants.set(0);
                break;
            }
            if (!next.settles) {
                callbackGrants.incrementAndGet();
                callbackEvents += next.events;
                callbackBytes += next.bytes;
            }
            next.wake.run();
            lastWakeNanos = nowNanos;
            woken++;
        }
        return woken;
    }

    /** Whether those who wait are to do so until there is more room, or none for some time. */
    private boolean holds(Admission room, long nowNanos) {
        long events = unsettledEvents.get() + callbackEvents;
        long bytes = unsettledBytes.get() + callbackBytes;
        if (!room.hasRoomAbove(events, bytes) || room.isRoomyAbove(events, bytes)) {
            holding = false;
            return false;
        }
        if (!holding) {
            holding = true;
            holdingSinceNanos = nowNanos;
        }
        // Once it is over it begins again with the next room: whoever is let in now may leave none.
        holding = nowNanos - holdingSinceNanos < HOLD_NANOS;
        return holding;
    }

    /** Nanoseconds until those who wait have done so long enough, or callbacks that did nothing should not count any more. */
    long nanosUntilDue(long nowNanos) {
        if (waiting == 0) {
            return Long.MAX_VALUE;
        }
        long due = holding ? Math.max(0, holdingSinceNanos + HOLD_NANOS - nowNanos) : Long.MAX_VALUE;
        return callbackEvents == 0 && callbackBytes == 0
                ? due
                : Math.min(due, Math.max(0, lastWakeNanos + CALLBACK_NANOS - nowNanos));
    }

    /** Wakes everybody: the channel failed or stops. */
    void wakeAll() {
        Waiter next = poll();
        while (next != null) {
            next.wake.run();
            next = poll();
        }
    }

    private Waiter poll() {
        synchronized (queue) {
            Waiter next = queue.pollFirst();
            waiting = queue.size();
            if (next != null && next.settles) {
                next.woken = true;
                unsettledEvents.addAndGet(next.events);
                unsettledBytes.addAndGet(next.bytes);
                unsettled.incrementAndGet();
            }
            return next;
        }
    }
}
