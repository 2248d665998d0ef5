package io.headrace.frame;

import static io.headrace.frame.GoldenFrames.ordered;
import static io.headrace.frame.GoldenFrames.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameBuilderTest {
    private final Producer producer = new Producer(7);
    private final EventCursor cursor = new EventCursor();
    private FrameBuilder builder = new FrameBuilder(ByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);

    @AfterEach
    void close() {
        builder.close();
    }

    @Test
    void shouldNeedNoMemoryForEventsThatItWasTakenFor() {
        Exhaustible memory = new Exhaustible();
        builder = new FrameBuilder(memory, new FrameLimits(100, 16 << 10, 1 << 20));
        builder.begin(Headers.EMPTY);
        builder.add(new byte[10]);
        assertThat(builder.reserve(3, 9_000)).isTrue();
        memory.exhausted = true;
        for (int i = 0; i < 3; i++) {
            assertThat(builder.add(new byte[3_000])).isTrue();
        }
        memory.exhausted = false;
        Frame frame = builder.build(producer, 1);
        assertThat(frame.eventCount()).isEqualTo(4);
        frame.release();
    }

    @Test
    void shouldTakeMemoryOnlyForEventsThatAllFitIntoTheFrame() {
        builder = new FrameBuilder(ByteBufAllocator.DEFAULT, new FrameLimits(4, 1 << 10, 1 << 20));
        builder.begin(Headers.EMPTY);
        builder.add(new byte[100]);
        int left = (1 << 10) - FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH) - builder.payloadBytes();
        assertThat(builder.reserve(4, 10)).isFalse();
        assertThat(builder.reserve(2, left - 15)).isFalse();
        assertThat(builder.reserve(2, Long.MAX_VALUE / 2)).isFalse();
        assertThat(builder.reserve(2, left - 16)).isTrue();
        assertThat(builder.add(new byte[left - 16])).isTrue();
        assertThat(builder.add(new byte[0])).isTrue();
        assertThat(builder.add(new byte[0])).isFalse();
    }

    /** Gives nothing while it is exhausted. */
    private static final class Exhaustible extends AbstractByteBufAllocator {
        private boolean exhausted;

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (exhausted) {
                throw new OutOfMemoryError("direct memory: " + initialCapacity + " bytes (expected: none)");
            }
            return UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBringBackEventsOfAnyShape(boolean pooled) {
        builder = new FrameBuilder(
                pooled ? PooledByteBufAllocator.DEFAULT : ByteBufAllocator.DEFAULT,
                new FrameLimits(50, 16 << 10, 1 << 20));
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Headers shared = headers(random);
            List<Headers> owns = new ArrayList<>();
            List<byte[]> bodies = new ArrayList<>();
            builder.begin(shared);
            boolean taken = true;
            while (taken) {
                Headers own = headers(random);
                byte[] body = new byte[random.nextInt(10) == 0 ? random.nextInt(20_000) : random.nextInt(300)];
                random.nextBytes(body);
                taken = add(random, own, body);
                if (taken) {
                    owns.add(own);
                    bodies.add(body);
                }
            }
            Frame frame = builder.build(producer, seed);
            Frame received = decode(frame);
            cursor.wrap(received);
            for (int i = 0; i < bodies.size(); i++) {
                assertThat(cursor.next()).isTrue();
                assertThat(cursor.index()).isEqualTo(i);
                assertThat(cursor.body()).isEqualTo(bodies.get(i));
                assertThat(cursor.ownHeaders()).isEqualTo(owns.get(i).asMap());
                assertThat(cursor.sharedHeaders()).isEqualTo(shared.asMap());
                Map<String, String> all = new HashMap<>(shared.asMap());
                all.putAll(owns.get(i).asMap());
                assertThat(cursor.headers()).isEqualTo(all);
                all.forEach((name, value) -> assertThat(cursor.header(name)).isEqualTo(value));
                assertThat(cursor.header("absent")).isNull();
            }
            assertThat(cursor.next()).isFalse();
            received.release();
        }
    }

    private boolean add(Random random, Headers own, byte[] body) {
        return switch (random.nextInt(4)) {
            case 0 -> builder.add(own, body);
            case 1 -> builder.add(own, ByteBuffer.wrap(body), 0, body.length);
            case 2 -> {
                ByteBuffer direct = ByteBuffer.allocateDirect(body.length + 9);
                direct.put(5, body);
                yield builder.add(own, direct.asReadOnlyBuffer(), 5, body.length);
            }
            default -> {
                try (FrameBuilder other = new FrameBuilder(ByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
                    other.begin(Headers.EMPTY);
                    other.add(own, body);
                    Frame frame = other.build(producer, 0);
                    EventCursor event = new EventCursor().wrap(frame);
                    event.next();
                    boolean taken = random.nextBoolean() ? builder.add(event) : builder.add(own, event);
                    frame.release();
                    yield taken;
                }
            }
        };
    }

    @Test
    void shouldTakeANullHeaderValueAsEmpty() {
        Map<String, String> headers = new HashMap<>();
        headers.put("name", null);
        builder.begin(Headers.of(headers));
        builder.add(utf8("x"));
        Frame frame = decode(builder.build(producer, 0));
        cursor.wrap(frame).next();
        assertThat(cursor.header("name")).isEmpty();
        frame.release();
    }

    @Test
    void shouldLetAnEventOf16MiBTravelAlone() {
        byte[] large = new byte[FrameLayout.DEFAULT_MAX_EVENT_BYTES];
        new Random(1).nextBytes(large);
        builder.begin(Headers.of(ordered("host", "a")));
        assertThat(builder.add(utf8("small"))).isTrue();
        assertThat(builder.add(large)).isFalse();
        builder.build(producer, 0).release();
        builder.begin(Headers.EMPTY);
        assertThat(builder.add(large)).isTrue();
        assertThat(builder.add(new byte[0])).isFalse();
        Frame frame = decode(builder.build(producer, 0));
        assertThat(frame.eventCount()).isEqualTo(1);
        cursor.wrap(frame).next();
        assertThat(cursor.body()).isEqualTo(large);
        frame.release();
    }

    @Test
    void shouldRefuseALargerEventAndLeaveTheFrameAsBefore() {
        builder = new FrameBuilder(ByteBufAllocator.DEFAULT, new FrameLimits(10, 4096, 100));
        builder.begin(Headers.EMPTY);
        builder.add(utf8("kept"));
        int before = builder.payloadBytes();
        assertThatThrownBy(() -> builder.add(new byte[101]))
                .isInstanceOf(EventTooLargeException.class)
                .hasMessage("event of 101 bytes (expected: <= maxEventBytes 100)");
        Headers own = Headers.of(ordered("k", "v"));
        assertThatThrownBy(() -> builder.add(own, new byte[100 - own.encodedLength() + 1]))
                .isInstanceOf(EventTooLargeException.class);
        assertThatThrownBy(() -> builder.add(ByteBuffer.allocate(10), 5, 6))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> builder.add(ByteBuffer.allocate(10), -1, 6))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> builder.add(ByteBuffer.allocate(10), 0, -1))
                .isInstanceOf(IllegalArgumentException.class);
        ByteBuffer bytes = ByteBuffer.allocate(10);
        assertThatThrownBy(() -> builder.add(bytes, 0, -1, bytes, 0, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("length of headers: -1 (expected: >= 0)");
        assertThat(builder.payloadBytes()).isEqualTo(before);
        assertThat(builder.eventCount()).isEqualTo(1);
        assertThat(builder.add(new byte[100])).isTrue();
        Frame frame = decode(builder.build(producer, 0));
        cursor.wrap(frame).next();
        assertThat(cursor.body()).isEqualTo(utf8("kept"));
        frame.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1 << 20})
    void shouldCloseAFrameAtBatchSize(int maxEventBytes) {
        builder = new FrameBuilder(ByteBufAllocator.DEFAULT, new FrameLimits(3, 4096, maxEventBytes));
        builder.begin(Headers.EMPTY);
        for (int i = 0; i < 3; i++) {
            assertThat(builder.add(new byte[1])).isTrue();
        }
        assertThat(builder.add(new byte[0])).isFalse();
        Frame frame = builder.build(producer, 0);
        assertThat(frame.eventCount()).isEqualTo(3);
        frame.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {1024, 4096, 192 * 1024, 1024 * 1024})
    void shouldCloseAFrameAtFrameBytesSoThatItFillsAPooledBuffer(int frameBytes) {
        builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, new FrameLimits(1 << 30, frameBytes, 1 << 20));
        for (int size : new int[] {0, 1, 99, 500}) {
            for (int round = 0; round < 4; round++) {
                builder.begin(Headers.EMPTY);
                int events = 0;
                while (builder.add(new byte[size])) {
                    events++;
                }
                Frame frame = builder.build(producer, 0);
                assertThat(events).isEqualTo((frameBytes - 40) / (size + 8));
                assertThat(frame.eventCount()).isEqualTo(events);
                assertThat(frame.pinnedBytes()).isLessThanOrEqualTo(frameBytes);
                if (round == 3 && size < 100) {
                    assertThat(frame.pinnedBytes()).isEqualTo(frameBytes);
                }
                frame.release();
            }
        }
    }

    @Test
    void shouldStayFullWhenItTakesMoreMemory() {
        builder = new FrameBuilder(ByteBufAllocator.DEFAULT, new FrameLimits(3, 4096, 1 << 20));
        builder.begin(Headers.EMPTY);
        for (int i = 0; i < 3; i++) {
            assertThat(builder.add(new byte[1])).isTrue();
        }
        assertThat(builder.reserve(0, 2000)).isTrue();
        assertThat(builder.add(new byte[1])).isFalse();
        builder.build(producer, 0).release();
        assertThat(producer.nextEventNumber()).isEqualTo(3);
    }

    /** A pool has memory of a few sizes only. */
    @Test
    void shouldCloseAFrameAtFrameBytesInLargerMemory() {
        int frameBytes = 5000;
        FramePool pool = new FramePool(PooledByteBufAllocator.DEFAULT, 1 << 20);
        builder = new FrameBuilder(pool, new FrameLimits(1 << 30, frameBytes, 1 << 20));
        for (int round = 0; round < 4; round++) {
            builder.begin(Headers.EMPTY);
            while (builder.add(ByteBuffer.allocate(1), 0, 1)) {
                assertThat(builder.payloadBytes()).isLessThanOrEqualTo(frameBytes - 40);
            }
            assertThat(builder.eventCount()).isEqualTo((frameBytes - 40) / 9);
            builder.build(producer, 0).release();
        }
        pool.trim();
        pool.trim();
    }

    @Test
    void shouldTakeNoEventBehindAFrameThatIsBuilt() {
        builder.begin(Headers.EMPTY);
        builder.add(new byte[1]);
        builder.build(producer, 0).release();
        assertThatThrownBy(() -> builder.add(new byte[1]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no frame is open");
        assertThat(builder.eventCount()).isZero();
    }

    @Test
    void shouldGiveEventNumbersOnceAndOnlyToFramesWithEvents() {
        assertThatThrownBy(() -> builder.build(producer, 0)).isInstanceOf(IllegalStateException.class);
        builder.begin(Headers.EMPTY);
        assertThatThrownBy(() -> builder.build(producer, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no events");
        assertThatThrownBy(() -> builder.buildDerived(1, 0, 0)).isInstanceOf(IllegalStateException.class);
        builder.add(new byte[1]);
        builder.add(new byte[1]);
        Frame first = builder.build(producer, 0);
        builder.begin(Headers.EMPTY);
        builder.add(new byte[1]);
        Frame second = builder.build(producer, 0);
        assertThat(first.firstEventNumber()).isZero();
        assertThat(second.firstEventNumber()).isEqualTo(2);
        assertThat(producer.nextEventNumber()).isEqualTo(3);
        first.release();
        second.release();
    }

    @Test
    void shouldRefuseWhatIsOutOfTurn() {
        assertThatThrownBy(() -> builder.add(new byte[1])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.addLines(ByteBuffer.allocate(1), 0, 1))
                .isInstanceOf(IllegalStateException.class);
        builder.begin(Headers.EMPTY);
        assertThatThrownBy(() -> builder.begin(Headers.EMPTY)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.buildControl(FrameType.MARK, new byte[0], 0))
                .isInstanceOf(IllegalStateException.class);
        builder.discard();
        assertThat(builder.isOpen()).isFalse();
        assertThatThrownBy(() -> builder.buildControl(FrameType.DATA, new byte[0], 0))
                .isInstanceOf(IllegalArgumentException.class);
        builder.discard();
    }

    @Test
    void shouldNotLetSmallFramesPinLargeMemory() {
        for (int round = 0; round < 50; round++) {
            Frame large = build(1000, 150);
            assertThat(large.pinnedBytes()).isLessThan(2 * large.length());
            Frame small = build(1, 150);
            assertThat(small.pinnedBytes()).isBetween(small.length() - 40, 4096);
            Frame middle = build(100, 150);
            assertThat(middle.pinnedBytes()).isLessThanOrEqualTo(2 * middle.length());
            large.release();
            small.release();
            middle.release();
        }
    }

    @Test
    void shouldAgreeWithTheAllocatorOnWhatIsPinned() {
        PooledByteBufAllocator pool = new PooledByteBufAllocator(true);
        builder = new FrameBuilder(pool, FrameLimits.DEFAULT);
        List<Frame> frames = new ArrayList<>();
        long pinned = 0;
        for (int events = 1; events < 1300; events += 37) {
            Frame frame = build(events, 140);
            frames.add(frame);
            pinned += frame.pinnedBytes();
            assertThat(pool.pinnedDirectMemory()).isEqualTo(pinned);
        }
        frames.forEach(Frame::release);
        assertThat(pool.pinnedDirectMemory()).isZero();
    }

    @Test
    void shouldKeepTheFrameWhenMemoryRunsOut() {
        ScarceAllocator scarce = new ScarceAllocator();
        builder = new FrameBuilder(scarce, FrameLimits.DEFAULT);
        for (int allowed = 0; allowed < 4; allowed++) {
            scarce.left = allowed;
            int events = 0;
            try {
                builder.begin(Headers.EMPTY);
                while (events < 1000) {
                    builder.add(new byte[100]);
                    events++;
                }
            } catch (OutOfMemoryError e) {
                assertThat(builder.eventCount()).isEqualTo(events);
            }
            scarce.left = Integer.MAX_VALUE;
            if (builder.isOpen() && builder.add(utf8("last"))) {
                Frame frame = decode(builder.build(producer, 0));
                assertThat(frame.eventCount()).isEqualTo(events + 1);
                frame.release();
            }
            builder.discard();
            assertThat(scarce.used()).isZero();
            builder = new FrameBuilder(scarce, FrameLimits.DEFAULT);
        }
    }

    /** Has so many buffers left and no more. */
    private static final class ScarceAllocator extends AbstractByteBufAllocator {
        private final UnpooledByteBufAllocator plenty = new UnpooledByteBufAllocator(true);
        private int left;

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (left-- <= 0) {
                throw new OutOfMemoryError("on purpose");
            }
            return plenty.directBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            throw new AssertionError("a heap buffer (expected: direct ones)");
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }

        long used() {
            return plenty.metric().usedDirectMemory();
        }
    }

    @Test
    void shouldSplitLinesAsAPlainLoopDoes() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] text = new byte[random.nextInt(6_000)];
            byte[] alphabet = {'\n', '\r', 'a', (byte) 0x8A, 0x0B, (byte) 0x0A, 0, (byte) 0xFF, 'b', 'c', 'd', 'e'};
            for (int i = 0; i < text.length; i++) {
                text[i] = random.nextInt(3) > 0 ? (byte) ('a' + i % 26) : alphabet[random.nextInt(alphabet.length)];
            }
            int from = Math.min(text.length, random.nextInt(20));
            ByteBuffer source = ByteBuffer.allocateDirect(text.length);
            source.put(0, text);
            assertThat(linesByBuilder(random.nextBoolean() ? source : ByteBuffer.wrap(text), from, text.length))
                    .as("seed %d", seed)
                    .isEqualTo(linesByLoop(text, from, text.length));
        }
    }

    @Test
    void shouldStopBeforeALineThatIsTooLongForAnyFrame() {
        builder = new FrameBuilder(ByteBufAllocator.DEFAULT, new FrameLimits(1000, 1024, 2000));
        byte[] text = new byte[2 + 2001 + 1];
        java.util.Arrays.fill(text, (byte) 'x');
        text[1] = '\n';
        text[text.length - 1] = '\n';
        ByteBuffer source = ByteBuffer.wrap(text);
        builder.begin(Headers.EMPTY);
        assertThat(builder.addLines(source, 0, text.length)).isEqualTo(2);
        builder.build(producer, 0).release();
        builder.begin(Headers.EMPTY);
        assertThat(builder.addLines(source, 2, text.length)).isEqualTo(2);
        assertThat(builder.eventCount()).isZero();
        // One byte less is a line that is longer than a frame, alone in one.
        assertThat(builder.addLines(source, 3, text.length)).isEqualTo(text.length);
        builder.build(producer, 0).release();
        assertThatThrownBy(() -> builder.addLines(source, 0, text.length + 1))
                .isInstanceOf(IllegalStateException.class);
        builder.begin(Headers.EMPTY);
        assertThatThrownBy(() -> builder.addLines(source, 0, text.length + 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void shouldCopyBodiesWithASuffixWhileTheyFit() {
        builder.begin(Headers.EMPTY);
        String wanted = "";
        for (int i = 0; i < 100; i++) {
            builder.add(utf8("line " + i));
            wanted += "line " + i + "\n";
        }
        Frame frame = builder.build(producer, 0);
        byte[] all = utf8(wanted);
        for (int size = 8; size < all.length + 20; size += 7) {
            ByteBuffer target = ByteBuffer.allocate(size);
            ByteBuffer copied = ByteBuffer.allocate(all.length);
            cursor.wrap(frame);
            int events = 0;
            for (int some = cursor.copyBodies(target, new byte[] {'\n'});
                    some > 0;
                    some = cursor.copyBodies(target.clear(), new byte[] {'\n'})) {
                events += some;
                assertThat(cursor.index()).isEqualTo(events - 1);
                copied.put(target.flip());
            }
            assertThat(events).isEqualTo(100);
            assertThat(copied.array()).isEqualTo(all);
        }
        cursor.wrap(frame);
        assertThat(cursor.copyBodies(ByteBuffer.allocate(6), new byte[] {'\n'})).isZero();
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.body()).isEqualTo(utf8("line 0"));
        frame.release();
    }

    private List<String> linesByBuilder(ByteBuffer source, int from, int to) {
        FrameBuilder lines = new FrameBuilder(ByteBufAllocator.DEFAULT, new FrameLimits(40, 1024, 10_000));
        List<String> found = new ArrayList<>();
        int at = from;
        while (true) {
            lines.begin(Headers.EMPTY);
            int end = lines.addLines(source, at, to);
            if (end == at) {
                lines.close();
                found.add("rest from " + at);
                return found;
            }
            at = end;
            Frame frame = lines.build(producer, 0);
            cursor.wrap(frame);
            while (cursor.next()) {
                found.add(new String(cursor.body(), java.nio.charset.StandardCharsets.ISO_8859_1));
            }
            frame.release();
        }
    }

    private static List<String> linesByLoop(byte[] text, int from, int to) {
        List<String> found = new ArrayList<>();
        int begin = from;
        for (int i = from; i < to; i++) {
            if (text[i] == '\n') {
                int end = i > begin && text[i - 1] == '\r' ? i - 1 : i;
                found.add(new String(text, begin, end - begin, java.nio.charset.StandardCharsets.ISO_8859_1));
                begin = i + 1;
            }
        }
        found.add("rest from " + begin);
        return found;
    }

    private Frame build(int events, int bodyLength) {
        builder.begin(Headers.EMPTY);
        for (int i = 0; i < events; i++) {
            builder.add(new byte[bodyLength]);
        }
        return builder.build(producer, 0);
    }

    /** Decodes what would have crossed the wire, and gives up the frame. */
    private static Frame decode(Frame frame) {
        ByteBuf wire = frame.retainedBuf();
        frame.release();
        return new FrameDecoder(64 << 20).decodeUntrusted(wire, 0);
    }

    private static Headers headers(Random random) {
        if (random.nextInt(3) > 0) {
            return Headers.of(Collections.emptyMap());
        }
        Map<String, String> map = new HashMap<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            map.put("näme" + random.nextInt(5), "v".repeat(random.nextInt(30)) + "€");
        }
        return Headers.of(map);
    }
}
