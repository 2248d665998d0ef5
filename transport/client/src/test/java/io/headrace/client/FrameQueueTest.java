package io.headrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameLease;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.wal.StreamId;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameQueueTest {
    private static final int BESIDE = 64;

    private final Memory memory = new Memory();
    private final List<PendingFrame> delivered = new ArrayList<>();
    private final FrameQueue queue = new FrameQueue(
            new StreamId(1, 2),
            3,
            Headers.EMPTY,
            new FrameLimits(10_000, FrameLayout.DEFAULT_FRAME_BYTES, FrameLayout.DEFAULT_MAX_EVENT_BYTES),
            memory,
            () -> 0,
            delivered::add,
            moved -> {});

    private Append add(int... lengths) {
        Append append = new Append(lengths.length);
        List<byte[]> bodies = new ArrayList<>();
        for (int length : lengths) {
            bodies.add(new byte[length]);
        }
        queue.add(append, Collections.nCopies(lengths.length, Headers.EMPTY), bodies, BESIDE);
        return append;
    }

    private void releaseAll(List<PendingFrame> frames) {
        frames.forEach(frame -> frame.frame.release());
    }

    @Test
    void shouldKeepSequencesOfWhatIsRolledBackBeforeWhatCameLater() {
        add(10);
        FrameLease first = queue.tryLease(1_000, 1_000);
        add(11);
        FrameLease second = queue.tryLease(1_000, 1_000);
        add(12);
        first.rollback();
        second.rollback();
        FrameLease again = queue.tryLease(1_000, 1_000);
        assertThat(again.size()).isEqualTo(2);
        assertThat(again.sequence(0)).isEqualTo(1);
        assertThat(again.sequence(1)).isEqualTo(2);
        FrameLease third = queue.tryLease(1_000, 1_000);
        assertThat(third.sequence(0)).isEqualTo(3);
        assertThat(queue.lowWater()).isZero();
        again.commit();
        third.commit();
        assertThat(queue.lowWater()).isEqualTo(3);
        releaseAll(delivered);
        assertThat(queue.close()).isEmpty();
    }

    @Test
    void shouldGiveUpWhatIsLeasedWhenClosed() {
        add(10);
        FrameLease lease = queue.tryLease(1_000, 1_000);
        add(11);
        List<PendingFrame> all = queue.close();
        assertThat(all).hasSize(2);
        lease.rollback();
        releaseAll(all);
        assertThat(queue.close()).isEmpty();
    }

    @Test
    void shouldChargeForWhatItTookWhenThereIsNoMemoryForTheRest() {
        Append append = new Append(3);
        memory.most = 1_000;
        assertThatThrownBy(() -> queue.add(
                        append,
                        Collections.nCopies(3, Headers.EMPTY),
                        List.of(new byte[10], new byte[100_000], new byte[10]),
                        BESIDE))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(append.takenEvents()).isEqualTo(1);
        assertThat(append.takenBytes()).isEqualTo(10 + BESIDE);
        memory.most = Integer.MAX_VALUE;
        add(20);
        List<PendingFrame> all = queue.close();
        assertThat(all).hasSize(1);
        PendingFrame frame = all.get(0);
        assertThat(frame.frame.eventCount()).isEqualTo(2);
        assertThat(frame.bytes).isEqualTo(10 + 20 + 2 * BESIDE);
        assertThat(frame.parts.stream().mapToInt(PendingFrame.Part::events)).containsExactly(1, 1);
        releaseAll(all);
    }

    /** Has no more than so much for one buffer. */
    private static final class Memory extends AbstractByteBufAllocator {
        private int most = Integer.MAX_VALUE;

        Memory() {
            super(true);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (initialCapacity > most) {
                throw new OutOfMemoryError("direct memory: " + initialCapacity + " bytes (expected: <= " + most + ")");
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
}
