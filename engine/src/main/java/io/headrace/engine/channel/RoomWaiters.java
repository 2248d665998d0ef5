package io.headrace.engine.channel;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who waits for room in a channel, first in, first out. The journal wakes as many as the room seems to be for; each one
 * woken brings a <em>grant</em>, and while somebody waits a put needs one, so that newcomers don't overtake. A grant that
 * is not used (its connection closed meanwhile) lets one newcomer pass: harmless.
 */
final class RoomWaiters {
    /** A waiter; the wake-up must only set a flag or wake somebody. */
    static final class Waiter {
        private final Runnable wake;
        private final long events;
        private final long bytes;

        Waiter(Runnable wake, long events, long bytes) {
            this.wake = wake;
            this.events = events;
            this.bytes = bytes;
        }
    }

    private static final long RETRY_NANOS = 1_000_000;

    private final ArrayDeque<Waiter> queue = new ArrayDeque<>();
    private final AtomicInteger grants = new AtomicInteger();
    private volatile int waiting;
    private long lastWakeNanos;

    /** Whether a put may be tried now: nobody waits, or a woken waiter may be the one who puts. */
    boolean mayPass() {
        if (waiting == 0) {
            return true;
        }
        while (true) {
            int left = grants.get();
            if (left <= 0) {
                return false;
            }
            if (grants.compareAndSet(left, left - 1)) {
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

    /** A waiter gives up; its grant, if it was woken, is taken back. */
    void remove(Waiter waiter) {
        boolean waited;
        synchronized (queue) {
            waited = queue.remove(waiter);
            waiting = queue.size();
        }
        if (!waited) {
            mayPass();
        }
    }

    int size() {
        return waiting;
    }

    boolean isEmpty() {
        return waiting == 0;
    }

    /** Wakes the first ones as far as there seems to be room. The journal's thread. */
    int wake(Admission room, long nowNanos) {
        if (waiting == 0) {
            return 0;
        }
        boolean retry = nowNanos - lastWakeNanos >= RETRY_NANOS;
        if (grants.get() > 0 && !retry) {
            return 0;
        }
        int woken = 0;
        long events = 0;
        long bytes = 0;
        while (room.hasRoomAbove(events, bytes)) {
            Waiter next = poll();
            if (next == null) {
                grants.set(0);
                break;
            }
            grants.incrementAndGet();
            next.wake.run();
            events += next.events;
            bytes += next.bytes;
            woken++;
            lastWakeNanos = nowNanos;
        }
        return woken;
    }

    /** Nanoseconds until waiters should be looked at again although nothing moved. */
    long nanosUntilDue(Admission room, long nowNanos) {
        if (waiting == 0 || !room.hasRoomAbove(0, 0)) {
            return Long.MAX_VALUE;
        }
        return Math.max(1, lastWakeNanos + RETRY_NANOS - nowNanos);
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
            return next;
        }
    }
}
