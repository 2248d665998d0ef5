package io.headrace.engine.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Gives each duty cycle a thread. A thread without work parks; whoever brings work wakes it, at the price of a fence and
 * a read while it is awake.
 *
 * <p>No wake-up is lost: the thread says that it parks, then looks for work once more, then parks; the other side brings
 * work, then (after a full fence) looks whether the thread parks.
 */
public final class ThreadDutyRunner implements DutyRunner {
    private static final int SPINS = 100;
    private static final int YIELDS = 8;
    private static final int SPIN_CORES = 4;

    private final ThreadFactory threads;
    private final WaitStrategyKind strategy;

    public ThreadDutyRunner(ThreadFactory threads, WaitStrategyKind strategy) {
        this.threads = threads;
        this.strategy = strategy;
    }

    @Override
    public Running start(DutyCycle cycle) {
        Loop loop = new Loop(cycle, cycle.alwaysParks() && neverParks() ? WaitStrategyKind.ADAPTIVE : strategy);
        Thread thread = threads.newThread(loop);
        thread.setName(cycle.roleName());
        thread.start();
        return loop;
    }

    private boolean neverParks() {
        return strategy == WaitStrategyKind.SPIN || strategy == WaitStrategyKind.YIELD;
    }

    @Override
    public <T> T call(String role, Callable<T> work) throws Exception {
        AtomicReference<T> result = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        Thread thread = threads.newThread(() -> {
            try {
                result.set(work.call());
            } catch (Throwable t) {
                failure.set(t);
            } finally {
                done.countDown();
            }
        });
        thread.setName(role);
        thread.start();
        awaitUninterruptibly(done);
        Throwable thrown = failure.get();
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown != null) {
            throw (Exception) thrown;
        }
        return result.get();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One duty cycle and its thread. */
    private static final class Loop implements Runnable, Running {
        private static final VarHandle PARKED;

        static {
            try {
                PARKED = MethodHandles.lookup().findVarHandle(Loop.class, "parked", Thread.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final DutyCycle cycle;
        private final WaitStrategyKind strategy;
        private final int spins;
        private final int yields;
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile boolean stopping;

        @SuppressWarnings("unused") // through PARKED
        private volatile Thread parked;

        Loop(DutyCycle cycle, WaitStrategyKind strategy) {
            this.cycle = cycle;
            this.strategy = strategy;
            boolean manyCores = Runtime.getRuntime().availableProcessors() >= SPIN_CORES;
            this.spins = manyCores ? SPINS : 0;
            // Who yields stands behind everybody else when its work comes.
            this.yields = manyCores || !cycle.parksOnFewCores() ? YIELDS : 0;
        }

        @Override
        public void run() {
            try {
                int idle = 0;
                while (!stopping) {
                    if (cycle.doWork() > 0) {
                        idle = 0;
                    } else {
                        idle = await(idle);
                    }
                }
            } finally {
                try {
                    cycle.onClose();
                } finally {
                    ended.countDown();
                }
            }
        }

        private int await(int idle) {
            if (strategy == WaitStrategyKind.SPIN) {
                Thread.onSpinWait();
                return 0;
            }
            if (strategy == WaitStrategyKind.YIELD) {
                Thread.yield();
                return 0;
            }
            if (strategy == WaitStrategyKind.ADAPTIVE && idle < spins) {
                Thread.onSpinWait();
                return idle + 1;
            }
            if (strategy == WaitStrategyKind.ADAPTIVE && idle < spins + yields) {
                Thread.yield();
                return idle + 1;
            }
            park();
            return 0;
        }

        private void park() {
            PARKED.setVolatile(this, Thread.currentThread());
            VarHandle.fullFence();
            if (!stopping && cycle.doWork() == 0) {
                long nanos = cycle.nanosUntilDue();
                // A wake-up during that work may have lost its permit to a lock that the work waited for: the field
                // tells of it, and nothing between here and the park can take the permit of a later one.
                if (parked == null) {
                    return;
                }
                if (nanos == Long.MAX_VALUE) {
                    LockSupport.park(this);
                } else if (nanos > 0) {
                    LockSupport.parkNanos(this, nanos);
                }
            }
            PARKED.setVolatile(this, null);
        }

        @Override
        public void wake() {
            VarHandle.fullFence();
            if (parked != null) {
                Thread thread = (Thread) PARKED.getAndSet(this, null);
                if (thread != null) {
                    LockSupport.unpark(thread);
                }
            }
        }

        @Override
        public void stop() {
            stopping = true;
            wake();
            awaitUninterruptibly(ended);
        }
    }
}
