package io.headrace.engine.agent;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.metrics.SinkCounters;
import io.headrace.engine.spi.BatchSink;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Does the transactions of a {@link BatchSink} on a thread of its own: leases, delivers, commits with the sink's token;
 * when the delivery throws, rolls back and tries again with a growing pause.
 *
 * <p>Without frames the thread parks until the channel wakes it, and no wake-up is lost: it says that it parks, then
 * looks once more, then parks; the channel makes frames leasable, then (after a full fence) looks whether it parks.
 */
final class SinkRunner extends ComponentThread {
    private static final long IDLE_CALL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final BatchSink sink;
    private final ChannelConsumer consumer;
    private final SinkCounters counters;
    private final EngineContext.Reports reports;
    private final boolean wantsIdle;
    private final Backoff backoff = new Backoff();
    private volatile boolean parked;

    SinkRunner(
            String name,
            BatchSink sink,
            ChannelConsumer consumer,
            SinkCounters counters,
            EngineContext.Reports reports,
            Consumer<Throwable> onFailure) {
        super("sink-" + name, onFailure);
        this.sink = sink;
        this.consumer = consumer;
        this.counters = counters;
        this.reports = reports;
        this.wantsIdle = overridesIdle(sink);
    }

    @Override
    void work() throws Exception {
        consumer.setListener(this::leasable);
        try {
            boolean wasIdle = false;
            while (!isStopping()) {
                Lease lease = lease();
                if (lease != null) {
                    wasIdle = false;
                    transact(lease);
                    continue;
                }
                if (!wasIdle) {
                    counters.batchEmpty();
                    wasIdle = true;
                }
                park();
                if (wantsIdle && !isStopping()) {
                    sink.idle();
                }
            }
        } finally {
            consumer.setListener(null);
        }
    }

    /** Runs on a channel's thread. */
    private void leasable() {
        if (parked) {
            wake();
        }
    }

    private void park() throws Exception {
        parked = true;
        VarHandle.fullFence();
        Lease lease = isStopping() ? null : lease();
        if (lease == null && !isStopping()) {
            LockSupport.parkNanos(this, wantsIdle ? IDLE_CALL_NANOS : LOOK_AGAIN_NANOS);
        }
        parked = false;
        if (lease != null) {
            transact(lease);
        }
    }

    private Lease lease() {
        try {
            return consumer.tryLease(sink.maxBatchEvents(), sink.maxBatchBytes());
        } catch (RuntimeException e) {
            counters.channelReadFailed();
            throw e;
        }
    }

    private void transact(Lease lease) {
        int events = lease.events();
        counters.batchBegun(events, sink.maxBatchEvents());
        boolean ended = false;
        try {
            // How much of it has left when it throws only the sink knows.
            lease.sent(lease.size());
            byte[] token = sink.deliver(lease);
            ended = true;
            if (token == null) {
                lease.commit();
            } else {
                lease.commit(token);
            }
            counters.batchDelivered(events);
            if (backoff.failures() > 0) {
                backoff.reset();
                reports.healthy("delivers again");
            }
        } catch (Exception e) {
            if (ended) {
                // The commit failed: the channel has, and with it everything that hangs on it.
                throw new IllegalStateException("commit of " + events + " events failed", e);
            }
            counters.writeFailed();
            lease.rollback();
            ended = true;
            long pause = backoff.failed(0);
            reports.unhealthy("delivery failed, trying again: " + Failures.describe(e));
            pause(pause);
        } finally {
            if (!ended) {
                // An Error is on its way up: the frames go back, the agent sees to the rest.
                lease.rollback();
            }
        }
    }

    private void pause(long nanos) {
        long end = System.nanoTime() + nanos;
        long left = nanos;
        while (left > 0 && !isStopping()) {
            LockSupport.parkNanos(this, left);
            left = end - System.nanoTime();
        }
    }

    private static boolean overridesIdle(BatchSink sink) {
        try {
            return sink.getClass().getMethod("idle").getDeclaringClass() != BatchSink.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(sink.getClass().getName() + " has no method idle()", e);
        }
    }
}
