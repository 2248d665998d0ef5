package io.headrace.transport.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.transport.EventLoops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What single clients, good and bad, get from a source. */
class AvroSourceTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    /** Match, no protocol, no hash, no metadata. */
    private static final int BOTH = 4;

    private final EventLoops loops = new EventLoops(1);

    @AfterEach
    void close() {
        loops.close();
    }

    private static ByteBuf batch(int serial, int events) {
        return Wire.message(serial, Wire.PIECE, Wire.appendBatch(Collections.nCopies(events, TestEvent.of("event"))));
    }

    private static ByteBuf firstBatch(int serial, int events) {
        return Wire.message(
                serial,
                Wire.PIECE,
                Wire.handshake(),
                Wire.appendBatch(Collections.nCopies(events, TestEvent.of("event"))));
    }

    @Test
    void shouldAnswerInOrderOnceTheChannelHasRoom() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, ChannelSettings.memory("c1", 10), Map.of());
                RawClient client = new RawClient(tier)) {
            client.send(firstBatch(1, 10));
            assertThat(client.status(1, BOTH)).isEqualTo(AvroStatus.OK);
            client.send(Unpooled.wrappedBuffer(batch(2, 5), batch(3, 5), Wire.message(4, 9, Wire.call(""))));
            await().atMost(LONG).until(() -> tier.context.count("RequestParkedCount") == 1);
            assertThat(tier.context.count("EventAcceptedCount")).isEqualTo(10);
            assertThat(tier.take()).hasSize(10);
            await().atMost(LONG).until(() -> tier.context.count("EventAcceptedCount") == 20);
            assertThat(client.status(2, 0)).isEqualTo(AvroStatus.OK);
            assertThat(client.status(3, 0)).isEqualTo(AvroStatus.OK);
            assertThat(client.answer(4).readableBytes()).isZero();
            assertThat(tier.take()).hasSize(10);
        }
    }

    @Test
    void shouldFailABatchThatTheChannelCanNeverHoldAndGoOn() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, ChannelSettings.memory("c1", 10), Map.of());
                RawClient client = new RawClient(tier)) {
            client.send(firstBatch(1, 11));
            assertThat(client.status(1, BOTH)).isEqualTo(AvroStatus.FAILED);
            client.send(batch(2, 10));
            assertThat(client.status(2, 0)).isEqualTo(AvroStatus.OK);
            assertThat(tier.take()).hasSize(10);
            assertThat(tier.context.count("RequestFailedCount")).isEqualTo(1);
        }
    }

    @Test
    void shouldShowItsProtocolToWhoSpeaksAnotherText() throws Exception {
        byte[] own = AvroProtocol.md5("own");
        try (AvroTier tier = AvroTier.start(loops, Map.of());
                RawClient client = new RawClient(tier);
                RawClient second = new RawClient(tier)) {
            ByteBuf append = Wire.append(TestEvent.of("kept"));
            client.send(Wire.message(7, Wire.PIECE, Wire.handshake(own, null, own), append.duplicate()));
            ByteBuf none = client.answer(7);
            AvroInput in = new AvroInput().wrap(none.nioBuffer(), 0, none.readableBytes());
            Welcome refusal = Welcome.read(in);
            assertThat(refusal.accepted()).isFalse();
            assertThat(refusal.serverHash()).isEqualTo(AvroProtocol.TEXT_HASH);
            assertThat(none.toString(StandardCharsets.UTF_8)).contains(AvroProtocol.TEXT);
            assertThat(tier.take()).isEmpty();
            client.send(Wire.message(
                    8, Wire.PIECE, Wire.handshake(own, AvroProtocol.TEXT, refusal.serverHash()), append.duplicate()));
            assertThat(client.status(8, BOTH)).isEqualTo(AvroStatus.OK);
            second.send(
                    Wire.message(9, Wire.PIECE, Wire.handshake(own, null, refusal.serverHash()), append.duplicate()));
            assertThat(second.status(9, BOTH)).as("remembered").isEqualTo(AvroStatus.OK);
            assertThat(tier.take()).containsExactly(TestEvent.of("kept"), TestEvent.of("kept"));
        }
    }

    @Test
    void shouldCountAsFlumeDoes() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, Map.of())) {
            try (RawClient client = new RawClient(tier)) {
                client.send(firstBatch(1, 3));
                client.status(1, BOTH);
                client.send(Wire.message(2, Wire.PIECE, Wire.append(TestEvent.of("x"))));
                client.status(2, 0);
                assertThat(tier.context.gauge("OpenConnectionCount")).isEqualTo(1);
            }
            for (String count : List.of(
                    "AppendBatchReceivedCount",
                    "AppendBatchAcceptedCount",
                    "AppendReceivedCount",
                    "AppendAcceptedCount")) {
                assertThat(tier.context.count(count)).as(count).isEqualTo(1);
            }
            assertThat(tier.context.count("EventReceivedCount")).isEqualTo(4);
            assertThat(tier.context.count("EventAcceptedCount")).isEqualTo(4);
            await().atMost(LONG).until(() -> tier.context.gauge("OpenConnectionCount") == 0);
        }
    }

    @Test
    void shouldCloseStrangersAndServeTheOthers_R19() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, Map.of());
                RawClient good = new RawClient(tier);
                RawClient browser = new RawClient(tier);
                RawClient scanner = new RawClient(tier);
                RawClient secure = new RawClient(tier);
                RawClient squeezed = new RawClient(tier)) {
            browser.send(Unpooled.copiedBuffer("GET / HTTP/1.1\r\n\r\n", StandardCharsets.US_ASCII));
            secure.send(Unpooled.wrappedBuffer(new byte[] {0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5}));
            squeezed.send(Unpooled.wrappedBuffer(new byte[] {0x78, (byte) 0x9C, -1, -1, -1, -1, -1, -1}));
            scanner.cut();
            assertThat(browser.isAtEnd()).isTrue();
            assertThat(secure.isAtEnd()).isTrue();
            assertThat(squeezed.isAtEnd()).isTrue();
            good.send(firstBatch(1, 3));
            assertThat(good.status(1, BOTH)).isEqualTo(AvroStatus.OK);
            assertThat(tier.take()).hasSize(3);
            assertThat(tier.context.count("RefusedProtocolCount")).isEqualTo(2);
            assertThat(tier.context.count("RefusedTlsCount")).isEqualTo(1);
            assertThat(tier.context.health).noneMatch(said -> said.startsWith("!"));
        }
    }

    @Test
    void shouldUnderstandTheOtherCompressionUnlessStrict() throws Exception {
        for (String strict : List.of("false", "true")) {
            try (AvroTier plain = AvroTier.start(loops, Map.of("strictCompression", strict));
                    AvroTier deflate =
                            AvroTier.start(loops, Map.of("compression-type", "deflate", "strictCompression", strict));
                    RawClient one = new RawClient(plain);
                    RawClient two = new RawClient(deflate)) {
                one.send(deflated(firstBatch(1, 3)));
                two.send(firstBatch(1, 3));
                if (strict.equals("true")) {
                    assertThat(one.isAtEnd()).isTrue();
                    assertThat(two.isAtEnd()).isTrue();
                } else {
                    assertThat(two.status(1, BOTH)).isEqualTo(AvroStatus.OK);
                    await().atMost(LONG).until(() -> plain.context.count("EventAcceptedCount") == 3);
                }
            }
        }
    }

    /** A few bytes that become 64 MiB: they are inflated no faster than they are used. */
    @Test
    void shouldNotInflateMoreThanItMayHold_R19() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, Map.of("maxRequestBytes", "1m", "maxEventBytes", "1m"));
                RawClient client = new RawClient(tier)) {
            ByteBuf bomb = Unpooled.buffer().writeInt(1).writeInt(1).writeInt(64 * 1024 * 1024);
            bomb.writeZero(64 * 1024 * 1024);
            client.send(deflated(bomb));
            await().atMost(LONG).until(() -> tier.context.count("RequestFailedCount") == 1);
            assertThat(tier.context.gauge("ReceiveBytesHeld")).isZero();
        }
    }

    @Test
    void shouldGiveUpARequestThatStandsStill_R19() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, Map.of("stall-timeout", "1000"));
                RawClient client = new RawClient(tier)) {
            ByteBuf request = firstBatch(1, 3);
            client.send(request.readSlice(40));
            assertThat(client.isAtEnd()).isTrue();
            assertThat(tier.context.count("RefusedTimeoutCount")).isEqualTo(1);
        }
    }

    @Test
    void shouldFinishHalfRequestsOneAfterTheOtherWhenTheBudgetIsUsedUp() throws Exception {
        byte[] body = new byte[100 * 1024];
        ByteBuf whole = Wire.message(
                1,
                Wire.PIECE,
                Wire.handshake(),
                Wire.appendBatch(Collections.nCopies(4, new TestEvent(Map.of(), body))));
        try (AvroTier tier = AvroTier.start(loops, Map.of("receiveBytes", "64k"));
                RawClient one = new RawClient(tier);
                RawClient two = new RawClient(tier)) {
            ByteBuf first = whole.copy();
            ByteBuf second = whole.copy();
            one.send(first.readSlice(250 * 1024));
            two.send(second.readSlice(250 * 1024));
            await().atMost(LONG).until(() -> tier.context.gauge("ReceiveBytesHeld") > 64 * 1024);
            assertThat(tier.context.gauge("ReceiveBytesHeld")).isLessThan(1024 * 1024);
            two.send(second);
            one.send(first);
            assertThat(one.status(1, BOTH)).isEqualTo(AvroStatus.OK);
            assertThat(two.status(1, BOTH)).isEqualTo(AvroStatus.OK);
            await().atMost(LONG).until(() -> tier.context.gauge("ReceiveBytesHeld") == 0);
        }
    }

    @Test
    void shouldStopReadingWhoDoesNotReadItsAnswers_R19() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, ChannelSettings.memory("c1", 10_000_000), Map.of());
                RawClient deaf = new RawClient(tier);
                RawClient good = new RawClient(tier)) {
            ByteBuf ping = Unpooled.buffer();
            for (int i = 0; i < 20_000; i++) {
                ping.writeBytes(Wire.message(i, 9, Wire.call("unknown message with a long name")));
            }
            deaf.send(Wire.message(1, Wire.PIECE, Wire.handshake(), Wire.call("")));
            Thread flood = new Thread(() -> {
                try {
                    while (true) {
                        deaf.send(ping.duplicate());
                    }
                } catch (java.io.IOException e) {
                    // The end of the test closes it.
                    return;
                }
            });
            flood.start();
            await().atMost(LONG).during(Duration.ofMillis(300)).until(new Steady(tier));
            good.send(firstBatch(1, 3));
            assertThat(good.status(1, BOTH)).isEqualTo(AvroStatus.OK);
            deaf.cut();
            flood.join();
        }
    }

    /** Whether nothing is read any more. */
    private static final class Steady implements java.util.concurrent.Callable<Boolean> {
        private final AvroTier tier;
        private long before = -1;

        Steady(AvroTier tier) {
            this.tier = tier;
        }

        @Override
        public Boolean call() {
            long now = tier.context.count("ByteReceivedCount");
            boolean same = now == before && now > 0;
            before = now;
            return same;
        }
    }

    private static ByteBuf deflated(ByteBuf bytes) {
        byte[] plain = new byte[bytes.readableBytes()];
        bytes.readBytes(plain);
        Deflater deflater = new Deflater();
        deflater.setInput(plain);
        byte[] out = new byte[plain.length + 100];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Unpooled.wrappedBuffer(out, 0, length);
    }
}
