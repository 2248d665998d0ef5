package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameCompressor;
import io.headrace.frame.FrameDecoder;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who compresses, who inflates, what it costs of credit and window, and what becomes of lies. */
class LinkCompressionTest extends SimLinkFixture {
    private static final int BYTES = 3_000;
    private static final FrameCompressor ZSTD = new FrameCompressor(1);

    /** Many times the window, so that an account of anything but what went over the wire ends it. */
    @ParameterizedTest
    @CsvSource({
        // before the sender, by the sender, taken by the receiver: compressed and inflated by the sender
        "false, false, true, 0, 0",
        "true, false, true, 0, 0",
        "false, true, true, 200, 0",
        "true, true, true, 0, 0",
        "true, false, false, 0, 200",
        "true, true, false, 0, 200",
        "false, true, false, 0, 0"
    })
    void shouldSendWhatTheReceiverTakes(boolean before, boolean bySender, boolean taken, int compressed, int inflated) {
        sim.senderOptions = options(64 * 1024, 16).withCompressor(bySender ? ZSTD : null);
        sim.receiverOptions = LinkReceiverOptions.defaults().withZstd(taken);
        sim.start();
        append(200, before);
        deliverAll();
        assertThat(sim.sink.delivered()).isEqualTo(ids(200));
        assertThat(count("FrameCompressedCount")).isEqualTo(compressed);
        assertThat(count("FrameInflatedCount")).isEqualTo(inflated);
        boolean small = taken && (before || bySender);
        assertThat(count("ByteSentCount")).isBetween(small ? 0L : 200L * BYTES, small ? 200L * BYTES / 3 : 1_000_000);
        assertThat(sim.receiverMetrics.counter("ByteReceivedCount").get()).isEqualTo(count("ByteSentCount"));
        assertThat(sim.sender.unanswered()).isZero();
        assertThat(sim.health).containsExactly("+connected to sim:1");

        // Nothing is left over of what was answered, and nothing was taken off twice.
        long sent = count("ByteSentCount");
        append(1_200, before);
        sim.settle();
        assertThat(count("ByteSentCount") - sent).isBetween(48L * 1024, 64L * 1024);
    }

    /** The frame is the same one: its copy that went the other way is a duplicate. */
    @Test
    void shouldKnowAFrameAgainWhetherItComesCompressedOrNot_R14() {
        sim.receiverOptions = LinkReceiverOptions.defaults().withZstd(true);
        sim.start();
        append(20, true);
        sim.settle();
        sim.receiverOptions = LinkReceiverOptions.defaults().withZstd(false);
        sim.connection().fromSender.cut();
        sim.connection().fromReceiver.cut();
        sim.settle();
        sim.advance(1_000);
        sim.settle();
        assertThat(count("FrameInflatedCount")).isEqualTo(20);
        assertThat(sim.receiverMetrics.counter("FrameDuplicateCount").get()).isEqualTo(20);
        sim.sink.sync(100);
        sim.settle();
        sim.sink.drain(100);
        assertThat(sim.sink.delivered()).isEqualTo(ids(20));
    }

    @Test
    void shouldCompressAFrameOnceHoweverLongItWaits() {
        sim.senderOptions = options(64 * 1024, 1_000).withCompressor(ZSTD);
        sim.receiverOptions = LinkReceiverOptions.defaults().withZstd(true);
        sim.start();
        append(2_000, false);
        for (int i = 0; i < 50; i++) {
            sim.settle();
            sim.advance(100);
        }
        assertThat(count("FrameSentCount")).isBetween(100L, 1_000L);
        assertThat(count("FrameCompressedCount")).isEqualTo(count("FrameSentCount") + 1);
        deliverAll();
        assertThat(count("FrameCompressedCount")).isEqualTo(2_000);
    }

    @Test
    void shouldLeaveWhatDoesNotGetSmaller() {
        sim.senderOptions = options(16 << 20, 100).withCompressor(ZSTD);
        sim.receiverOptions = LinkReceiverOptions.defaults().withZstd(true);
        sim.start();
        sim.sink.devNull();
        Frame noise = noise();
        Frame same = ZSTD.compress(noise, allocator);
        assertThat(same).isSameAs(noise);
        same.release();
        sim.source.append(noise, 0);
        append(1, false, 10);
        append(2, false, 100_000);
        sim.settle();
        assertThat(count("FrameCompressedCount")).isEqualTo(1);
        assertThat(count("FrameSentCount")).isEqualTo(3);
    }

    private Frame noise() {
        byte[] body = new byte[20_000];
        new Random(1).nextBytes(body);
        try (FrameBuilder builder = new FrameBuilder(allocator, new FrameLimits(1, 1024, 1 << 20))) {
            builder.begin(Headers.EMPTY);
            builder.add(body);
            return builder.build(new Producer(1), 0);
        }
    }

    @Test
    void shouldStallOnWhatIsTooLongForTheReceiverOnceItIsInflated() {
        for (boolean taken : new boolean[] {true, false}) {
            SimLink one = new SimLink(1, 1 << 20, allocator);
            one.receiverOptions =
                    new LinkReceiverOptions(AckLevel.ACCEPTED, 10_000, 1 << 20, 60_000, 5_000, 60_000, taken);
            one.start();
            one.source.append(compressed(1, 20_000), 0);
            one.settle();
            assertThat(one.health).last().asString().contains("frame of 20088 bytes (expected: <= 10000");
            assertThat(one.receiverMetrics.counter("RejectSentCount").get()).isZero();
            one.close();
        }
        sim.start();
    }

    @Test
    void shouldSendWhatStandsBeforeAFrameThatCannotBeInflated() {
        sim.start();
        append(1, true, BYTES);
        append(2, true, BYTES);
        sim.source.append(lying(frame -> frame.setIntLE(FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH), BYTES)), 0);
        append(4, true, BYTES);
        for (int i = 0; i < 20; i++) {
            sim.settle();
            sim.sink.sync(100);
            sim.settle();
            sim.sink.drain(100);
            sim.advance(100);
        }
        assertThat(sim.sink.delivered()).isEqualTo(ids(2));
        assertThat(sim.source.isEmpty()).isFalse();
        assertThat(sim.health)
                .containsExactly(
                        "+connected to sim:1",
                        "-frame 3 cannot be inflated for sim:1: inflated length: 3000 (expected: 3008, as in zstd's"
                                + " header)");
        assertThat(sim.connections).hasSize(1);
    }

    @Test
    void shouldRefuseCompressedEventsThatLie_R19() {
        int inflated = FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);
        int[] lies = {0, 1, BYTES, 1 << 20, FrameLayout.MAX_INFLATED_BYTES, Integer.MAX_VALUE, -1};
        for (int lie : lies) {
            refused(
                    LinkReceiverOptions.defaults().withZstd(true),
                    lying(frame -> frame.setIntLE(inflated, lie)),
                    "STRUCTURE");
        }
        refused(
                LinkReceiverOptions.defaults().withZstd(true),
                lying(frame -> frame.setByte(frame.writerIndex() - 20, frame.getByte(frame.writerIndex() - 20) ^ 0x55)
                        .setByte(inflated + 14, ~frame.getByte(inflated + 14))),
                "STRUCTURE");
        refused(
                LinkReceiverOptions.defaults().withZstd(true),
                lying(frame -> frame.writerIndex(frame.writerIndex() - 9)),
                "STRUCTURE");
        sim.start();
    }

    /** A sender that was told so does not; another one may. */
    @Test
    void shouldRefuseCompressedEventsWhereItSaidThatItTakesNone_R19() {
        Wire wire = new Wire(allocator);
        sim.start();
        LinkReceiver receiver = new LinkReceiver(
                wire,
                (who, hello) -> who.join(sim.streams),
                sim.receiverOptions,
                new LinkReceiverMetrics(sim.receiverMetrics),
                new TokenGate(""));
        receiver.received(Wire.helloBytes(allocator, new io.headrace.wal.StreamId(5, 5), 0, 0));
        Frame frame = compressed(1, BYTES);
        receiver.received(Wire.data(allocator, 0, List.of(frame), 1));
        frame.release();
        assertThat(wire.last()).isEqualTo("REJECT CODEC 1");
        assertThat(sim.sink.published()).isZero();
    }

    private void deliverAll() {
        for (int round = 0; round < 1_000 && !sim.source.isEmpty(); round++) {
            sim.settle();
            sim.sink.sync(1_000);
            sim.settle();
            sim.sink.drain(1_000);
        }
        assertThat(sim.source.isEmpty()).isTrue();
    }

    private void refused(LinkReceiverOptions options, Frame frame, String code) {
        SimLink one = new SimLink(1, 1 << 20, allocator);
        one.receiverOptions = options;
        one.start();
        one.settle();
        Wire wire = new Wire(allocator);
        LinkReceiver receiver = new LinkReceiver(
                wire,
                (who, hello) -> who.join(one.streams),
                options,
                new LinkReceiverMetrics(one.receiverMetrics),
                new TokenGate(""));
        receiver.received(Wire.helloBytes(allocator, new io.headrace.wal.StreamId(5, 5), 0, 0));
        receiver.received(Wire.data(allocator, 0, List.of(frame), 1));
        frame.release();
        assertThat(wire.last()).isEqualTo("REJECT " + code + " 1");
        assertThat(one.sink.published()).isZero();
        one.close();
    }

    private interface Change {
        void on(ByteBuf origin);
    }

    /** A compressed frame that was changed, with the checksum of what it is now. */
    private Frame lying(Change change) {
        Frame frame = compressed(1, BYTES);
        ByteBuf origin = allocator.directBuffer().writeBytes(frame.nioBuffer());
        int length = frame.length();
        frame.release();
        change.on(origin);
        int checked = FrameLayout.inOrigin(FrameLayout.VERSION_OFFSET);
        CRC32C crc = new CRC32C();
        crc.update(origin.nioBuffer(checked, origin.readableBytes() - checked));
        origin.setIntLE(0, (int) crc.getValue());
        return new FrameDecoder(length).decode(origin, 0);
    }

    private Frame compressed(long id, int bytes) {
        Frame frame = TestFrames.of(allocator, id, bytes);
        Frame packed = ZSTD.compress(frame, allocator);
        assertThat(packed.isCompressed()).isTrue();
        frame.release();
        return packed;
    }

    private void append(int last, boolean compressed) {
        for (int id = 1; id <= last; id++) {
            append(id, compressed, BYTES);
        }
    }

    private void append(int id, boolean compressed, int bytes) {
        sim.source.append(compressed ? compressed(id, bytes) : TestFrames.of(allocator, id, bytes), 0);
    }

    private long count(String counter) {
        return sim.senderMetrics.counter(counter).get();
    }

    private static LinkSenderOptions options(long window, int batch) {
        return new LinkSenderOptions(
                "agent", "channel", "", batch, 1 << 20, window, 20_000, 20_000, 100, 5_000, 30_000);
    }
}
