package io.headrace.benchmarks.peers;

import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.tools.bench.BenchmarkChannel;
import io.headrace.tools.bench.BoundedPuts;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Puts frames at a fixed rate whatever happens, and takes for each the time from when it was due until its
 * acknowledgement was seen. One thread puts, another waits for acknowledgements in order.
 */
final class PacedProducer {
    /** Of a frame that was put before {@link #run}. */
    static final long NEVER = Long.MIN_VALUE;

    private static final int TICKETS = 1 << 16;
    private static final long PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final BenchmarkChannel channel;
    private final AckedProducer producer;
    private final long frames;
    private final long intervalNanos;
    private final PutTicket[] tickets = new PutTicket[TICKETS];
    private final Histogram latencies = new Histogram(3);
    private volatile long start;
    private volatile long firstEvent = Long.MAX_VALUE;
    private volatile long put;
    private volatile long acknowledged;
    private volatile Thread parked;

    PacedProducer(BenchmarkChannel channel, AckedProducer producer, long frames, long rate) {
        this.channel = channel;
        this.producer = producer;
        this.frames = frames;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / rate;
        for (int i = 0; i < TICKETS; i++) {
            tickets[i] = channel.processor().newTicket();
        }
    }

    /** Returns when all are acknowledged. */
    void run() throws InterruptedException {
        Workers waiting = new Workers();
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
                SourceInput input = channel.processor().anonymousInput()) {
            input.setListener(this::wake);
            start = System.nanoTime();
            firstEvent = producer.nextEvent();
            waiting.start("acknowledgements", this::awaitAcknowledgements);
            for (long i = 0; i < frames; i++) {
                Pacer.awaitTick(start, intervalNanos, i, frames);
                if (i - acknowledged >= TICKETS) {
                    throw new IllegalStateException("frames in flight: " + TICKETS + " (expected: fewer at this rate)");
                }
                Frame frame = producer.build(builder);
                BoundedPuts.put(channel, input, frame, tickets[(int) (i & TICKETS - 1)]);
                frame.release();
                put = i + 1;
                wake();
            }
            waiting.await();
        }
    }

    /** When the frame that begins with an event was due, as {@link System#nanoTime()}, or {@link #NEVER}; any thread. */
    long dueNanos(long event) {
        long first = firstEvent;
        return event < first ? NEVER : start + (event - first) / producer.frameEvents() * intervalNanos;
    }

    /** Times to the acknowledgements of the puts. */
    Histogram latencies() {
        return latencies;
    }

    private void awaitAcknowledgements() {
        for (long i = 0; i < frames; i++) {
            PutTicket ticket = tickets[(int) (i & TICKETS - 1)];
            while (put <= i || !ticket.isAcknowledged()) {
                parked = Thread.currentThread();
                VarHandle.fullFence();
                if (put <= i || !ticket.isAcknowledged()) {
                    LockSupport.parkNanos(this, PARK_NANOS);
                }
                parked = null;
                channel.checkFailure();
            }
            latencies.recordValue(System.nanoTime() - (start + i * intervalNanos));
            acknowledged = i + 1;
        }
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
