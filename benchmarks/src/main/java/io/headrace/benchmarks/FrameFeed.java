package io.headrace.benchmarks;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that put frames as fast as a channel takes them, each its own frames over and over, references without
 * copying. Started and closed by one thread.
 */
final class FrameFeed implements AutoCloseable {
    /** Frames that a producer repeats; {@link FrameCheck} knows them again. */
    static final int DISTINCT_FRAMES = 61;

    private static final long WAIT_NANOS = 100_000_000;

    private final ChannelProcessor processor;
    private final List<Frame[]> frames = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final long window;
    private volatile long taken;
    private volatile boolean stopping;
    private volatile Throwable failure;

    private FrameFeed(ChannelProcessor processor, long window) {
        this.processor = processor;
        this.window = window;
    }

    /** Starts producers, whose producer ids are 0 to {@code producers - 1}. */
    static FrameFeed start(ChannelProcessor processor, int producers, int events, int eventBytes) {
        return start(processor, producers, events, eventBytes, Long.MAX_VALUE);
    }

    /** As above; no producer puts while as many of its frames as {@code window} are not {@link #taken}. */
    static FrameFeed start(ChannelProcessor processor, int producers, int events, int eventBytes, long window) {
        FrameFeed feed = new FrameFeed(processor, window);
        for (int i = 0; i < producers; i++) {
            Frame[] own = Frames.build(i, DISTINCT_FRAMES, events, eventBytes);
            feed.frames.add(own);
            Thread thread = new Thread(() -> feed.run(own), "feed-" + i);
            thread.setDaemon(true);
            feed.threads.add(thread);
        }
        feed.threads.forEach(Thread::start);
        return feed;
    }

    /** How many frames of one producer were taken in all; lets it put more. */
    void taken(long frames) {
        taken = frames;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }

    /** Fails when a producer failed. */
    void checkFailure() {
        if (failure != null) {
            throw new IllegalStateException("a producer failed", failure);
        }
    }

    /** Ends the producers; their frames stay until {@link #release()}. */
    @Override
    public void close() {
        stopping = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("producers were still running", e);
        }
        checkFailure();
    }

    /** Gives the frames back, after the channel was closed: nobody may hold them any more. */
    void release() {
        for (Frame[] own : frames) {
            for (Frame frame : own) {
                AbstractHeadraceBenchmark.check("references of a frame", frame.references(), 1);
            }
            Frames.release(own);
        }
    }

    private void run(Frame[] own) {
        try (SourceInput input = processor.anonymousInput()) {
            PutTicket ticket = processor.newTicket();
            int next = 0;
            long put = 0;
            while (!stopping) {
                if (put - taken >= window) {
                    LockSupport.parkNanos(WAIT_NANOS);
                    continue;
                }
                PutStatus status = processor.put(input, 0, own[next], true, ticket);
                if (status == PutStatus.ACCEPTED) {
                    put++;
                    next = next + 1 == own.length ? 0 : next + 1;
                } else if (status != PutStatus.FULL) {
                    throw new IllegalStateException("put: " + status + " (expected: ACCEPTED or FULL)");
                }
            }
        } catch (Throwable e) {
            failure = e;
        }
    }
}
