package io.headrace.tools.bench;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A sink that leases, verifies, counts, commits and forgets, on a thread of its own. */
final class VerifyingSink implements AutoCloseable {
    private static final long PARK_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** As the sinks of the product take by default. */
    private static final int LEASE_EVENTS = 10_000;

    private static final long LEASE_BYTES = 4L << 20;

    private final ChannelConsumer consumer;
    private final ArrivalCheck check;
    private final Arrivals arrivals = new Arrivals();
    private final Thread thread = new Thread(this::run, "bench-sink");
    private volatile boolean stopping;
    private volatile Throwable failure;
    private volatile Thread parked;

    private VerifyingSink(ChannelConsumer consumer, ProducerIds ids) {
        this.consumer = consumer;
        this.check = new ArrivalCheck(ids);
    }

    static VerifyingSink start(ChannelConsumer consumer, ProducerIds ids) {
        VerifyingSink sink = new VerifyingSink(consumer, ids);
        sink.thread.setDaemon(true);
        consumer.setListener(sink::wake);
        sink.thread.start();
        return sink;
    }

    private void run() {
        try {
            while (!stopping) {
                Lease lease = consumer.tryLease(LEASE_EVENTS, LEASE_BYTES);
                if (lease == null) {
                    parked = Thread.currentThread();
                    VarHandle.fullFence();
                    lease = consumer.tryLease(LEASE_EVENTS, LEASE_BYTES);
                    if (lease == null && !stopping) {
                        LockSupport.parkNanos(this, PARK_NANOS);
                    }
                    parked = null;
                }
                if (lease != null) {
                    take(lease);
                }
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    private void take(Lease lease) {
        long now = System.nanoTime();
        for (int i = 0; i < lease.size(); i++) {
            long due = check.verify(lease.frame(i));
            now = System.nanoTime();
            arrivals.frame(due, now);
        }
        int events = lease.events();
        lease.commit();
        // The last event came when its latency ended, however long the commit took.
        arrivals.events(events, now);
    }

    private void wake() {
        VarHandle.fullFence();
        Thread thread = parked;
        if (thread != null) {
            parked = null;
            LockSupport.unpark(thread);
        }
    }

    Arrivals arrivals() {
        return arrivals;
    }

    /** What was verified; after {@link #close()}. */
    ArrivalCheck check() {
        return check;
    }

    void checkFailure() {
        if (failure != null) {
            throw new WorkloadException("the sink failed: " + failure, failure);
        }
    }

    /** Ends the thread, and waits for it; it never waits for long itself. */
    @Override
    public void close() {
        stopping = true;
        wake();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
