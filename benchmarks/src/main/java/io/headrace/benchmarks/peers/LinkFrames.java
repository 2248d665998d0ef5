package io.headrace.benchmarks.peers;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * Frames for a link, of the same number of events each: built before, over and over, or one by one from byte arrays,
 * bodies copied and checksums computed. Owned by one thread.
 */
final class LinkFrames implements AutoCloseable {
    private static final FrameLimits LIMITS =
            new FrameLimits(Integer.MAX_VALUE, FrameLayout.MAX_FRAME_BYTES, FrameLayout.DEFAULT_MAX_EVENT_BYTES);

    private final byte[][] bodies;
    private final int frameEvents;
    private final Producer[] producers;
    private final FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, LIMITS);
    private int nextBody;
    private int nextProducer;

    /**
     * @param producers whose frames take turns; a connection has those of some of them
     */
    LinkFrames(int eventBytes, int frameEvents, int producers) {
        Bodies all = Bodies.of(eventBytes);
        bodies = new byte[all.count()][];
        for (int i = 0; i < bodies.length; i++) {
            bodies[i] = all.copy(i);
        }
        this.frameEvents = frameEvents;
        this.producers = new Producer[producers];
        for (int i = 0; i < producers; i++) {
            this.producers[i] = new Producer(i);
        }
    }

    /** The next frame; the reference is the caller's. */
    Frame build() {
        builder.begin(Headers.EMPTY);
        for (int i = 0; i < frameEvents; i++) {
            if (!builder.add(bodies[nextBody])) {
                throw new IllegalStateException("events of a frame: " + i + " (expected: " + frameEvents + ")");
            }
            nextBody = nextBody + 1 == bodies.length ? 0 : nextBody + 1;
        }
        Producer producer = producers[nextProducer];
        nextProducer = nextProducer + 1 == producers.length ? 0 : nextProducer + 1;
        return builder.build(producer, System.currentTimeMillis() * 1000);
    }

    /** The next ones; the references are the caller's. */
    Frame[] build(int count) {
        Frame[] frames = new Frame[count];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = build();
        }
        return frames;
    }

    @Override
    public void close() {
        builder.close();
    }
}
