package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.FramePool;
import io.headrace.frame.Headers;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What a frame leaves behind for the collector on its way through a channel. */
class GarbageTest {
    private static final int FRAMES = 64;
    private static final int WARM_ROUNDS = 50;
    private static final int ROUNDS = 300;
    private static final int LIMIT_BYTES = 32;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void shouldMakeLittleGarbageOfAFrame() throws IOException {
        try (ChannelRig rig = new ChannelRig(ChannelSettings.memory("c1", 1_000_000))) {
            for (int i = 0; i < FRAMES; i++) {
                rig.frames.add(Fixtures.smallFrame(rig.producer, "event " + i));
            }
            for (int i = 0; i < WARM_ROUNDS; i++) {
                round(rig);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                round(rig);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat((double) allocated / ROUNDS / FRAMES).as("bytes a frame").isLessThan(LIMIT_BYTES);
        }
    }

    /** Built in the producer, read in the sink, which has one lease for all. */
    @Test
    void shouldLeaveOfAFrameThatIsBuiltTheFrameAlone() throws IOException {
        // Tracking of leaks would allocate for each frame.
        FramePool pool = new FramePool(new UnpooledByteBufAllocator(true, true), 1 << 24);
        try (ChannelRig rig = new ChannelRig(ChannelSettings.memory("c1", 1_000_000));
                FrameBuilder builder = new FrameBuilder(pool, FrameLimits.DEFAULT)) {
            Built built = new Built(rig, builder);
            for (int i = 0; i < WARM_ROUNDS; i++) {
                built.round();
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                built.round();
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat((double) allocated / ROUNDS / FRAMES).as("bytes a frame").isLessThan(LIMIT_BYTES);
            assertThat(built.read).isEqualTo((WARM_ROUNDS + ROUNDS) * FRAMES * Built.EVENTS);
        }
        pool.trim();
        pool.trim();
        assertThat(pool.keptBytes()).isZero();
    }

    /** Leases of one frame each are as many as there are frames. */
    private static final class Built {
        static final int EVENTS = 10;

        private final ChannelRig rig;
        private final FrameBuilder builder;
        private final byte[] body = new byte[200];
        private final EventCursor cursor = new EventCursor();
        private Lease ended;
        private int read;

        Built(ChannelRig rig, FrameBuilder builder) {
            this.rig = rig;
            this.builder = builder;
        }

        void round() {
            for (int i = 0; i < FRAMES; i++) {
                builder.begin(Headers.EMPTY);
                for (int j = 0; j < EVENTS; j++) {
                    builder.add(body);
                }
                Frame frame = builder.build(rig.producer, 0);
                if (rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket) != PutStatus.ACCEPTED) {
                    throw new AssertionError("refused: " + rig.ticket.fullReason());
                }
                frame.release();
            }
            rig.runner.runAll();
            for (int i = 0; i < FRAMES; i++) {
                Lease lease = rig.consumer.tryLease(EVENTS, ChannelRig.BYTES, ended);
                cursor.wrap(lease.frame(0));
                while (cursor.next()) {
                    read++;
                }
                lease.commit();
                ended = lease;
            }
            rig.runner.runAll();
        }
    }

    private static void round(ChannelRig rig) {
        for (Frame frame : rig.frames) {
            if (rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket) != PutStatus.ACCEPTED) {
                throw new AssertionError("refused: " + rig.ticket.fullReason());
            }
        }
        rig.runner.runAll();
        Lease lease = rig.lease();
        assertSize(lease);
        lease.commit();
        rig.runner.runAll();
    }

    private static void assertSize(Lease lease) {
        if (lease.size() != FRAMES) {
            throw new AssertionError("frames: " + lease.size() + " (expected: " + FRAMES + ")");
        }
    }
}
