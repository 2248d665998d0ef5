package io.headrace.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameMemoryTest {
    private static final int CAPACITY = 64 * 1024;

    private final FrameDecoder decoder = new FrameDecoder(1 << 20);
    private final ByteBuf buf = Unpooled.directBuffer(CAPACITY);
    private final FrameMemory memory = new FrameMemory(buf);
    private final FrameBuilder builder = new FrameBuilder(UnpooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
    private final Producer producer = new Producer(5);
    private int filled;

    @AfterEach
    void close() {
        builder.close();
        memory.release();
        assertThat(buf.refCnt()).isZero();
    }

    @Test
    void shouldMakeFramesThatShowTheirPartOfTheMemory() {
        Frame first = frame("first");
        Frame second = frame("the second one");

        assertThat(second.firstEventNumber()).isEqualTo(first.firstEventNumber() + 1);
        assertThat(bodyOf(first)).isEqualTo("first");
        assertThat(bodyOf(second)).isEqualTo("the second one");
        ByteBuffer nio = second.nioBuffer();
        assertThat(nio.remaining()).isEqualTo(second.length() - FrameLayout.HOP_LENGTH);
        assertThat(nio.getInt(FrameLayout.inOrigin(FrameLayout.ORIGIN_CRC_OFFSET)))
                .isEqualTo(second.checksum());
        ByteBuf sent = second.retainedBuf();
        assertThat(sent.nioBuffer()).isEqualTo(nio);

        sent.release();
        first.release();
        second.release();
    }

    @Test
    void shouldNeverMakeAnotherFrameOfOneThatIsHeld() {
        List<Frame> held = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            held.add(frame("frame " + i));
        }
        for (int i = 0; i < 100; i += 2) {
            held.get(i).release();
        }

        assertThatThrownBy(memory::reuse).isInstanceOf(IllegalStateException.class);
        Frame later = frame("later");
        assertThat(held).doesNotContain(later);
        for (int i = 1; i < 100; i += 2) {
            assertThat(bodyOf(held.get(i))).isEqualTo("frame " + i);
            held.get(i).release();
        }
        ByteBuf part = later.retainedBuf();
        later.release();
        assertThatThrownBy(memory::reuse).isInstanceOf(IllegalStateException.class);
        part.release();

        memory.reuse();
        filled = 0;
        Frame again = frame("again");
        assertThat(again).isSameAs(held.get(0));
        assertThat(bodyOf(again)).isEqualTo("again");
        assertThat(again.references()).isOne();
        again.release();
        assertThatThrownBy(again::release).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(again::retain).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldKeepTheReferencesRightWhenBytesAreNoFrame() {
        ByteBuffer view = memory.view();
        view.put(0, new byte[200]);

        assertThatThrownBy(() -> decoder.decode(memory, 0, 200, 200)).isInstanceOf(FrameException.class);

        assertThat(memory.isFree()).isTrue();
    }

    private Frame frame(String body) {
        builder.begin(Headers.EMPTY);
        builder.add(GoldenFrames.utf8(body));
        Frame built = builder.build(producer, GoldenFrames.CREATED_MICROS);
        ByteBuffer bytes = built.nioBuffer();
        int length = bytes.remaining();
        memory.view().put(filled, bytes, 0, length);
        built.release();
        Frame frame = decoder.decode(memory, filled, length, length);
        filled += FrameLayout.align(length);
        return frame;
    }

    private static String bodyOf(Frame frame) {
        EventCursor cursor = new EventCursor().wrap(frame);
        assertThat(cursor.next()).isTrue();

        return new String(cursor.body(), StandardCharsets.UTF_8);
    }
}
