package io.headrace.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameCompressorTest {
    private static final int FLAGS_AT = FrameLayout.inOrigin(FrameLayout.FLAGS_OFFSET);
    private static final int PAYLOAD = FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);

    private final FrameCompressor compressor = new FrameCompressor(FrameCompressor.DEFAULT_LEVEL);
    private final FrameDecoder decoder = new FrameDecoder(1 << 20);
    private final List<Frame> frames = new ArrayList<>();

    @AfterEach
    void shouldHaveReleasedWhatItTook() {
        for (Frame frame : frames) {
            assertThat(frame.references()).isEqualTo(1);
            frame.release();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 9, FrameCompressor.MAX_LEVEL})
    void shouldHoldTheSameEventsUnderTheSameName(int level) {
        Frame plain = lines(500);
        Frame packed = own(new FrameCompressor(level).compress(plain, PooledByteBufAllocator.DEFAULT));
        assertThat(packed.isCompressed()).isTrue();
        assertThat(packed.length()).isLessThan(plain.length() / 3);
        assertThat(packed.pinnedBytes()).isLessThan(plain.pinnedBytes() / 2);
        assertThat(packed.plainLength()).isEqualTo(plain.length());
        assertThat(originWithoutFlags(packed)).isEqualTo(originWithoutFlags(plain));
        assertThat(events(packed)).isEqualTo(events(plain));

        Frame inflated = own(FrameCompressor.inflate(packed, PooledByteBufAllocator.DEFAULT));
        assertThat(bytes(inflated)).as("byte for byte what it was").isEqualTo(bytes(plain));
        assertThat(decode(bytes(packed)).eventCount()).isEqualTo(500);
    }

    @Test
    void shouldKeepTheFlagOfADerivedFrame() {
        FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
        builder.begin(Headers.EMPTY);
        builder.add(new byte[5_000]);
        Frame packed = own(compressor.compress(own(builder.buildDerived(7, 3, 1)), PooledByteBufAllocator.DEFAULT));
        assertThat(packed.flags()).isEqualTo(FrameLayout.FLAG_COMPRESSED | FrameLayout.FLAG_DERIVED);
        Frame inflated = own(FrameCompressor.inflate(packed, PooledByteBufAllocator.DEFAULT));
        assertThat(inflated.flags()).isEqualTo(FrameLayout.FLAG_DERIVED);
    }

    @Test
    void shouldLeaveAloneWhatIsNotForIt() {
        FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
        builder.begin(Headers.EMPTY);
        builder.add(new byte[FrameCompressor.LEAST_BYTES - FrameLayout.EVENT_PREFIX_LENGTH - 1]);
        assertUntouched(own(builder.build(new Producer(1), 1)));

        byte[] noise = new byte[50_000];
        new Random(1).nextBytes(noise);
        builder.begin(Headers.EMPTY);
        builder.add(noise);
        assertUntouched(own(builder.build(new Producer(1), 1)));

        assertUntouched(own(builder.buildControl(FrameType.PAD, new byte[4_000], 1)));
        assertUntouched(own(compressor.compress(lines(100), PooledByteBufAllocator.DEFAULT)));

        FrameLimits large = new FrameLimits(10, FrameLayout.DEFAULT_FRAME_BYTES, FrameLayout.MAX_INFLATED_BYTES + 1);
        FrameBuilder ofLarge = new FrameBuilder(PooledByteBufAllocator.DEFAULT, large);
        ofLarge.begin(Headers.EMPTY);
        ofLarge.add(new byte[FrameLayout.MAX_INFLATED_BYTES + 1 - FrameLayout.EVENT_PREFIX_LENGTH]);
        assertUntouched(own(ofLarge.build(new Producer(1), 1)));
        Frame plain = lines(3);
        assertThat(FrameCompressor.inflate(plain, PooledByteBufAllocator.DEFAULT))
                .isSameAs(plain);
        plain.release();
    }

    private void assertUntouched(Frame frame) {
        assertThat(compressor.compress(frame, PooledByteBufAllocator.DEFAULT)).isSameAs(frame);
        frame.release();
    }

    @Test
    void shouldReadSharedHeadersWithoutInflating() {
        byte[] damaged = bytes(own(compressor.compress(lines(100), PooledByteBufAllocator.DEFAULT)));
        damaged[damaged.length - 1] ^= 1;
        damaged[damaged.length / 2] ^= 1;
        Frame frame = own(new FrameDecoder(1 << 20).decode(Unpooled.wrappedBuffer(rightChecksum(damaged)), 0));
        EventCursor cursor = new EventCursor().wrap(frame);
        assertThat(cursor.sharedHeaders()).containsEntry("host", "web-1");
        assertThatThrownBy(cursor::next).isInstanceOf(FrameException.class);
    }

    @Test
    void shouldGoFromOneKindOfFrameToTheOther() {
        Frame plain = lines(20);
        Frame packed = own(compressor.compress(lines(200), PooledByteBufAllocator.DEFAULT));
        Frame small = own(compressor.compress(lines(30), PooledByteBufAllocator.DEFAULT));
        EventCursor cursor = new EventCursor();
        for (Frame frame : List.of(packed, plain, small, packed, small, plain)) {
            cursor.wrap(frame);
            assertThat(cursor.onlySharedHeaders()).isFalse();
            int events = 0;
            while (cursor.next()) {
                assertThat(new String(cursor.body(), StandardCharsets.US_ASCII)).isEqualTo(line(events));
                assertThat(cursor.header("number")).isEqualTo(events % 10 == 0 ? "" + events : null);
                assertThat(cursor.header("host")).isEqualTo("web-1");
                events++;
            }
            assertThat(events).isEqualTo(frame.eventCount());
            cursor.rewind();
            ByteBuffer target = ByteBuffer.allocate(100_000);
            assertThat(cursor.copyBodies(target, new byte[] {'\n'})).isEqualTo(frame.eventCount());
            cursor.wrap(frame);
            ByteBuffer again = ByteBuffer.allocate(100_000);
            assertThat(cursor.copyBodies(again, new byte[] {'\n'})).isEqualTo(frame.eventCount());
            assertThat(again).isEqualTo(target);
        }
    }

    @Test
    void shouldCopyEventsIntoAnotherFrame() {
        Frame packed = own(compressor.compress(lines(100), PooledByteBufAllocator.DEFAULT));
        FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
        EventCursor cursor = new EventCursor().wrap(packed);
        builder.begin(Headers.of(cursor.sharedHeaders()));
        while (cursor.next()) {
            assertThat(
                            cursor.index() % 2 == 0
                                    ? builder.add(cursor)
                                    : builder.add(Headers.of(cursor.ownHeaders()), cursor))
                    .isTrue();
        }
        assertThat(events(own(builder.build(new Producer(1), 1)))).isEqualTo(events(packed));
    }

    @Test
    void shouldRefuseALieAboutTheLengthBeforeItTakesMemory_R19() {
        byte[] origin = bytes(own(compressor.compress(lines(100), PooledByteBufAllocator.DEFAULT)));
        int at = PAYLOAD + sharedLength(origin);
        int length = ByteBuffer.wrap(origin).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int lie : new int[] {
            length + 1,
            length - 1,
            0,
            -1,
            Integer.MAX_VALUE,
            Integer.MIN_VALUE,
            FrameLayout.MAX_INFLATED_BYTES,
            FrameLayout.MAX_INFLATED_BYTES + 1,
            1 << 20,
            900_000
        }) {
            byte[] lying = origin.clone();
            ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putInt(at, lie);
            rightChecksum(lying);
            long before = threads.getCurrentThreadAllocatedBytes();
            assertThatThrownBy(() -> decode(lying)).as("%d", lie).isInstanceOf(FrameException.class);
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(500_000);
            // Behind a checksum that nobody doubts, as in a log.
            Frame stored = own(new FrameDecoder(Integer.MAX_VALUE).decode(Unpooled.wrappedBuffer(lying), 0));
            assertThatThrownBy(() -> new EventCursor().wrap(stored).next())
                    .isInstanceOf(FrameException.class)
                    .hasMessageContaining("inflated length: " + Integer.toUnsignedString(lie) + " (expected: ");
            assertThatThrownBy(() -> FrameCompressor.inflate(stored, PooledByteBufAllocator.DEFAULT))
                    .isInstanceOf(FrameException.class);
        }
    }

    /** The frame and zstd say the same, and it is true. */
    @Test
    void shouldRefuseMoreThanAnyFrameIs_R19() {
        int length = FrameLayout.MAX_INFLATED_BYTES + 1;
        ByteBuf packed = Unpooled.directBuffer(Zstd.bound(length));
        int packedLength = Zstd.compress(1, ByteBuffer.allocateDirect(length), 0, length, packed);
        byte[] origin = bytes(own(compressor.compress(lines(100), PooledByteBufAllocator.DEFAULT)));
        int at = PAYLOAD + sharedLength(origin);
        byte[] bomb = java.util.Arrays.copyOf(origin, at + Integer.BYTES + packedLength);
        packed.setIndex(0, packedLength)
                .readBytes(bomb, at + Integer.BYTES, packedLength)
                .release();
        ByteBuffer.wrap(bomb).order(ByteOrder.LITTLE_ENDIAN).putInt(at, length);
        rightChecksum(bomb);
        FrameDecoder any = new FrameDecoder(Integer.MAX_VALUE);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> any.decodeUntrusted(Unpooled.wrappedBuffer(bomb), 0))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("inflated length: " + length);
        Frame stored = own(any.decode(Unpooled.wrappedBuffer(bomb), 0));
        assertThatThrownBy(() -> new EventCursor().wrap(stored).next())
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("inflated length: " + length);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000_000);
    }

    @Test
    void shouldRefuseAFrameThatIsTooLongWhenInflated_R19() {
        Frame packed = own(compressor.compress(lines(1_000), PooledByteBufAllocator.DEFAULT));
        byte[] origin = bytes(packed);
        assertThat(packed.length()).isLessThan(packed.plainLength() - 1);
        FrameDecoder tight = new FrameDecoder(packed.plainLength() - 1);
        assertThatThrownBy(() -> tight.decodeUntrusted(Unpooled.wrappedBuffer(origin), 0))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("frame length: " + packed.plainLength());
        own(new FrameDecoder(packed.plainLength()).decodeUntrusted(Unpooled.wrappedBuffer(origin), 0));
    }

    @Test
    void shouldRefuseEveryCutOfCompressedEvents_R19() {
        byte[] origin = bytes(own(compressor.compress(lines(40), PooledByteBufAllocator.DEFAULT)));
        for (int length = PAYLOAD + sharedLength(origin); length < origin.length; length++) {
            byte[] cut = rightChecksum(java.util.Arrays.copyOf(origin, length));
            assertThatThrownBy(() -> decode(cut)).as("cut at %d", length).isInstanceOf(FrameException.class);
        }
    }

    @Test
    void shouldRefuseEventsThatDoNotFillWhatWasInflated_R19() {
        Frame plain = lines(40);
        byte[] fewer = bytes(plain);
        int count = FrameLayout.inOrigin(FrameLayout.EVENT_COUNT_OFFSET);
        ByteBuffer.wrap(fewer).order(ByteOrder.LITTLE_ENDIAN).putInt(count, 39);
        ByteBuf direct = Unpooled.directBuffer().writeBytes(rightChecksum(fewer));
        Frame lying = own(decoder.decode(direct, 0));
        byte[] packed = bytes(own(compressor.compress(lying, PooledByteBufAllocator.DEFAULT)));
        assertThatThrownBy(() -> decode(packed))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("39 events end at");
    }

    @Test
    void shouldKeepLittleMemoryFromFrameToFrame() {
        FrameLimits limits = new FrameLimits(10, FrameLayout.DEFAULT_FRAME_BYTES, 1 << 24);
        FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, limits);
        builder.begin(Headers.EMPTY);
        builder.add(new byte[1 << 24]);
        Frame large = own(compressor.compress(own(builder.build(new Producer(1), 1)), PooledByteBufAllocator.DEFAULT));
        assertThat(large.isCompressed()).isTrue();
        Frame small = own(compressor.compress(lines(100), PooledByteBufAllocator.DEFAULT));
        EventCursor cursor = new EventCursor();
        assertThat(cursor.wrap(large).next()).isTrue();
        assertThat(cursor.buffer().capacity()).isGreaterThan(1 << 24);
        assertThat(cursor.wrap(small).next()).isTrue();
        assertThat(cursor.buffer().capacity()).isLessThan(100_000);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100; i++) {
            cursor.wrap(small).next();
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
    }

    @Test
    void shouldRefuseALevelThatIsNone() {
        for (int level : new int[] {0, -1, FrameCompressor.MAX_LEVEL + 1}) {
            assertThatThrownBy(() -> new FrameCompressor(level))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("compressionLevel: " + level + " (expected: 1 to 19)");
        }
    }

    private Frame own(Frame frame) {
        if (!frames.contains(frame)) {
            frames.add(frame);
        }
        return frame;
    }

    private Frame decode(byte[] origin) {
        return own(decoder.decodeUntrusted(Unpooled.wrappedBuffer(origin), 0));
    }

    private Frame lines(int count) {
        FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
        builder.begin(Headers.of(Map.of("host", "web-1")));
        for (int i = 0; i < count; i++) {
            Headers own = i % 10 == 0 ? Headers.of(Map.of("number", "" + i)) : Headers.EMPTY;
            assertThat(builder.add(own, line(i).getBytes(StandardCharsets.US_ASCII)))
                    .isTrue();
        }
        return own(builder.build(new Producer(0x1234), 5));
    }

    private static String line(int number) {
        return "GET /index.html?page=" + number + " HTTP/1.1 200 " + number * 31 % 1000 + " Mozilla/5.0 (X11; Linux)";
    }

    static List<String> events(Frame frame) {
        List<String> events = new ArrayList<>();
        EventCursor cursor = new EventCursor().wrap(frame);
        while (cursor.next()) {
            events.add(cursor.headers() + new String(cursor.body(), StandardCharsets.UTF_8));
        }
        return events;
    }

    /** Bytes 48 to 80 and the shared headers, and what stands before the flags. */
    private static byte[] originWithoutFlags(Frame frame) {
        byte[] origin = bytes(frame);
        byte[] same = java.util.Arrays.copyOf(origin, PAYLOAD + frame.sharedHeadersLength());
        ByteBuffer.wrap(same).putInt(0, 0).putShort(FLAGS_AT, (short) 0);
        return same;
    }

    private static byte[] bytes(Frame frame) {
        byte[] bytes = new byte[frame.buffer().capacity()];
        frame.buffer().getBytes(0, bytes);
        return bytes;
    }

    private static int sharedLength(byte[] origin) {
        return ByteBuffer.wrap(origin)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt(FrameLayout.inOrigin(FrameLayout.SHARED_LENGTH_OFFSET));
    }

    private static byte[] rightChecksum(byte[] origin) {
        int checked = FrameLayout.inOrigin(FrameLayout.VERSION_OFFSET);
        CRC32C crc = new CRC32C();
        crc.update(origin, checked, origin.length - checked);
        ByteBuffer.wrap(origin).order(ByteOrder.LITTLE_ENDIAN).putInt(0, (int) crc.getValue());
        return origin;
    }
}
