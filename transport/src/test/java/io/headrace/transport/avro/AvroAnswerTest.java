package io.headrace.transport.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.transport.EventLoops;
import io.headrace.wal.LogSettings;
import io.headrace.wal.SyncMode;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a source answers: not before the channel has what it answers for. */
class AvroAnswerTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration STEADY = Duration.ofMillis(200);

    /** Match, no protocol, no hash, no metadata. */
    private static final int BOTH = 4;

    private final EventLoops loops = new EventLoops(1);
    private final SlowDisk disk = new SlowDisk();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        disk.letGo();
        loops.close();
    }

    @Test
    void shouldAnswerInOrderAndNotBeforeTheChannelHasSynced() throws Exception {
        ChannelSettings file = ChannelSettings.file("c1", 1_000, folder.resolve("c1"))
                .withSegments(8 << 20, 1 << 20)
                .withSync(SyncMode.ALWAYS, LogSettings.Appender.POSITIONAL);
        try (AvroTier tier = AvroTier.start(loops, file, disk.storage(), Map.of("stop-timeout", "0"));
                RawClient client = new RawClient(tier)) {
            disk.hold();
            try {
                client.send(Wire.message(1, Wire.PIECE, Wire.handshake(), Wire.appendBatch(some(3))));
                // What needs no channel is there at once, and waits for its turn all the same.
                client.send(Unpooled.wrappedBuffer(
                        Wire.message(2, Wire.PIECE, Wire.call("")),
                        Wire.message(3, Wire.PIECE, Wire.appendBatch(some(2)))));
                await().atMost(LONG).until(() -> tier.context.count("EventAcceptedCount") == 5);
                assertUnanswered(client);
                disk.letGo();
                assertThat(client.status(1, BOTH)).isEqualTo(AvroStatus.OK);
                assertThat(client.answer(2).readableBytes()).isZero();
                assertThat(client.status(3, 0)).isEqualTo(AvroStatus.OK);
            } finally {
                // Before the channel is closed, which waits for its disk.
                disk.letGo();
            }
        }
    }

    @Test
    void shouldAnswerOnceItIsSafeWhereThatIsAskedFor() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, Map.of("ack", "safe", "stop-timeout", "0"));
                RawClient client = new RawClient(tier)) {
            client.send(Wire.message(1, Wire.PIECE, Wire.handshake(), Wire.appendBatch(some(3))));
            await().atMost(LONG).until(() -> tier.context.count("EventAcceptedCount") == 3);
            assertUnanswered(client);
            assertThat(tier.take()).hasSize(3);
            assertThat(client.status(1, BOTH)).isEqualTo(AvroStatus.OK);
        }
    }

    @Test
    void shouldPutAllFramesOfABatch() throws Exception {
        List<TestEvent> events = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            // Headers that differ and bodies that fill frames: as many reasons as there are to begin another one.
            byte[] body = new byte[100 * 1024];
            body[0] = (byte) i;
            events.add(new TestEvent(Map.of("host", "web" + i / 7), body));
        }
        try (AvroTier tier = AvroTier.start(loops, Map.of());
                RawClient client = new RawClient(tier)) {
            client.send(Wire.message(1, Wire.PIECE, Wire.handshake(), Wire.appendBatch(events)));
            assertThat(client.status(1, BOTH)).isEqualTo(AvroStatus.OK);
            assertThat(tier.take()).isEqualTo(events);
        }
    }

    private static void assertUnanswered(RawClient client) {
        await().atMost(LONG)
                .during(STEADY)
                .failFast("an answer came", () -> client.waiting() > 0)
                .until(() -> client.waiting() == 0);
    }

    private static List<TestEvent> some(int events) {
        return Collections.nCopies(events, TestEvent.of("event"));
    }
}
