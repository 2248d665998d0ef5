package io.headrace.benchmarks.peers;

import java.util.concurrent.locks.LockSupport;

/** Waits for the ticks of a fixed rate, without spinning. */
final class Pacer {
    private Pacer() {}

    /**
     * Waits until frame number {@code done} is due, which it is {@code done} intervals after the start.
     *
     * @return how many frames are due by now, {@code frames} at most
     */
    static long awaitTick(long start, long intervalNanos, long done, long frames) {
        long passed = System.nanoTime() - start;
        while (passed < done * intervalNanos) {
            LockSupport.parkNanos(done * intervalNanos - passed);
            passed = System.nanoTime() - start;
        }
        return Math.min(frames, passed / intervalNanos + 1);
    }
}
