package io.headrace.benchmarks;

import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.tools.bench.BenchmarkChannel;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts frames by reference, over and over, which a {@link FrameCheck} of one producer knows, and waits until the last is
 * acknowledged. Owned by one thread.
 */
final class BacklogPutter implements AutoCloseable {
    private static final long WAIT_NANOS = 100_000;

    private final BenchmarkChannel channel;
    private final SourceInput input;
    private final PutTicket ticket;
    private final Frame[] frames;
    private long put;

    BacklogPutter(BenchmarkChannel channel, int events, int eventBytes) {
        this.channel = channel;
        input = channel.processor().anonymousInput();
        ticket = channel.processor().newTicket();
        frames = Frames.build(0, FrameFeed.DISTINCT_FRAMES, events, eventBytes);
    }

    /** Frames put so far. */
    long frames() {
        return put;
    }

    /** Puts so many more. */
    void put(long count) throws InterruptedException {
        for (long i = 0; i < count; i++) {
            PutStatus status;
            do {
                status = channel.processor().put(input, 0, frames[(int) (put % frames.length)], true, ticket);
            } while (status == PutStatus.FULL);
            if (status != PutStatus.ACCEPTED) {
                throw new IllegalStateException("put: " + status + " (expected: ACCEPTED)");
            }
            put++;
        }
        while (!ticket.isAcknowledged()) {
            LockSupport.parkNanos(WAIT_NANOS);
            channel.checkFailure();
        }
    }

    @Override
    public void close() {
        input.close();
    }

    /** Gives the frames back, after the channel was closed. */
    void release() {
        for (Frame frame : frames) {
            AbstractHeadraceBenchmark.check("references of a frame", frame.references(), 1);
        }
        Frames.release(frames);
    }
}
