package io.headrace.engine.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.TestContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.EventSerializer;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameCompressor;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of a frame is the same whether it was compressed on its way or not. */
class CompressedReadersTest {
    private final Frame plain = plain();
    private final Frame packed = new FrameCompressor(1).compress(plain, PooledByteBufAllocator.DEFAULT);

    @AfterEach
    void release() {
        plain.release();
        packed.release();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "header_and_text"})
    void shouldBeTheSameForASerializer(String type) {
        EventSerializer serializer = ComponentRegistry.load()
                .get(ComponentProvider.OfSerializer.class, type)
                .create(new TestContext(Map.of()));
        assertThat(packed.isCompressed()).isTrue();
        assertThat(written(serializer, packed)).isEqualTo(written(serializer, plain));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "number"})
    void shouldBeSplitTheSame(String header) {
        EventHashing hash = new EventHashing(header.isEmpty() ? null : header);
        try (FrameSplitter splitter = new FrameSplitter(hash, "body", 3)) {
            Frame[] ofPlain = splitter.split(plain);
            Frame[] ofPacked = splitter.split(packed);
            for (int lane = 0; lane < 3; lane++) {
                if (ofPlain[lane] == plain) {
                    assertThat(ofPacked[lane]).isSameAs(packed);
                } else {
                    assertThat(bytes(ofPacked[lane])).isEqualTo(bytes(ofPlain[lane]));
                }
                release(ofPlain[lane]);
                release(ofPacked[lane]);
            }
        }
    }

    @Test
    void shouldSplitAFrameThatIsLargerInflatedThanFramesAreBuilt() {
        try (FrameBuilder builder =
                        new FrameBuilder(PooledByteBufAllocator.DEFAULT, new FrameLimits(1_000, 3 << 20, 3 << 20));
                FrameSplitter splitter = new FrameSplitter(new EventHashing(null), "body", 2)) {
            builder.begin(Headers.EMPTY);
            for (int i = 0; i < 500; i++) {
                byte[] body = new byte[5_000];
                ByteBuffer.wrap(body).putInt(i);
                assertThat(builder.add(body)).isTrue();
            }
            Frame large = builder.build(new Producer(1), 1);
            Frame small = new FrameCompressor(1).compress(large, PooledByteBufAllocator.DEFAULT);
            assertThat(small.length()).isLessThan(100_000);
            Frame[] parts = splitter.split(small);
            assertThat(parts[0].eventCount() + parts[1].eventCount()).isEqualTo(500);
            release(parts[0]);
            release(parts[1]);
            large.release();
            small.release();
        }
    }

    private static void release(Frame frame) {
        if (frame != null) {
            frame.release();
        }
    }

    private static byte[] bytes(Frame frame) {
        if (frame == null) {
            return new byte[0];
        }
        byte[] bytes = new byte[frame.buffer().capacity()];
        frame.buffer().getBytes(0, bytes);
        return bytes;
    }

    private static ByteBuffer written(EventSerializer serializer, Frame frame) {
        ByteBuffer out = ByteBuffer.allocateDirect(1 << 20);
        EventCursor cursor = new EventCursor().wrap(frame);
        while (cursor.next()) {
            assertThat(serializer.maxLength(cursor)).isPositive();
            serializer.write(cursor, out);
        }
        return out.flip();
    }

    private static Frame plain() {
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            builder.begin(Headers.of(Map.of("host", "web-1", "number", "none")));
            for (int i = 0; i < 300; i++) {
                Headers own = i % 3 == 0 ? Headers.of(Map.of("number", "n" + i)) : Headers.EMPTY;
                builder.add(
                        own,
                        ("a line of a log with the number " + i).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            builder.add(new byte[0]);
            return builder.build(new Producer(1), 1);
        }
    }
}
