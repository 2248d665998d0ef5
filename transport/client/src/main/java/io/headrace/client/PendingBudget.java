package io.headrace.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What was appended and has no acknowledgement, against a limit: something is let in when what is held is below it, first
 * come, first served, so that the largest event fits in the end. Safe for any thread.
 */
final class PendingBudget {
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition room = lock.newCondition();
    private final Condition empty = lock.newCondition();
    private final long limit;
    private int waiting;
    private long bytes;
    private long events;
    private long appended;
    private long acknowledged;
    private boolean closed;

    PendingBudget(long limit) {
        this.limit = limit;
    }

    /**
     * Waits for room.
     *
     * @return false when there was none within that time
     * @throws ClientException when the client is or gets closed
     */
    boolean take(long wantedBytes, int wantedEvents, long millis) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lockInterruptibly();
        try {
            boolean queued = waiting > 0;
            while (!closed && (queued || bytes >= limit)) {
                if (left <= 0) {
                    return false;
                }
                waiting++;
                try {
                    left = room.awaitNanos(left);
                } finally {
                    waiting--;
                }
                queued = false;
            }
            if (closed) {
                throw new ClientException("the client is closed (expected: append before close)");
            }
            bytes += wantedBytes;
            events += wantedEvents;
            appended += wantedEvents;
            if (bytes < limit) {
                room.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What was taken was not used. */
    void giveBack(long takenBytes, int takenEvents) {
        lock.lock();
        try {
            appended -= takenEvents;
            free(takenBytes, takenEvents);
        } finally {
            lock.unlock();
        }
    }

    /** Events got their acknowledgement. */
    void acknowledged(long heldBytes, int heldEvents) {
        lock.lock();
        try {
            acknowledged += heldEvents;
            free(heldBytes, heldEvents);
        } finally {
            lock.unlock();
        }
    }

    /** Nobody will acknowledge events any more. */
    void dropped(long heldBytes, int heldEvents) {
        lock.lock();
        try {
            free(heldBytes, heldEvents);
        } finally {
            lock.unlock();
        }
    }

    private void free(long heldBytes, int heldEvents) {
        bytes -= heldBytes;
        events -= heldEvents;
        room.signal();
        if (events == 0) {
            empty.signalAll();
        }
    }

    /** Waits until nothing is held; false when something was after that time. */
    boolean awaitEmpty(long millis) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lockInterruptibly();
        try {
            while (events > 0) {
                if (left <= 0) {
                    return false;
                }
                left = empty.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Lets nobody in any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    ClientStatus status(long moved, String trouble) {
        lock.lock();
        try {
            return new ClientStatus(appended, acknowledged, moved, events, bytes, trouble);
        } finally {
            lock.unlock();
        }
    }

    long limit() {
        return limit;
    }
}
