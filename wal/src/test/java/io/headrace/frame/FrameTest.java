package io.headrace.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FrameTest {
    private final ByteBuf memory = Unpooled.directBuffer().writeZero(40).writeZero(24);
    private final Frame frame = new Frame(memory, 64);

    @Test
    void shouldFreeTheMemoryWithTheLastReference() {
        frame.retain();
        frame.release();
        assertThat(frame.references()).isEqualTo(1);
        assertThat(memory.refCnt()).isEqualTo(1);
        frame.release();
        assertThat(memory.refCnt()).isZero();
    }

    @Test
    void shouldRefuseToBeRetainedOrReleasedAfterTheLastReference() {
        frame.release();
        assertThatThrownBy(frame::retain)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("released");
        assertThatThrownBy(frame::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("too often");
        assertThat(frame.references()).isZero();
        assertThat(memory.refCnt()).isZero();
    }

    @Test
    void shouldFreeTheMemoryOnceWhateverThreadsRetainAndRelease() throws Exception {
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<?>> done = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            frame.retain();
            done.add(pool.submit(() -> {
                for (int i = 0; i < 20_000; i++) {
                    frame.retain().release();
                }
                frame.release();
            }));
        }
        for (Future<?> thread : done) {
            thread.get(30, TimeUnit.SECONDS);
        }
        pool.shutdown();
        assertThat(frame.references()).isEqualTo(1);
        frame.release();
        assertThat(memory.refCnt()).isZero();
    }

    @Test
    void shouldKeepTheMemoryForABufferThatOutlivesTheFrame() {
        ByteBuf sent = frame.retainedBuf();
        frame.release();
        assertThat(memory.refCnt()).isEqualTo(1);
        assertThat(sent.readableBytes()).isEqualTo(64);
        sent.release();
        assertThat(memory.refCnt()).isZero();
    }

    @Test
    void shouldAlignToSixteenBytes() {
        assertThat(FrameLayout.align(80)).isEqualTo(80);
        assertThat(FrameLayout.align(81)).isEqualTo(96);
        assertThat(FrameLayout.align(96)).isEqualTo(96);
        assertThat(frame.length()).isEqualTo(104);
        assertThat(frame.alignedLength()).isEqualTo(112);
        frame.release();
    }

    @Test
    void shouldGiveLittleEndianBuffersOfTheirOwn() {
        ByteBuffer one = frame.nioBuffer();
        one.position(10);
        assertThat(one.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(frame.nioBuffer().position()).isZero();
        frame.release();
    }
}
