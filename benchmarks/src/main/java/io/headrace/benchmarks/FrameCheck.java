package io.headrace.benchmarks;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A sink that takes what {@link FrameFeed} puts and checks that each producer's frames come in order, none missing and
 * none twice. Owned by one thread.
 */
final class FrameCheck {
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ChannelConsumer consumer;
    private final int events;
    /** Null where others take, too, and frames of a producer are missing in between. */
    private final int[] next;

    private volatile Thread taker;

    /**
     * @param producers ids are 0 to {@code producers - 1}
     * @param events in each frame
     */
    FrameCheck(ChannelConsumer consumer, int producers, int events) {
        this(consumer, new int[producers], events);
    }

    private FrameCheck(ChannelConsumer consumer, int[] next, int events) {
        this.consumer = consumer;
        this.events = events;
        this.next = next;
        consumer.setListener(() -> LockSupport.unpark(taker));
    }

    /** One of several sinks: it checks the number of events in each frame and no order. */
    static FrameCheck competing(ChannelConsumer consumer, int events) {
        return new FrameCheck(consumer, null, events);
    }

    /**
     * Takes and commits until at least {@code frames} came.
     *
     * @return how many came, a lease's worth more at most
     */
    int take(int frames) {
        int taken = 0;
        long waitingSince = 0;
        while (taken < frames) {
            int some = takeSome(frames - taken);
            taken += some;
            long now = some > 0 ? 0 : System.nanoTime();
            if (waitingSince != 0 && now - waitingSince > LONGEST_WAIT_NANOS) {
                throw new IllegalStateException("nothing to take for 30 s (expected: frames all the time)");
            }
            waitingSince = some > 0 || waitingSince == 0 ? now : waitingSince;
        }
        return taken;
    }

    /**
     * Takes and commits a lease.
     *
     * @return how many frames; 0 when there was none for a moment
     */
    int takeSome(int mostFrames) {
        taker = Thread.currentThread();
        Lease lease = consumer.tryLease(mostFrames * events, Long.MAX_VALUE);
        if (lease == null) {
            LockSupport.parkNanos(WAIT_NANOS);
            return 0;
        }
        int size = lease.size();
        for (int i = 0; i < size; i++) {
            check(lease.frame(i));
        }
        lease.commit();
        return size;
    }

    private void check(Frame frame) {
        AbstractHeadraceBenchmark.check("events of a frame", frame.eventCount(), events);
        if (next == null) {
            return;
        }
        int producer = (int) frame.producerId();
        AbstractHeadraceBenchmark.check(
                "number of the next event", frame.firstEventNumber(), (long) next[producer] * events);
        next[producer] = next[producer] + 1 == FrameFeed.DISTINCT_FRAMES ? 0 : next[producer] + 1;
    }
}
