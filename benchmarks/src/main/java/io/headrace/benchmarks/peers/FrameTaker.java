package io.headrace.benchmarks.peers;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.tools.bench.BenchmarkChannel;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Leases, reads every body and commits; parks when there is nothing. Owned by the sink's thread, woken by the channel's. */
final class FrameTaker implements ChannelPeer.Taker {
    private static final int LEASE_EVENTS = 10_000;
    private static final long LEASE_BYTES = 1 << 20;
    private static final long PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final BenchmarkChannel channel;
    private final ChannelConsumer consumer;
    private final long[] nextEvent;
    private final EventCursor cursor = new EventCursor();
    private Lease ended;
    private volatile Thread parked;

    /**
     * @param nextEvent number of the next event by producer, to be checked and moved; null where others take, too
     */
    FrameTaker(BenchmarkChannel channel, ChannelConsumer consumer, long[] nextEvent) {
        this.channel = channel;
        this.consumer = consumer;
        this.nextEvent = nextEvent;
        consumer.setListener(this::wake);
    }

    @Override
    public int take(ChannelPeer.Sum sum) {
        Lease lease = consumer.tryLease(LEASE_EVENTS, LEASE_BYTES, ended);
        if (lease == null) {
            parked = Thread.currentThread();
            VarHandle.fullFence();
            lease = consumer.tryLease(LEASE_EVENTS, LEASE_BYTES, ended);
            if (lease == null) {
                LockSupport.parkNanos(this, PARK_NANOS);
                channel.checkFailure();
            }
            parked = null;
            if (lease == null) {
                return 0;
            }
        }
        for (int i = 0; i < lease.size(); i++) {
            Frame frame = lease.frame(i);
            if (nextEvent != null) {
                checkOrder(frame);
            }
            sum.add(FrameSum.of(frame, cursor));
        }
        int events = lease.events();
        lease.commit();
        ended = lease;
        return events;
    }

    private void checkOrder(Frame frame) {
        int producer = (int) frame.producerId();
        if (frame.firstEventNumber() != nextEvent[producer]) {
            throw new IllegalStateException("producer " + producer + ": events from number " + frame.firstEventNumber()
                    + " (expected: from " + nextEvent[producer] + ")");
        }
        nextEvent[producer] += frame.eventCount();
    }

    private void wake() {
        VarHandle.fullFence();
        Thread thread = parked;
        if (thread != null) {
            parked = null;
            LockSupport.unpark(thread);
        }
    }
}
