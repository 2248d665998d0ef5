package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.headrace.frame.Frame;
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
