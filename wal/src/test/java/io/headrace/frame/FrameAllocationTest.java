package io.headrace.frame;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class FrameAllocationTest {
    private static final int ROUNDS = 200;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final EventCursor cursor = new EventCursor();
    private final ByteBuffer target = ByteBuffer.allocateDirect(1 << 20);
    private final byte[] suffix = {'\n'};
    private final ByteBuffer line = ByteBuffer.allocateDirect(128);

    @Test
    void shouldIterateAndCopyEventsWithoutAllocating() {
        try (FrameBuilder builder = new FrameBuilder(UnpooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            builder.begin(Headers.EMPTY);
            fill(builder);
            Frame frame = builder.build(new Producer(1), 0);
            long sum = read(frame);
            long before = threads.getCurrentThreadAllocatedBytes();
            sum -= read(frame);
            long taken = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(sum).isZero();
            // The bean itself takes a few bytes; one byte an event would be 280,000.
            assertThat(taken).isLessThan(1000);
            frame.release();
        }
    }

    @Test
    void shouldAddEventsWithoutAllocating() {
        try (FrameBuilder builder = new FrameBuilder(UnpooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            builder.begin(Headers.EMPTY);
            fill(builder);
            builder.build(new Producer(1), 0).release();
            builder.begin(Headers.EMPTY);
            long before = threads.getCurrentThreadAllocatedBytes();
            fill(builder);
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1000);
        }
    }

    @Test
    void shouldLeaveOfAFrameTheFrameAlone() {
        int rounds = 10;
        int frames = 2_000;
        // Tracking of leaks would allocate for each frame.
        FramePool pool = new FramePool(new UnpooledByteBufAllocator(true, true), 1 << 20);
        Producer producer = new Producer(1);
        try (FrameBuilder builder = new FrameBuilder(pool, FrameLimits.DEFAULT)) {
            build(builder, producer, 100);
            long fewest = Long.MAX_VALUE;
            // What the virtual machine takes once, for example to link a handle, is in one round and not in all.
            for (int round = 0; round < rounds; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                build(builder, producer, frames);
                fewest = Math.min(fewest, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat((double) fewest / frames).as("bytes a frame").isLessThan(25);
        }
        pool.trim();
        pool.trim();
        assertThat(pool.keptBytes()).isZero();
    }

    private void build(FrameBuilder builder, Producer producer, int frames) {
        for (int i = 0; i < frames; i++) {
            builder.begin(Headers.EMPTY);
            for (int j = 0; j < 10; j++) {
                builder.add(line, 0, 128);
            }
            builder.build(producer, 0).release();
        }
    }

    private void fill(FrameBuilder builder) {
        while (builder.add(line, 0, 128)) {
            continue;
        }
    }

    private long read(Frame frame) {
        long sum = 0;
        for (int round = 0; round < ROUNDS; round++) {
            cursor.wrap(frame);
            while (cursor.next()) {
                sum += cursor.bodyLength() + cursor.bodyOffset();
            }
            cursor.rewind();
            sum += cursor.copyBodies(target.clear(), suffix);
        }
        return sum;
    }
}
