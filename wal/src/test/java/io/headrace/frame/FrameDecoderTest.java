package io.headrace.frame;

import static io.headrace.frame.GoldenFrames.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class FrameDecoderTest {
    private static final int ALIKE = 5;
    private static final int VERSION_AT = FrameLayout.inOrigin(FrameLayout.VERSION_OFFSET);

    private final FrameDecoder decoder = new FrameDecoder(1 << 20);
    private final EventCursor cursor = new EventCursor();

    @Test
    void shouldRefuseEveryFlippedBit_R19() {
        for (byte[] origin : GoldenFrames.origins()) {
            for (int bit = 0; bit < origin.length * 8; bit++) {
                byte[] flipped = origin.clone();
                flipped[bit >> 3] ^= 1 << (bit & 7);
                assertThatThrownBy(() -> decode(flipped)).as("bit %d", bit).isInstanceOf(FrameException.class);
            }
        }
    }

    @Test
    void shouldRefuseEveryTruncation_R19() {
        for (byte[] origin : GoldenFrames.origins()) {
            for (int length = 0; length < origin.length; length++) {
                byte[] cut = Arrays.copyOf(origin, length);
                assertThatThrownBy(() -> decode(cut)).as("cut at %d", length).isInstanceOf(FrameException.class);
            }
        }
    }

    @Test
    void shouldRefuseLiesAboutLengthsWithRightChecksums_R19() {
        int[] lies = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE - 7, 1 << 30, 12, 14, 1000};
        for (int lie : lies) {
            assertLie(0, lie);
            assertLie(4, lie);
        }
        // Body and own headers overlap: together they are longer than the payload, or sum up to less than 0.
        assertEventRefused(event(13, 13));
        assertEventRefused(event(13, 1));
        assertEventRefused(event(Integer.MAX_VALUE, Integer.MAX_VALUE));
    }

    private void assertLie(int at, int lie) {
        byte[] payload = event(at == 0 ? lie : 13, at == 4 ? lie : 0);
        if (lie == 12) {
            // Within the payload, but not all of it.
            assertRefused(FrameException.Reason.STRUCTURE, origin(1, 0, payload));
        } else {
            assertEventRefused(payload);
        }
    }

    /** By the decoder, and by a cursor over a frame that was not walked before. */
    private void assertEventRefused(byte[] payload) {
        assertRefused(FrameException.Reason.STRUCTURE, origin(1, 0, payload));
        cursor.wrap(decoder.decode(Unpooled.wrappedBuffer(origin(1, 0, payload)), 0));
        assertThatThrownBy(cursor::next).isInstanceOf(FrameException.class);
    }

    @Test
    void shouldRefuseLiesAboutCountsWithRightChecksums_R19() {
        byte[] sound = event(13, 0);
        assertThat(decode(origin(1, 0, sound)).eventCount()).isEqualTo(1);
        assertRefused(FrameException.Reason.STRUCTURE, origin(0, 0, sound));
        assertRefused(FrameException.Reason.STRUCTURE, origin(2, 0, sound));
        assertRefused(FrameException.Reason.STRUCTURE, origin(Integer.MAX_VALUE, 0, sound));
        assertRefused(FrameException.Reason.LENGTH, origin(-1, 0, sound));
        assertRefused(FrameException.Reason.LENGTH, origin(1, -1, sound));
        assertRefused(FrameException.Reason.LENGTH, origin(1, sound.length + 1, sound));
        assertRefused(FrameException.Reason.STRUCTURE, origin(1, sound.length, sound));
        assertRefused(FrameException.Reason.STRUCTURE, origin(1, 1, sound));
    }

    /** Events of one length are looked for where they would be: each of them may lie nevertheless. */
    @Test
    void shouldRefuseALieAmongEventsOfOneLength_R19() {
        for (int body : new int[] {0, 1, 13}) {
            byte[] event = Arrays.copyOf(event(body, 0), FrameLayout.EVENT_PREFIX_LENGTH + body);
            for (int at = 0; at < ALIKE; at++) {
                byte[] sound = repeated(event);
                assertThat(decode(origin(ALIKE, 0, sound)).eventCount()).isEqualTo(ALIKE);
                int prefix = at * event.length;
                assertRefused(FrameException.Reason.STRUCTURE, origin(ALIKE, 0, withInt(sound, prefix, body + 1)));
                assertRefused(FrameException.Reason.STRUCTURE, origin(ALIKE, 0, withInt(sound, prefix, body - 1)));
                assertRefused(FrameException.Reason.STRUCTURE, origin(ALIKE, 0, withInt(sound, prefix + 4, 1)));
                assertRefused(FrameException.Reason.STRUCTURE, origin(ALIKE, 0, withInt(sound, prefix + 4, -1)));
            }
            byte[] sound = repeated(event);
            assertRefused(FrameException.Reason.STRUCTURE, origin(ALIKE - 1, 0, sound));
            assertRefused(FrameException.Reason.STRUCTURE, origin(ALIKE + 1, 0, sound));
            assertRefused(FrameException.Reason.STRUCTURE, origin(ALIKE, 0, Arrays.copyOf(sound, sound.length - 1)));
            assertRefused(FrameException.Reason.STRUCTURE, origin(ALIKE, 0, Arrays.copyOf(sound, sound.length + 1)));
            assertRefused(
                    FrameException.Reason.STRUCTURE, origin(ALIKE + 1, 0, Arrays.copyOf(sound, sound.length + 7)));
        }
    }

    @Test
    void shouldTakeEventsOfOneLengthAmongOthers() {
        FrameBuilder builder = new FrameBuilder(UnpooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
        Headers own = Headers.of(Map.of("k", "v"));
        builder.begin(Headers.EMPTY);
        for (int i = 0; i < 3 * ALIKE; i++) {
            builder.add(i % 4 == 3 ? own : Headers.EMPTY, new byte[i / ALIKE]);
        }
        Frame built = builder.build(new Producer(1), 1);
        byte[] origin = new byte[built.buffer().capacity()];
        built.buffer().getBytes(0, origin);
        built.release();
        Frame frame = decode(origin);
        cursor.wrap(frame);
        for (int i = 0; i < 3 * ALIKE; i++) {
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.bodyLength()).isEqualTo(i / ALIKE);
            assertThat(cursor.ownHeaders()).hasSize(i % 4 == 3 ? 1 : 0);
        }
        assertThat(cursor.next()).isFalse();
        frame.release();
    }

    private static byte[] repeated(byte[] event) {
        byte[] events = new byte[ALIKE * event.length];
        for (int i = 0; i < events.length; i++) {
            events[i] = event[i % event.length];
        }
        return events;
    }

    private static byte[] withInt(byte[] payload, int at, int value) {
        byte[] changed = payload.clone();
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        return changed;
    }

    @Test
    void shouldRefuseLiesInHeaderBlocksWithRightChecksums_R19() {
        // count, name length, name, value length, value
        assertShared(true, 1, 0, 1, 0, 'n', 1, 0, 0, 0, 'v');
        assertShared(true, 0, 0);
        assertShared(false, 0);
        assertShared(false, 2, 0, 1, 0, 'n', 1, 0, 0, 0, 'v');
        assertShared(false, 0, 0, 1, 0, 'n', 1, 0, 0, 0, 'v');
        assertShared(false, 1, 0, 2, 0, 'n', 1, 0, 0, 0, 'v');
        assertShared(false, 1, 0, 255, 255, 'n', 1, 0, 0, 0, 'v');
        assertShared(false, 1, 0, 1, 0, 'n', 2, 0, 0, 0, 'v');
        assertShared(false, 1, 0, 1, 0, 'n', 0, 0, 0, 0, 'v');
        assertShared(false, 1, 0, 1, 0, 'n', 255, 255, 255, 255, 'v');
        assertShared(false, 1, 0, 1, 0, 'n', 255, 255, 255, 127, 'v');
        assertShared(false, 255, 255, 1, 0, 'n', 1, 0, 0, 0, 'v');
        assertShared(false, 1, 0, 1, 0, 'n', 1, 0);
    }

    private void assertShared(boolean sound, int... block) {
        byte[] payload = new byte[block.length + 8];
        for (int i = 0; i < block.length; i++) {
            payload[i] = (byte) block[i];
        }
        byte[] origin = origin(1, block.length, payload);
        if (sound) {
            assertThat(decode(origin).sharedHeadersLength()).isEqualTo(block.length);
        } else {
            assertRefused(FrameException.Reason.STRUCTURE, origin);
        }
    }

    @Test
    void shouldRefuseWhatThisVersionDoesNotKnow_R19() {
        byte[] origin = origin(1, 0, event(13, 0));
        assertRefused(FrameException.Reason.VERSION, with(origin, FrameLayout.VERSION_OFFSET, 2));
        assertRefused(FrameException.Reason.TYPE, with(origin, FrameLayout.TYPE_OFFSET, 0));
        assertRefused(FrameException.Reason.TYPE, with(origin, FrameLayout.TYPE_OFFSET, 5));
        assertRefused(FrameException.Reason.TYPE, with(origin, FrameLayout.TYPE_OFFSET, 0xFF));
        assertRefused(FrameException.Reason.TYPE, with(origin, FrameLayout.FLAGS_OFFSET, 4));
        assertRefused(FrameException.Reason.TYPE, with(origin, FrameLayout.FLAGS_OFFSET + 1, 0x80));
        // Not what zstd writes.
        assertRefused(
                FrameException.Reason.STRUCTURE, with(origin, FrameLayout.FLAGS_OFFSET, FrameLayout.FLAG_COMPRESSED));
        // Types other than DATA have neither events nor flags.
        assertRefused(FrameException.Reason.TYPE, with(origin, FrameLayout.TYPE_OFFSET, FrameType.MARK.code()));
        byte[] mark = with(origin(0, 0, new byte[0]), FrameLayout.TYPE_OFFSET, FrameType.MARK.code());
        assertThat(decode(mark).type()).isEqualTo(FrameType.MARK);
        assertRefused(FrameException.Reason.TYPE, with(mark, FrameLayout.FLAGS_OFFSET, FrameLayout.FLAG_COMPRESSED));
    }

    @Test
    void shouldBoundLengthsBeforeMemoryIsTaken_R19() {
        decoder.checkLength(80);
        decoder.checkLength(1 << 20);
        for (int length : new int[] {Integer.MIN_VALUE, -1, 0, 79, (1 << 20) + 1, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> decoder.checkLength(length))
                    .isInstanceOf(FrameException.class)
                    .hasMessage("frame length: " + length + " (expected: 80 to 1048576)");
        }
        assertThatThrownBy(() -> new FrameDecoder(79)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldLeaveTheReferenceWithTheCallerWhenItRefuses() {
        ByteBuf bytes = Unpooled.directBuffer().writeBytes(origin(2, 0, event(13, 0)));
        assertThatThrownBy(() -> decoder.decodeUntrusted(bytes, 0)).isInstanceOf(FrameException.class);
        assertThat(bytes.refCnt()).isEqualTo(1);
        bytes.release();
        ByteBuf sound = Unpooled.directBuffer().writeBytes(origin(1, 0, event(13, 0)));
        Frame frame = decoder.decodeUntrusted(sound, 5000);
        assertThat(frame.pinnedBytes()).isEqualTo(5000);
        frame.release();
        assertThat(sound.refCnt()).isZero();
    }

    @Test
    void shouldStayWhereItWasWhenACursorMeetsALie() {
        byte[] first = event(13, 0);
        byte[] both = Arrays.copyOf(first, first.length + 8);
        both[first.length + 3] = (byte) 0x80;
        Frame frame = decoder.decode(Unpooled.wrappedBuffer(origin(2, 0, both)), 0);
        cursor.wrap(frame);
        assertThat(cursor.next()).isTrue();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(cursor::next).isInstanceOf(FrameException.class);
            assertThatThrownBy(() -> cursor.copyBodies(ByteBuffer.allocate(100), new byte[1]))
                    .isInstanceOf(FrameException.class);
            assertThat(cursor.body()).hasSize(13);
            assertThat(cursor.index()).isZero();
        }
        frame.release();
    }

    @Test
    void shouldReadTheOriginFromASliceOfALargerBuffer() {
        byte[] origin = origin(1, 0, event(13, 0));
        ByteBuf large = UnpooledByteBufAllocator.DEFAULT.directBuffer(1000);
        large.writeZero(77).writeBytes(origin).writeZero(100);
        large.readerIndex(77);
        Frame frame = decoder.decodeUntrusted(large.readRetainedSlice(origin.length), 1000);
        cursor.wrap(frame).next();
        assertThat(cursor.bodyLength()).isEqualTo(13);
        frame.release();
        assertThat(large.release()).isTrue();
    }

    private void assertRefused(FrameException.Reason reason, byte[] origin) {
        assertThatThrownBy(() -> decode(origin))
                .isInstanceOfSatisfying(
                        FrameException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private Frame decode(byte[] origin) {
        return decoder.decodeUntrusted(Unpooled.wrappedBuffer(origin), 0);
    }

    /** A prefix with these lengths and 13 bytes after it. */
    private static byte[] event(int bodyLength, int ownLength) {
        ByteBuffer event = ByteBuffer.allocate(21).order(ByteOrder.LITTLE_ENDIAN);
        return event.putInt(bodyLength)
                .putInt(ownLength)
                .put(utf8("thirteenbytes"))
                .array();
    }

    private static byte[] origin(int events, int sharedLength, byte[] payload) {
        ByteBuffer origin = ByteBuffer.allocate(40 + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        origin.put(VERSION_AT, FrameLayout.VERSION);
        origin.put(FrameLayout.inOrigin(FrameLayout.TYPE_OFFSET), FrameType.DATA.code());
        origin.putInt(FrameLayout.inOrigin(FrameLayout.EVENT_COUNT_OFFSET), events);
        origin.putInt(FrameLayout.inOrigin(FrameLayout.SHARED_LENGTH_OFFSET), sharedLength);
        origin.put(40, payload);
        rightChecksum(origin.array());
        return origin.array();
    }

    private static byte[] with(byte[] origin, int offsetInFrame, int value) {
        byte[] changed = origin.clone();
        changed[FrameLayout.inOrigin(offsetInFrame)] = (byte) value;
        rightChecksum(changed);
        return changed;
    }

    private static void rightChecksum(byte[] origin) {
        ByteBuffer.wrap(origin).order(ByteOrder.LITTLE_ENDIAN).putInt(0, checksum(origin));
    }

    private static int checksum(byte[] origin) {
        CRC32C crc = new CRC32C();
        crc.update(origin, VERSION_AT, origin.length - VERSION_AT);
        return (int) crc.getValue();
    }
}
