package io.headrace.benchmarks.peers;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;
import io.headrace.tools.bench.BenchmarkChannel;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A sink that leases, checks that each producer's events come in order, none missing and none twice, and commits. Its
 * counts go on from one channel to the next on the same log. Owned by the thread that calls {@link #take}.
 */
final class CheckingSink {
    private static final long PARK_NANOS = 100_000_000;
    private static final long LEASE_BYTES = 1 << 20;

    private final long[] nextEvent;
    private final int frameEvents;
    private long taken;
    private volatile boolean stopping;
    private volatile Thread parked;

    CheckingSink(int producers, int frameEvents) {
        this.nextEvent = new long[producers];
        this.frameEvents = frameEvents;
    }

    /** Frames taken in all. */
    long taken() {
        return taken;
    }

    /** One that expects the same frames next. */
    CheckingSink copy() {
        CheckingSink copy = new CheckingSink(nextEvent.length, frameEvents);
        System.arraycopy(nextEvent, 0, copy.nextEvent, 0, nextEvent.length);
        return copy;
    }

    /** Takes until {@code frames} were taken in all. */
    void take(BenchmarkChannel channel, long frames) {
        ChannelConsumer consumer = channel.channel().consumer("k");
        consumer.setListener(this::wake);
        while (taken < frames && !stopping) {
            Lease lease =
                    consumer.tryLease((int) Math.min(Integer.MAX_VALUE, (frames - taken) * frameEvents), LEASE_BYTES);
            if (lease == null) {
                parked = Thread.currentThread();
                VarHandle.fullFence();
                lease = consumer.tryLease(
                        (int) Math.min(Integer.MAX_VALUE, (frames - taken) * frameEvents), LEASE_BYTES);
                if (lease == null) {
                    LockSupport.parkNanos(this, PARK_NANOS);
                    channel.checkFailure();
                    parked = null;
                    continue;
                }
                parked = null;
            }
            for (int i = 0; i < lease.size(); i++) {
                check(lease.frame(i));
            }
            taken += lease.size();
            lease.commit();
        }
    }

    /** Whether a frame is the next one of its producer. */
    void check(Frame frame) {
        int producer = (int) frame.producerId();
        if (frame.eventCount() != frameEvents || frame.firstEventNumber() != nextEvent[producer]) {
            throw new IllegalStateException("producer " + producer + ": " + frame.eventCount() + " events from number "
                    + frame.firstEventNumber() + " (expected: " + frameEvents + " from " + nextEvent[producer] + ")");
        }
        nextEvent[producer] += frameEvents;
    }

    /** Ends {@link #take} early, when producers failed. */
    void stop() {
        stopping = true;
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
