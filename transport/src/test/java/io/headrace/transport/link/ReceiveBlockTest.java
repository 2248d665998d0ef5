package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiveBlockTest {
    private static final int LENGTH = 208_000;
    private static final int TAIL = 44;
    private static final int READ = 256 * 1024;
    private static final long GRANTED = 32L * 1024 * 1024;
    private static final int WINDOW = 16 * 1024 * 1024;

    private final AdaptiveByteBufAllocator allocator = new AdaptiveByteBufAllocator();
    private final ReceiveBlock block = new ReceiveBlock(allocator);

    @Test
    void shouldLeaveTheMemoryOfAWindowWithTheAllocator() {
        // Another user of the allocator, whose chunk is as large as its frame needs.
        ByteBuf other = allocator.directBuffer(LENGTH);
        List<ByteBuf> frames = new ArrayList<>();
        long used = 0;
        for (int turn = 0; turn < 10; turn++) {
            for (int held = 0; held < WINDOW; held += LENGTH) {
                frames.add(frame(LENGTH));
                assertThat(allocator.metric().usedDirectMemory()).isGreaterThanOrEqualTo(used);
                used = allocator.metric().usedDirectMemory();
            }
            frames.forEach(ByteBuf::release);
            frames.clear();
        }
        assertThat(used).isGreaterThanOrEqualTo(WINDOW);
        other.release();
    }

    /** Of the memory outside the heap a fifth is left for what is not charged ({@code engine/CHANNEL.md}). */
    @ParameterizedTest
    @ValueSource(ints = {66_000, 80_000, 135_000, 208_044, 270_000, 540_000, 1_000_000})
    void shouldBeChargedWhatTheAllocatorTakes(int length) {
        List<ByteBuf> frames = new ArrayList<>();
        long charged = 0;
        while (charged < 2L * WINDOW) {
            block.begin(length, TAIL, GRANTED, length);
            charged += block.withSpare(length + TAIL);
            frames.add(block.memory().retain());
            block.close();
        }
        assertThat(allocator.metric().usedDirectMemory())
                .isLessThanOrEqualTo(charged * 5 / 4)
                .isGreaterThanOrEqualTo(charged);
        frames.forEach(ByteBuf::release);
    }

    /** Two to eight frames in what one read brings. */
    @ParameterizedTest
    @ValueSource(ints = {32_300, 37_000, 43_600, 52_300, 65_000, 80_000, 86_000, 125_000, 130_000})
    void shouldTakeNoMoreForSeveralFramesThanTheAllocatorRoundsUpTo(int length) {
        block.begin(length, TAIL, GRANTED, READ);
        int frames = READ / (length + TAIL);
        assertThat(frames).isGreaterThan(1);
        assertThat(block.planned()).isEqualTo(frames * (length + TAIL));
        assertThat(block.holds(block.planned())).isTrue();
        assertThat(block.withSpare(block.memory().capacity())).isLessThanOrEqualTo(READ);
        block.close();
    }

    @Test
    void shouldTakeNoMoreThanComesWhereNothingIsGranted_R19() {
        block.begin(LENGTH, TAIL, 0, 0);
        assertThat(allocator.metric().usedDirectMemory()).isLessThanOrEqualTo(1024 * 1024);
        block.close();
    }

    @Test
    void shouldTakeNoMoreForSmallFramesThanTheyNeed() {
        ByteBuf frame = frame(10_000);
        assertThat(allocator.metric().usedDirectMemory()).isLessThanOrEqualTo(1024 * 1024);
        frame.release();
    }

    private ByteBuf frame(int length) {
        block.begin(length, TAIL, GRANTED, length);
        ByteBuf frame = block.memory().retain();
        block.close();
        return frame;
    }
}
