package io.headrace.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.FramePool;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code benchmarks/ring} calls garbage, with all the threads of a channel. */
class RingGarbageTest {
    private static final Order WORK = new Order(Map.of("kind", "memory", "millis", "300", "batch", "100"));
    private static final double LIMIT_BYTES = 32;

    /** Threads that meet at a lock, or a full channel, cost some more now and then, code at its first calls, too. */
    private static final int ATTEMPTS = 10;

    @TempDir
    private Path folder;

    private Level level;

    /** Tracking of leaks allocates for each frame. */
    @BeforeEach
    void stopTracking() {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(Level.DISABLED);
        FramePool.shared().trim();
        FramePool.shared().trim();
    }

    @AfterEach
    void track() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void shouldAllocateLittleForAFrameThatIsBuiltPutAndTaken() throws Exception {
        List<Double> bytes = new ArrayList<>();
        try (PeerWork peer = new HeadraceChannelPeer(folder)) {
            do {
                Map<String, String> figures = peer.run(WORK);
                assertThat(Long.parseLong(figures.get("batches"))).isGreaterThan(1_000);
                bytes.add(ChannelContest.allocatedPerBatch(new Order(figures)));
            } while (bytes.get(bytes.size() - 1) >= LIMIT_BYTES && bytes.size() < ATTEMPTS);
        }
        assertThat(bytes).as("bytes a frame, attempt by attempt").anyMatch(each -> each < LIMIT_BYTES);
    }
}
