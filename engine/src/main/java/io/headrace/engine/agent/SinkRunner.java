package io.headrace.engine.agent;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.metrics.SinkCounters;
import io.headrace.engine.spi.BatchSink;
import io.headrace.engine.spi.GroupingSink;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Does the transactions of a {@link BatchSink} on a thread of its own: leases, delivers, commits with the sink's token;
 * of a {@link GroupingSink} as many leases as there are, with one sync. When the delivery throws, it rolls back and tries
 * again with a growing pause.
 *
 * <p>Without frames the thread parks until the channel wakes it, and no wake-up is lost: it says that it parks, then
 * looks once more, then parks; the channel makes frames leasable, then (after a full fence) looks whether it parks.
 */
final class SinkRunner extends ComponentThread {
    private static final long IDLE_CALL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Of a group: frames that come one by one, as quickly as they are written, are not to wait long for their sync. */
    static final int MOST_LEASES = 128;

    private final BatchSink sink;
    private final ChannelConsumer consumer;
    private final SinkCounters counters;
    private final EngineContext.Reports reports;
    private final boolean wantsIdle;
    /** The sink, if it syncs once for many leases; else null. */
    private final GroupingSink grouping;

    private final List<Lease> group = new ArrayList<>();
    private final List<byte[]> tokens = new ArrayList<>();
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
        this.grouping = sink instanceof GroupingSink several ? several : null;
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
        group.clear();
        tokens.clear();
        group.add(lease);
        int committed = 0;
        boolean delivered = false;
        try {
            if (grouping == null) {
                begin(lease);
                tokens.add(sink.deliver(lease));
            } else {
                writeGroup(lease);
            }
            delivered = true;
            while (committed < group.size()) {
                // Ended by the commit, also by one that fails.
                committed++;
                commit(group.get(committed - 1), tokens.get(committed - 1));
            }
            if (backoff.failures() > 0) {
                backoff.reset();
                reports.healthy("delivers again");
            }
        } catch (Exception e) {
            if (delivered) {
                // The commit failed: the channel has, and with it everything that hangs on it.
                int events = group.get(committed - 1).events();
                throw new IllegalStateException("commit of " + events + " events failed", e);
            }
            counters.writeFailed();
            rollBackFrom(0);
            committed = group.size();
            long pause = backoff.failed(0);
            reports.unhealthy("delivery failed, trying again: " + Failures.describe(e));
            pause(pause);
        } finally {
            // After an Error, or a commit that failed, the frames go back, and the agent sees to the rest.
            rollBackFrom(committed);
        }
    }

    /**
     * Writes what is there to be leased, up to the sink's limit and {@link #MOST_LEASES}, and syncs once. After a failure a
     * group is one lease: one that cannot be written holds up none before it.
     */
    private void writeGroup(Lease first) throws Exception {
        long bytes = 0;
        Lease lease = first;
        while (lease != null) {
            begin(lease);
            byte[] token = grouping.write(lease, lease == first);
            tokens.add(token);
            // A token names every file that is in progress: many are held in memory by then.
            bytes += lease.bytes() + (token == null ? 0 : token.length);
            boolean more = bytes < grouping.maxGroupBytes()
                    && group.size() < MOST_LEASES
                    && backoff.failures() == 0
                    && !isStopping();
            lease = more ? lease() : null;
            if (lease != null) {
                group.add(lease);
            }
        }
        grouping.sync();
    }

    private void begin(Lease lease) {
        counters.batchBegun(lease.events(), sink.maxBatchEvents());
        // How much of it has left when it throws only the sink knows.
        lease.sent(lease.size());
    }

    private void commit(Lease lease, byte[] token) {
        int events = lease.events();
        if (token == null) {
            lease.commit();
        } else {
            lease.commit(token);
        }
        counters.batchDelivered(events);
    }

    /** The first one takes the later ones with it, but each has to be ended. */
    private void rollBackFrom(int index) {
        for (int i = index; i < group.size(); i++) {
            group.get(i).rollback();
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
