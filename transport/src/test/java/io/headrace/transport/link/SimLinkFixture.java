package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;

/** A sender against a real receiver over connections that a test breaks; nothing may be held or have gone wrong in the end. */
abstract class SimLinkFixture {
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    final SimLink sim = new SimLink(1, 1 << 20, allocator);

    @AfterEach
    void shouldHaveReleasedEverything() {
        sim.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(sim.errors).isEmpty();
    }

    void append(int from, int to, int bytes) {
        for (long id = from; id <= to; id++) {
            sim.source.append(TestFrames.of(allocator, id, bytes), 0);
        }
    }

    /** All from 1 on. */
    static List<Long> ids(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    /** How often the sender has introduced itself on a new connection. */
    int helloes() {
        return (int) sim.senderMetrics.counter("ConnectionCreatedCount").get();
    }

    /** Delivers HELLO and WELCOME of the last connection, and lets the sender send, but delivers nothing of that. */
    void handshake() {
        sim.work();
        sim.deliverToReceiver(sim.connection(), Integer.MAX_VALUE);
        sim.deliverToSender(sim.connection(), Integer.MAX_VALUE);
        sim.work();
    }
}
