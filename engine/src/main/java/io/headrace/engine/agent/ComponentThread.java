package io.headrace.engine.agent;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** The thread that the agent lends to a component. It ends when told to, or with a failure that is handed on. */
abstract class ComponentThread {
    private final Thread thread;
    private volatile boolean stopping;

    ComponentThread(String name, Consumer<Throwable> onFailure) {
        thread = new Thread(() -> run(onFailure), name);
        thread.setDaemon(true);
    }

    /** Works until {@link #isStopping()}. */
    abstract void work() throws Exception;

    final void start() {
        thread.start();
    }

    /** Asks the thread to end after what is under way. */
    final void requestStop() {
        stopping = true;
        wake();
    }

    final void wake() {
        LockSupport.unpark(thread);
    }

    /**
     * Waits for the end.
     *
     * @return whether the thread ended in time
     */
    final boolean awaitEnd(long millis) throws InterruptedException {
        if (thread == Thread.currentThread()) {
            return true;
        }
        TimeUnit.MILLISECONDS.timedJoin(thread, Math.max(1, millis));
        return !thread.isAlive();
    }

    /** Whether the thread has not ended. */
    final boolean isAlive() {
        return thread.isAlive();
    }

    /** Interrupts a thread that did not end: sources only, their threads own no channel's file (R1). */
    final void interrupt() {
        thread.interrupt();
    }

    final boolean isStopping() {
        return stopping;
    }

    private void run(Consumer<Throwable> onFailure) {
        try {
            work();
        } catch (InterruptedException e) {
            if (!stopping) {
                onFailure.accept(e);
            }
        } catch (Throwable t) {
            onFailure.accept(t);
        }
    }
}
