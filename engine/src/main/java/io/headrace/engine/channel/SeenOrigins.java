package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import io.headrace.wal.OriginPairs;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What came into a channel from sources that drop what came before over another stream: frames by producer id and first
 * event number, with their sequences in this life; 0 where the log had them before.
 *
 * <p>Streams live on different event loops: to check, to publish and to mark are one step under the lock, which is held for
 * the instructions of one put and never while anything is waited for. Who needs those of several channels takes them in
 * {@link #order}.
 */
final class SeenOrigins {
    private static final AtomicLong ORDERS = new AtomicLong();

    /** Smaller is locked first. */
    final long order = ORDERS.getAndIncrement();

    private final ReentrantLock lock = new ReentrantLock();
    private final OriginPairs pairs;
    private volatile int size;
    private volatile long forgotten;
    private boolean wanted;

    /** @param recovered not used by anybody else */
    SeenOrigins(OriginPairs recovered) {
        pairs = recovered;
        size = pairs.size();
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    /** A source drops duplicates; with several of them the largest window holds. Returns it. */
    int want(int window) {
        lock.lock();
        try {
            pairs.limit(wanted ? Math.max(window, pairs.limit()) : window);
            wanted = true;
            tell();
            return pairs.limit();
        } finally {
            lock.unlock();
        }
    }

    /** The sequence of a frame that came before, or {@link OriginPairs#NOT_FOUND}. Under the lock. */
    long find(Frame frame) {
        return pairs.find(frame.producerId(), frame.firstEventNumber());
    }

    /** A frame is published. Under the lock. */
    void add(Frame frame, long sequence) {
        pairs.add(frame.producerId(), frame.firstEventNumber(), sequence);
        tell();
    }

    private void tell() {
        size = pairs.size();
        forgotten = pairs.forgotten();
    }

    /** Pairs that are known; any thread. */
    long size() {
        return size;
    }

    /** Pairs that were forgotten for want of room in this life; any thread. */
    long forgotten() {
        return forgotten;
    }
}
