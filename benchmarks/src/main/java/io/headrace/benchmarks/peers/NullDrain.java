package io.headrace.benchmarks.peers;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameCompressor;
import io.headrace.tools.bench.BenchmarkChannel;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A null sink: takes from a channel, counts events, adds up the frames' checksums, forgets. One thread of its own runs
 * it; others may look at what it counted.
 */
final class NullDrain {
    private static final long PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int LEASE_EVENTS = 10_000;
    private static final long LEASE_BYTES = 1 << 20;

    private final BenchmarkChannel channel;
    private long checksums;
    private volatile long events;
    private volatile boolean stopping;
    private volatile Thread parked;

    NullDrain(BenchmarkChannel channel) {
        this.channel = channel;
    }

    /** Takes until {@link #stop()}. */
    void run() {
        ChannelConsumer consumer = channel.channel().consumer("k");
        consumer.setListener(this::wake);
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
    }

    private void take(Lease lease) {
        long sum = checksums;
        for (int i = 0; i < lease.size(); i++) {
            sum += checksum(lease.frame(i));
        }
        checksums = sum;
        long seen = events + lease.events();
        lease.commit();
        events = seen;
    }

    /** As the frame was put: one that was compressed on its way is inflated for it. */
    private static long checksum(Frame frame) {
        if (!frame.isCompressed()) {
            return frame.checksum();
        }
        Frame plain = FrameCompressor.inflate(frame, PooledByteBufAllocator.DEFAULT);
        try {
            return plain.checksum();
        } finally {
            plain.release();
        }
    }

    /**
     * Waits until so many events came in all.
     *
     * @param expectedChecksums their frames' checksums added up, as they were put
     * @throws IllegalStateException when others came, or nothing more for 30 s
     */
    void await(long expectedEvents, long expectedChecksums) {
        long moved = System.nanoTime();
        long before = events;
        while (events < expectedEvents) {
            LockSupport.parkNanos(LOOK_NANOS);
            channel.checkFailure();
            if (events > before) {
                before = events;
                moved = System.nanoTime();
            } else if (System.nanoTime() - moved > LONGEST_WAIT_NANOS) {
                break;
            }
        }
        if (events != expectedEvents || checksums != expectedChecksums || events == 0) {
            throw new IllegalStateException("events taken: " + events + ", checksums " + checksums + " (expected: "
                    + expectedEvents + ", " + expectedChecksums + ", not 0)");
        }
    }

    /** Ends {@link #run}. */
    void stop() {
        stopping = true;
        wake();
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
