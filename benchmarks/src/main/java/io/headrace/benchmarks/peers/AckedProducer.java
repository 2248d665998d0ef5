package io.headrace.benchmarks.peers;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.headrace.tools.bench.BenchmarkChannel;
import io.headrace.tools.bench.BoundedPuts;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * Builds frames, bodies copied and checksums computed, puts them, and waits for the oldest to be acknowledged when as
 * many as allowed are not. Owned by the thread that calls it; goes on with its event numbers at each call.
 */
final class AckedProducer {
    private final Producer producer;
    private final Bodies bodies;
    private final int frameEvents;
    private int nextBody;
    private long nextEvent;
    private long frameBytes;
    private long checksums;

    /**
     * @param id of the producer, also its place among the producers
     */
    AckedProducer(int id, Bodies bodies, int frameEvents) {
        this.producer = new Producer(id);
        this.bodies = bodies;
        this.frameEvents = frameEvents;
    }

    /**
     * Returns when all frames are acknowledged.
     *
     * @param inFlight frames that may be put without being acknowledged
     */
    void put(BenchmarkChannel channel, long frames, int inFlight) throws InterruptedException {
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
                BoundedPuts puts = new BoundedPuts(channel, inFlight)) {
            for (long i = 0; i < frames; i++) {
                Frame frame = build(builder);
                puts.put(frame);
                frame.release();
            }
            puts.await();
        }
    }

    int frameEvents() {
        return frameEvents;
    }

    /** Bytes of all frames built, with padding. */
    long frameBytes() {
        return frameBytes;
    }

    /** Checksums of all frames built, added up. */
    long checksums() {
        return checksums;
    }

    /** Number of the first event of the next frame. */
    long nextEvent() {
        return nextEvent;
    }

    /** Builds the next frame; the reference is the caller's. */
    Frame build(FrameBuilder builder) {
        builder.begin(Headers.EMPTY);
        for (int i = 0; i < frameEvents; i++) {
            builder.add(bodies.buffer(), bodies.offset(nextBody), bodies.length());
            nextBody = nextBody + 1 == bodies.count() ? 0 : nextBody + 1;
        }
        nextEvent += frameEvents;
        Frame frame = builder.build(producer, 0);
        frameBytes += frame.alignedLength();
        checksums += frame.checksum();
        return frame;
    }
}
