package io.headrace.benchmarks.peers;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.FramePool;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.headrace.tools.bench.BenchmarkChannel;
import io.headrace.tools.bench.BoundedPuts;

/**
 * Builds a frame a batch, or several of 1 MiB where a batch does not fit into one, and puts it; waits for the oldest to be
 * acknowledged when as many as allowed are not. Owned by the thread that puts.
 */
final class FramePutter implements ChannelPeer.Putter {
    private static final FrameLimits LIMITS =
            new FrameLimits(Integer.MAX_VALUE, FrameLayout.MAX_FRAME_BYTES, FrameLayout.DEFAULT_MAX_EVENT_BYTES);

    private final Bodies bodies;
    private final Producer producer;
    private final BoundedPuts puts;
    private final FrameBuilder builder = new FrameBuilder(FramePool.shared(), LIMITS);
    private final UncheckedFrames unchecked;

    FramePutter(BenchmarkChannel channel, Bodies bodies, ChannelWork work, Producer producer) {
        this.bodies = bodies;
        this.producer = producer;
        puts = new BoundedPuts(channel, work.inFlight());
        unchecked = work.checksum() ? null : new UncheckedFrames();
    }

    @Override
    public void put(int body, int events) throws InterruptedException {
        int next = body;
        for (int left = events; left > 0; ) {
            Frame frame;
            if (unchecked == null) {
                frame = build(next, left);
            } else {
                frame = unchecked.build(bodies, next, left, producer);
            }
            int built = frame.eventCount();
            puts.put(frame);
            frame.release();
            left -= built;
            next = (next + built) % bodies.count();
        }
    }

    /** With as many events as fit, {@code most} at most. */
    private Frame build(int body, int most) {
        int next = body;
        builder.begin(Headers.EMPTY);
        for (int i = 0; i < most && builder.add(bodies.buffer(), bodies.offset(next), bodies.length()); i++) {
            next = next + 1 == bodies.count() ? 0 : next + 1;
        }
        return builder.build(producer, 0);
    }

    @Override
    public void close() {
        puts.await();
        puts.close();
        builder.close();
    }
}
