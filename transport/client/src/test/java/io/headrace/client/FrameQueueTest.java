package io.headrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.frame.EventCursor;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        List<byte[]> bodies = new ArrayList<>();
        for (int length : lengths) {
            bodies.add(new byte[length]);
        }
        long bytes = IntStream.of(lengths).sum() + (long) BESIDE * lengths.length;
        Append append = new Append(lengths.length, bytes);
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

    @ParameterizedTest
    @CsvSource({"100000, 12", "300000, 12", "100000, 300000"})
    void shouldTakeNothingOfABatchThatThereIsNoMemoryFor(int second, int third) {
        Append before = add(10);
        memory.most = 1_000;
        // The first alone would fit.
        assertThatThrownBy(() -> add(11, second, third)).isInstanceOf(OutOfMemoryError.class);
        memory.most = Integer.MAX_VALUE;
        Append after = add(20);
        assertThat(bodies(before, after)).containsExactly(10, 20);
    }

    @Test
    void shouldTakeNothingOfABatchWhoseLastFrameThereIsNoMemoryFor() {
        Append before = add(10);
        memory.left = 3;
        assertThatThrownBy(() -> add(150_000, 150_000, 150_000, 150_000, 150_000, 150_000))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(memory.left).isZero();
        memory.left = Integer.MAX_VALUE;
        Append after = add(20);
        assertThat(bodies(before, after)).containsExactly(10, 20);
        // What was built of it is given back.
        assertThat(memory.taken).isNotEmpty().allMatch(buffer -> buffer.refCnt() == 0);
    }

    @Test
    void shouldKeepABatchTogetherThatDoesNotFitIntoOneFrame() {
        Append before = add(10);
        Append large = add(150_000, 150_000, 400_000, 5);
        Append after = add(20);
        assertThat(bodies(before, large, after)).containsExactly(10, 150_000, 150_000, 400_000, 5, 20);
    }

    @Test
    void shouldFillFramesThoughOneMoreDoesNotFit() {
        for (int i = 0; i < 100; i++) {
            add(50_000);
        }
        List<PendingFrame> all = queue.close();
        assertThat(all.stream().map(frame -> frame.frame.eventCount()))
                .hasSize(34)
                .startsWith(3, 3, 3, 3);
        releaseAll(all);
    }

    /** Lengths of the bodies of all frames, each of which belongs to the appends in turn, with its charge. */
    private List<Integer> bodies(Append... appends) {
        List<PendingFrame> all = queue.close();
        List<Integer> lengths = new ArrayList<>();
        List<Append> owners = new ArrayList<>();
        for (PendingFrame frame : all) {
            EventCursor cursor = new EventCursor().wrap(frame.frame);
            long charged = 0;
            while (cursor.next()) {
                lengths.add(cursor.bodyLength());
                charged += cursor.bodyLength() + BESIDE;
            }
            assertThat(frame.bytes).isEqualTo(charged);
            assertThat(frame.parts.stream().mapToInt(PendingFrame.Part::events).sum())
                    .isEqualTo(frame.frame.eventCount());
            frame.parts.forEach(part -> {
                part.append().acknowledged(part.events());
                owners.add(part.append());
            });
        }
        assertThat(owners.stream().distinct()).containsExactly(appends);
        assertThat(appends).allMatch(append -> append.acknowledged(0));
        releaseAll(all);
        return lengths;
    }

    /** Has no more than so much for one buffer, and so many. */
    private static final class Memory extends AbstractByteBufAllocator {
        private final List<ByteBuf> taken = new ArrayList<>();
        private int most = Integer.MAX_VALUE;
        private int left = Integer.MAX_VALUE;

        Memory() {
            super(true);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (initialCapacity > most) {
                throw new OutOfMemoryError("direct memory: " + initialCapacity + " bytes (expected: <= " + most + ")");
            }
            if (left == 0) {
                throw new OutOfMemoryError("direct memory: no more buffers (expected: some)");
            }
            left--;
            ByteBuf buffer = UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
            taken.add(buffer);
            return buffer;
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
