package io.headrace.engine.agent;

import java.util.concurrent.TimeUnit;

/**
 * The start of a component on a thread of its own, so that one that hangs holds up nobody else. The thread that began it
 * waits for a while; what ends later is handed to {@code whenLate}.
 */
final class Opening {
    /** What starts a component. */
    interface Start {
        void start() throws Exception;
    }

    private final Thread thread;
    private final Runnable whenLate;
    private Throwable failure;
    private boolean ended;
    private boolean late;

    /** @param whenLate called on the starting thread when nobody waits any more */
    Opening(String name, Start start, Runnable whenLate) {
        this.whenLate = whenLate;
        thread = new Thread(() -> run(start), "start-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Waits for the end.
     *
     * @return whether it came; if not, {@code whenLate} will be called
     */
    boolean await(long millis) {
        try {
            TimeUnit.MILLISECONDS.timedJoin(thread, Math.max(1, millis));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            late = !ended;
            return ended;
        }
    }

    /** Whether the component has not been started, successfully or not. */
    synchronized boolean isUnderWay() {
        return !ended;
    }

    /** What the start threw; null when it succeeded. */
    synchronized Throwable failure() {
        return failure;
    }

    private void run(Start start) {
        Throwable thrown = null;
        try {
            start.start();
        } catch (Throwable t) {
            thrown = t;
        }
        boolean alone;
        synchronized (this) {
            failure = thrown;
            ended = true;
            alone = late;
        }
        if (alone) {
            whenLate.run();
        }
    }
}
