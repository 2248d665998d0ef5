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
    private final int[] next;
    private volatile Thread taker;

    /**
     * @param producers ids are 0 to {@code producers - 1}
     * @param events in each frame
     */
    FrameCheck(ChannelConsumer consumer, int producers, int events) {
        this.consumer = consumer;
        this.events = events;
        this.next = new int[producers];
        consumer.setListener(() -> LockSupport.unpark(taker));
    }

    /**
     * Takes and commits until at least {@code frames} came.
     *
     * @return how many came, a lease's worth more at most
     */
    int take(int frames) {
        taker = Thread.currentThread();
        int taken = 0;
        long waitingSince = 0;
        while (taken < frames) {
            Lease lease = consumer.tryLease((frames - taken) * events, Long.MAX_VALUE);
            if (lease == null) {
                waitingSince = await(waitingSince);
                continue;
            }
            waitingSince = 0;
            for (int i = 0; i < lease.size(); i++) {
                check(lease.frame(i));
            }
            taken += lease.size();
            lease.commit();
        }
        return taken;
    }

    private long await(long waitingSince) {
        long now = System.nanoTime();
        if (waitingSince != 0 && now - waitingSince > LONGEST_WAIT_NANOS) {
            throw new IllegalStateException("nothing to take for 30 s (expected: frames all the time)");
        }
        LockSupport.parkNanos(WAIT_NANOS);
        return waitingSince == 0 ? now : waitingSince;
    }

    private void check(Frame frame) {
        int producer = (int) frame.producerId();
        AbstractHeadraceBenchmark.check("events of a frame", frame.eventCount(), events);
        AbstractHeadraceBenchmark.check(
                "number of the next event", frame.firstEventNumber(), (long) next[producer] * events);
        next[producer] = next[producer] + 1 == FrameFeed.DISTINCT_FRAMES ? 0 : next[producer] + 1;
    }
}
