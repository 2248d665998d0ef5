package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import io.headrace.wal.StreamId;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** R19: a decoder believes nothing. */
class LinkDecoderTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final List<String> seen = new ArrayList<>();
    private final List<Frame> kept = new ArrayList<>();
    private boolean keep;

    private final class Recorder implements LinkDecoder.Handler {
        @Override
        public void onMessage(MessageType type, ByteBuf message) {
            seen.add(type.toString());
            if (type == MessageType.HELLO) {
                LinkMessages.hello(message);
            } else if (type == MessageType.REJECT) {
                LinkMessages.rejectPosition(message);
                LinkMessages.rejectText(message);
            }
        }

        @Override
        public void onData(long floor, int frames, long bytes) {
            seen.add("DATA " + frames);
        }

        @Override
        public long beforeFrame(int alignedLength) {
            return alignedLength;
        }

        @Override
        public void onFrame(HopHeader hop, Frame frame) {
            seen.add("FRAME " + hop.sequence() + " " + TestFrames.idOf(frame));
            if (keep) {
                kept.add(frame);
            } else {
                frame.release();
            }
        }
    }

    private LinkDecoder decoder(int maxFrame) {
        return new LinkDecoder(new Recorder(), allocator, maxFrame);
    }

    private void decode(LinkDecoder decoder, ByteBuf bytes) {
        try {
            decoder.decode(bytes);
        } finally {
            bytes.release();
        }
    }

    @AfterEach
    void shouldHaveReleasedEverything() {
        kept.forEach(Frame::release);
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    /** Also one in what the header says of version, type, flags and counts, which alone would look like a peer's mistake. */
    @Test
    void shouldCallEveryBitOfAFrameThatTurnedOverAChecksum_R18() {
        ByteBuf message = Wire.data(allocator, 0, 100, 5);
        byte[] sound = ByteBufUtil.getBytes(message);
        message.release();
        int origin = LinkLayout.DATA_LENGTH + FrameLayout.HOP_LENGTH;
        for (int at = origin; at < origin + FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH) + 20; at++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                byte[] changed = sound.clone();
                changed[at] ^= (byte) (1 << bit);
                assertThatThrownBy(() -> decode(decoder(1 << 20), direct(changed)))
                        .as("byte %d, bit %d", at - origin, bit)
                        .isInstanceOfSatisfying(
                                LinkException.class, e -> assertThat(e.code()).isEqualTo(RejectCode.CHECKSUM));
            }
        }
    }

    /** The allocator of an agent rounds such sizes up to the next power of two. */
    @Test
    void shouldChargeAFrameTheMemoryThatItsBlockTakes() {
        AdaptiveByteBufAllocator rounding = new AdaptiveByteBufAllocator();
        LinkDecoder decoder = new LinkDecoder(new Recorder(), rounding, 1 << 20);
        keep = true;
        ByteBuf data = Wire.data(allocator, 0, 135_000, 1);
        decode(decoder, data.readRetainedSlice(1_000));
        decode(decoder, data);
        assertThat(kept).singleElement().satisfies(frame -> assertThat(frame.pinnedBytes())
                .isBetween(256 * 1024 - 500, 256 * 1024));
        decoder.stop();
    }

    @Test
    void shouldDecodeTheSameWhereverTheBytesAreCut() {
        byte[] all = conversation();
        decode(decoder(1 << 20), direct(all));
        List<String> whole = List.copyOf(seen);
        assertThat(whole).contains("HELLO", "FRAME 3 3", "ACK", "REJECT", "FRAME 9 9", "GOAWAY");
        Random random = new Random(1);
        for (int piece : new int[] {1, 2, 3, 7, 16, 39, 40, 41, 1000, 4096}) {
            seen.clear();
            LinkDecoder decoder = decoder(1 << 20);
            int at = 0;
            while (at < all.length) {
                int length = Math.min(all.length - at, piece + random.nextInt(piece));
                decode(decoder, direct(java.util.Arrays.copyOfRange(all, at, at + length)));
                at += length;
            }
            assertThat(seen).as("pieces of %d", piece).isEqualTo(whole);
            decoder.stop();
        }
    }

    @Test
    void shouldSurviveAnyMutation_R19() {
        byte[] all = conversation();
        Random random = new Random(2);
        int refused = 0;
        for (int run = 0; run < 3_000; run++) {
            byte[] bytes = all.clone();
            int changes = 1 + random.nextInt(4);
            for (int i = 0; i < changes; i++) {
                int at = random.nextInt(bytes.length);
                if (random.nextBoolean()) {
                    bytes[at] ^= (byte) (1 << random.nextInt(8));
                } else {
                    bytes[at] = (byte) (random.nextBoolean() ? -1 : random.nextInt());
                }
            }
            int length = random.nextInt(5) == 0 ? random.nextInt(bytes.length) : bytes.length;
            LinkDecoder decoder = decoder(1 << 20);
            try {
                decode(decoder, direct(java.util.Arrays.copyOf(bytes, length)));
            } catch (LinkException e) {
                refused++;
            }
            decoder.stop();
            assertThat(allocator.metric().usedDirectMemory()).as("run %d", run).isZero();
        }
        assertThat(refused).isGreaterThan(2_000);
    }

    @Test
    void shouldDecodeTheSameWhenItIsReadIntoTheRoomThatItGives() {
        byte[] all = largeFrames();
        decode(decoder(1 << 22), direct(all));
        List<String> whole = List.copyOf(seen);
        assertThat(whole).hasSize(40);
        Random random = new Random(3);
        for (int run = 0; run < 60; run++) {
            seen.clear();
            LinkDecoder decoder = decoder(1 << 22);
            read(decoder, all, all.length, 1 + random.nextInt(run % 2 == 0 ? 500_000 : 5_000), random);
            assertThat(seen).as("run %d", run).isEqualTo(whole);
            assertThat(decoder.copied()).as("run %d", run).isLessThan(all.length);
            assertThat(allocator.metric().usedDirectMemory()).as("run %d", run).isZero();
        }
    }

    @Test
    void shouldCopyNothingOfFramesThatAreAlike() {
        LinkDecoder decoder = decoder(1 << 20);
        List<ByteBuf> parts = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            parts.add(Wire.data(allocator, 0, 60_000, 2 * i + 1, 2 * i + 2));
        }
        byte[] all = bytes(parts);
        read(decoder, all, all.length, 1 << 20, new Random(4));
        assertThat(seen).hasSize(90);
        // What came with the first read, and what is read ahead where a DATA ends unforeseen.
        assertThat(decoder.copied()).isLessThan(all.length / 50);
    }

    @Test
    void shouldPinLittleMoreThanFramesAreChargedFor() {
        keep = true;
        LinkDecoder decoder = decoder(1 << 20);
        List<ByteBuf> parts = new ArrayList<>();
        parts.add(Wire.data(allocator, 0, 60_000, 1));
        for (int i = 2; i < 200; i++) {
            parts.add(Wire.data(allocator, 0, 500, i));
        }
        byte[] all = bytes(parts);
        read(decoder, all, all.length, 1 << 20, new Random(5));
        long charged = kept.stream().mapToLong(Frame::pinnedBytes).sum();
        kept.subList(0, 1).forEach(Frame::release);
        kept.remove(0);
        assertThat(allocator.metric().usedDirectMemory())
                .as("held by small frames, whose large neighbour is gone")
                .isLessThan(2 * charged);
    }

    @Test
    void shouldSurviveAnyMutationOfWhatIsReadIntoItsRoom_R19() {
        byte[] all = largeFrames();
        Random random = new Random(6);
        int refused = 0;
        for (int run = 0; run < 300; run++) {
            byte[] bytes = all.clone();
            for (int i = 0; i < 3; i++) {
                // Headers, mostly: what they say decides where the rest is read to.
                int at = random.nextBoolean() ? random.nextInt(bytes.length) : random.nextInt(4_000);
                bytes[at] ^= (byte) (1 << random.nextInt(8));
            }
            LinkDecoder decoder = decoder(1 << 22);
            try {
                read(decoder, bytes, random.nextInt(bytes.length), 1 + random.nextInt(200_000), random);
            } catch (LinkException e) {
                refused++;
            }
            decoder.stop();
            assertThat(allocator.metric().usedDirectMemory()).as("run %d", run).isZero();
        }
        assertThat(refused).isGreaterThan(200);
    }

    /** As a socket is read: into the decoder's room, or a buffer of its choice; some bytes at a time have come. */
    private void read(LinkDecoder decoder, byte[] all, int end, int most, Random random) {
        int at = 0;
        while (at < end) {
            int expected = 4_096 << random.nextInt(7);
            ByteBuf into = decoder.room(expected);
            if (into == null) {
                into = allocator.directBuffer(Math.min(expected, decoder.readAtMost()));
            }
            int there = Math.min(end - at, 1 + random.nextInt(most));
            int length = Math.min(there, into.capacity());
            into.writeBytes(all, at, length);
            at += length;
            decode(decoder, into);
            if (random.nextInt(10) == 0) {
                ByteBuf nothing = decoder.room(expected);
                if (nothing != null) {
                    // There was nothing to read.
                    nothing.release();
                }
            }
        }
    }

    @Test
    void shouldTakeMemoryOnlyAsBytesReallyCome_R19() {
        // A frame of 200 MB is announced and allowed, but does not come.
        ByteBuf small = Wire.data(allocator, 0, 100, 1);
        ByteBuf lie = allocator.directBuffer();
        int length = 200_000_000;
        LinkEncoder.data(lie, LinkLayout.DATA_PLAIN, 0, length, 1);
        java.nio.ByteBuffer hop = java.nio.ByteBuffer.allocate(40).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        new HopHeader().write(hop, 0, length, 0, 1, 0, 0, 0);
        lie.writeBytes(hop).writeZero(5_000);
        small.release();
        LinkDecoder decoder = decoder(1 << 28);
        decode(decoder, lie);
        assertThat(allocator.metric().usedDirectMemory()).isLessThanOrEqualTo(1 << 20);
        decoder.stop();
    }

    @Test
    void shouldRefuseLengthsBeforeTakingMemory_R19() {
        LinkDecoder decoder = decoder(10_000);
        assertThatThrownBy(() -> decode(decoder, Wire.data(allocator, 0, 20_000, 1)))
                .isInstanceOf(LinkException.class)
                .hasMessageContaining("expected: 80 to 10000")
                .extracting(e -> ((LinkException) e).code())
                .isEqualTo(RejectCode.TOO_LARGE);
        for (int length : new int[] {0, 11, 4097, -1}) {
            ByteBuf message = LinkEncoder.ack(allocator, 1, 1);
            message.setIntLE(0, length);
            assertThatThrownBy(() -> decode(decoder(10_000), message))
                    .isInstanceOf(LinkException.class)
                    .hasMessageContaining("ACK length");
        }
    }

    @Test
    void shouldRefuseUnknownMessages_R19() {
        for (int type : new int[] {0, 9, 255}) {
            ByteBuf message = LinkEncoder.ack(allocator, 1, 1);
            message.setByte(4, type);
            assertThatThrownBy(() -> decode(decoder(10_000), message))
                    .isInstanceOf(LinkException.class)
                    .hasMessageContaining("message type");
        }
    }

    @Test
    void shouldRefuseAChangedMessage() {
        ByteBuf message = LinkEncoder.ack(allocator, 1, 1);
        message.setByte(16, 2);
        assertThatThrownBy(() -> decode(decoder(10_000), message))
                .isInstanceOf(LinkException.class)
                .hasMessageContaining("checksum of ACK");
    }

    @Test
    void shouldSliceLargeFramesAndCopySmallOnes() {
        keep = true;
        LinkDecoder decoder = decoder(1 << 20);
        ByteBuf received = allocator.directBuffer(256 * 1024, 256 * 1024);
        ByteBuf large = Wire.data(allocator, 0, 200_000, 1);
        received.writeBytes(large);
        large.release();
        decode(decoder, received);
        assertThat(received.refCnt()).as("references to the receive buffer").isEqualTo(1);
        assertThat(kept.get(0).pinnedBytes()).isBetween(200_000, 256 * 1024 + 1024);

        ByteBuf second = allocator.directBuffer(256 * 1024, 256 * 1024);
        ByteBuf small = Wire.data(allocator, 0, 2_000, 2, 3);
        second.writeBytes(small);
        small.release();
        decode(decoder, second);
        assertThat(second.refCnt()).as("a small frame pins no large buffer").isZero();
        assertThat(kept.get(1).pinnedBytes()).isLessThan(2_100);
    }

    @Test
    void shouldReadTheGoldenBytesOfVersion1() {
        ByteBuf hello = LinkEncoder.hello(
                allocator,
                new Hello(1, new StreamId(0x0102030405060708L, 0x1112131415161718L), 3, 42, 0, 0, "a", "c", ""));
        assertThat(ByteBufUtil.hexDump(hello))
                .isEqualTo("3c00000001010000" + hex(hello, 8, 12) + "48524c4b"
                        + "08070605040302011817161514131211" + "2a00000000000000" + "03000000" + "00000000" + "00000000"
                        + "010061" + "010063" + "0000");
        hello.release();
        ByteBuf ack = LinkEncoder.ack(allocator, 5, 65_536);
        assertThat(ByteBufUtil.hexDump(ack))
                .isEqualTo("2000000004000000" + hex(ack, 8, 12) + "00000000" + "0500000000000000" + "0000010000000000");
        ack.release();
    }

    private static String hex(ByteBuf bytes, int from, int to) {
        return ByteBufUtil.hexDump(bytes, from, to - from);
    }

    private byte[] largeFrames() {
        return bytes(List.of(
                Wire.data(allocator, 1, 100, 3, 4, 5),
                Wire.data(allocator, 1, 40_000, 6, 7, 8, 9),
                Wire.data(allocator, 1, 200_000, 10, 11),
                LinkEncoder.ping(allocator, MessageType.PING, 77),
                Wire.data(allocator, 1, 70_000, 12, 13, 14, 15, 16),
                Wire.data(allocator, 1, 33_000, 17),
                Wire.data(allocator, 1, 2_000_000, 18),
                Wire.data(allocator, 1, 50_000, 19, 20, 21, 22),
                Wire.data(allocator, 1, 5_000, 23, 24, 25, 26, 27),
                Wire.data(allocator, 1, 90_000, 28),
                Wire.data(allocator, 1, 60_000, 29, 30),
                LinkEncoder.goAway(allocator, "bye")));
    }

    private byte[] conversation() {
        return bytes(List.of(
                Wire.helloBytes(allocator, new StreamId(1, 2), 0, 5),
                Wire.data(allocator, 1, 100, 3, 4, 5),
                LinkEncoder.ack(allocator, 3, 65_536),
                LinkEncoder.ping(allocator, MessageType.PING, 77),
                Wire.data(allocator, 1, 5_000, 6, 7),
                LinkEncoder.reject(allocator, RejectCode.CHECKSUM, 4, "why"),
                Wire.data(allocator, 1, 30_000, 9),
                LinkEncoder.goAway(allocator, "bye")));
    }

    private static byte[] bytes(List<ByteBuf> parts) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf part : parts) {
            all.writeBytes(part);
            part.release();
        }
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }

    private ByteBuf direct(byte[] bytes) {
        return allocator.directBuffer(bytes.length, bytes.length).writeBytes(bytes);
    }
}
