package io.headrace.benchmarks;

import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.Agent;

/** Runs a duty cycle on a thread of its own that is never interrupted (R1). */
final class DutyThread implements AutoCloseable {
    private static final long IDLE_NANOS = 200_000;

    private final Agent agent;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile Throwable failure;

    private DutyThread(Agent agent) {
        this.agent = agent;
        this.thread = new Thread(this::run, agent.roleName());
    }

    static DutyThread start(Agent agent) {
        DutyThread started = new DutyThread(agent);
        started.thread.setDaemon(true);
        started.thread.start();
        return started;
    }

    /**
     * Waits for the end of the round under way.
     *
     * @throws IllegalStateException when the duty cycle failed
     */
    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(agent.roleName() + " was still running", e);
        }
        if (failure != null) {
            throw new IllegalStateException(agent.roleName() + " failed", failure);
        }
    }

    private void run() {
        try {
            while (!stopping) {
                if (agent.doWork() == 0) {
                    LockSupport.parkNanos(IDLE_NANOS);
                }
            }
            agent.onClose();
        } catch (Throwable e) {
            failure = e;
        }
    }
}
