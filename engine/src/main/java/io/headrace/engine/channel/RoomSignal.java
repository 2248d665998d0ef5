package io.headrace.engine.channel;

import java.util.concurrent.locks.LockSupport;

/**
 * Wakes a thread that puts into an input and waits for room; one for each input, used again and again. A wake-up that
 * comes late, after a wait was given up, makes the next one look once in vain.
 */
final class RoomSignal implements Runnable {
    final RoomWaiters.Waiter waiter = RoomWaiters.Waiter.thread(this);
    private volatile Thread thread;
    volatile boolean woken;

    /** Before it waits. */
    void await(Thread waiting) {
        thread = waiting;
        woken = false;
    }

    @Override
    public void run() {
        woken = true;
        LockSupport.unpark(thread);
    }
}
