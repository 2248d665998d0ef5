package io.headrace.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What was appended and has no acknowledgement, or has one and nobody was told, against a limit: something is let in when
 * what is held is below it, first come, first served, so that the largest event fits in the end. Safe for any thread.
 *
 * <p>The thread that tells is let in beside the others, by what has no acknowledgement alone: it would wait for itself. What
 * it appends for each it tells comes back to it, so that it stays near the limit unless it appends more than it tells; at
 * twice the limit it is refused.
 */
final class PendingBudget {
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition room = lock.newCondition();
    private final Condition roomForTeller = lock.newCondition();
    private final Condition empty = lock.newCondition();
    private final long limit;
    private int waiting;
    private long bytes;
    private long untold;
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
            while (!closed && (queued || !hasRoom())) {
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
            takeNow(wantedBytes, wantedEvents);
            if (hasRoom()) {
                room.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The same for the thread that tells.
     *
     * @throws ClientException besides, when it has appended so much more than it has told
     */
    boolean takeForTeller(long wantedBytes, int wantedEvents, long millis) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lockInterruptibly();
        try {
            if (untold / 2 >= limit) {
                throw new ClientException("maxPendingBytes: " + untold
                        + " bytes are acknowledged and wait for what depends on them (expected: below " + 2 * limit
                        + "; callbacks that append no more than is acknowledged)");
            }
            while (!closed && bytes >= limit) {
                if (left <= 0) {
                    return false;
                }
                left = roomForTeller.awaitNanos(left);
            }
            takeNow(wantedBytes, wantedEvents);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void takeNow(long wantedBytes, int wantedEvents) {
        if (closed) {
            throw new ClientException("the client is closed (expected: append before close)");
        }
        bytes += wantedBytes;
        events += wantedEvents;
        appended += wantedEvents;
    }

    private boolean hasRoom() {
        return bytes + untold < limit;
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

    /**
     * Events got their acknowledgement.
     *
     * @param toTell bytes of the appends that end with it, held on until they are {@linkplain #told told}
     */
    void acknowledged(long heldBytes, int heldEvents, long toTell) {
        lock.lock();
        try {
            acknowledged += heldEvents;
            untold += toTell;
            free(heldBytes, heldEvents);
        } finally {
            lock.unlock();
        }
    }

    /** Whoever waits for an append is told now. */
    void told(long toldBytes) {
        lock.lock();
        try {
            untold -= toldBytes;
            signalRoom();
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
        signalRoom();
        if (events == 0) {
            empty.signalAll();
        }
    }

    private void signalRoom() {
        if (hasRoom()) {
            room.signal();
        }
        if (bytes < limit) {
            roomForTeller.signal();
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
            roomForTeller.signalAll();
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

    /** What is held, in words. */
    String held() {
        lock.lock();
        try {
            return "maxPendingBytes: " + limit + " bytes are pending"
                    + (untold == 0
                            ? ""
                            : ", " + untold + " of them acknowledged, whose callbacks wait for one that runs");
        } finally {
            lock.unlock();
        }
    }
}
