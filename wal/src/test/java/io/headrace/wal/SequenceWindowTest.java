package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceWindowTest {
    private static final int SEEDS = Integer.getInteger("headrace.window.seeds", 40);
    private static final int STEPS = 2_000;

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 63, 64, 65, 1_000_003, -1, -70_000, Long.MAX_VALUE - 200_000, Long.MAX_VALUE - 500})
    void shouldAgreeWithASetOfSequences(long floor) {
        for (int seed = 0; seed < SEEDS; seed++) {
            runAgainstModel(floor, new Random(seed), "floor " + floor + ", seed " + seed);
        }
    }

    @Test
    void shouldReachTheEndOfTheWindowAndNotBeyond() {
        for (long floor = 0; floor < 130; floor++) {
            SequenceWindow window = new SequenceWindow(floor);
            assertThat(window.mark(floor + SequenceWindow.SIZE)).isTrue();
            assertThat(window.isMarked(floor + 1)).isFalse();
            assertThat(window.isMarked(floor + SequenceWindow.SIZE)).isTrue();
            long above = floor + SequenceWindow.SIZE + 1;
            assertThat(window.covers(above)).isFalse();
            assertThatThrownBy(() -> window.mark(above))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("sequence: " + above);
            for (long sequence = floor + 1; sequence < floor + SequenceWindow.SIZE; sequence++) {
                window.mark(sequence);
            }
            assertThat(window.floor()).isEqualTo(floor + SequenceWindow.SIZE);
        }
    }

    @Test
    void shouldMarkTheLastSequenceThereIs() {
        SequenceWindow window = new SequenceWindow(Long.MAX_VALUE - 3);
        assertThat(window.mark(Long.MAX_VALUE)).isTrue();
        assertThat(window.nextMarked(window.floor())).isEqualTo(Long.MAX_VALUE);
        assertThat(window.endOfRun(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        window.mark(Long.MAX_VALUE - 1);
        assertThat(window.endOfRun(Long.MAX_VALUE - 1)).isEqualTo(Long.MAX_VALUE);
        window.mark(Long.MAX_VALUE - 2);
        assertThat(window.floor()).isEqualTo(Long.MAX_VALUE);
        assertThat(window.covers(Long.MAX_VALUE)).isTrue();
        assertThat(window.mark(Long.MAX_VALUE)).isFalse();
        window.advanceTo(Long.MAX_VALUE);
        assertThat(window.highest()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldCoverWhatIsFarBelowAndNotWhatIsFarAbove() {
        assertThat(new SequenceWindow(Long.MAX_VALUE).covers(Long.MIN_VALUE)).isTrue();
        assertThat(new SequenceWindow(-5).covers(Long.MAX_VALUE)).isFalse();
        assertThat(new SequenceWindow(0).covers(Long.MAX_VALUE)).isFalse();
    }

    @Test
    void shouldTakeNoBitmapWhileFilledInOrderAndASmallOneForSmallHoles() {
        SequenceWindow window = new SequenceWindow(0);
        for (long sequence = 1; sequence <= 200_000; sequence++) {
            window.mark(sequence);
        }
        assertThat(window.bitmapBytes()).isZero();
        window.mark(200_002);
        assertThat(window.bitmapBytes()).isEqualTo(64);
        window.mark(200_000 + SequenceWindow.SIZE);
        assertThat(window.bitmapBytes()).isEqualTo(SequenceWindow.SIZE / 8);
    }

    /** While 33 to 544 stand in 8 words, 0 to 63 and 512 to 575 share one. */
    @Test
    void shouldKeepApartWhatSharedAWordWhenTheBitmapGrows() {
        SequenceWindow window = new SequenceWindow(32);
        window.mark(34);
        window.mark(522);
        assertThat(window.bitmapBytes()).isEqualTo(64);
        window.mark(600);
        assertThat(window.isMarked(546)).isFalse();
        assertThat(window.nextMarked(32)).isEqualTo(34);
        assertThat(window.nextMarked(34)).isEqualTo(522);
        assertThat(window.nextMarked(522)).isEqualTo(600);
    }

    private static void runAgainstModel(long start, Random random, String name) {
        SequenceWindow window = new SequenceWindow(start);
        Model model = new Model(start);
        for (int step = 0; step < STEPS; step++) {
            int what = random.nextInt(100);
            if (what < 45) {
                mark(window, model, near(random, model, 200), name);
            } else if (what < 55) {
                mark(window, model, near(random, model, 64 << step * 8 / STEPS), name);
            } else if (what < 80) {
                mark(window, model, model.floor + 1, name);
            } else if (what < 88) {
                mark(window, model, near(random, model, SequenceWindow.SIZE + 2), name);
            } else if (what < 96) {
                advance(window, model, near(random, model, 150));
            } else {
                advance(window, model, near(random, model, 70_000));
            }
            assertThat(window.floor()).as(name).isEqualTo(model.floor);
            assertThat(window.highest()).as(name).isEqualTo(model.highest());
            if (step % 16 == 0) {
                compare(window, model, random, name);
            }
        }
    }

    private static long near(Random random, Model model, int reach) {
        long sequence = model.floor - 3 + random.nextInt(reach + 3);
        return sequence < model.floor - 3 ? Long.MAX_VALUE : sequence;
    }

    private static void mark(SequenceWindow window, Model model, long sequence, String name) {
        if (sequence < model.floor - 10) {
            return;
        }
        boolean covered = sequence <= model.floor || sequence - model.floor <= SequenceWindow.SIZE;
        assertThat(window.covers(sequence)).as(name).isEqualTo(covered);
        if (covered) {
            assertThat(window.mark(sequence)).as(name).isEqualTo(model.mark(sequence));
        } else {
            assertThatThrownBy(() -> window.mark(sequence)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static void advance(SequenceWindow window, Model model, long floor) {
        window.advanceTo(floor);
        model.advanceTo(floor);
    }

    private static void compare(SequenceWindow window, Model model, Random random, String name) {
        List<Long> marked = new ArrayList<>();
        SequenceWindow copy = new SequenceWindow(window.floor());
        long end = window.floor();
        while (end < window.highest()) {
            long first = window.nextMarked(end);
            assertThat(first).as(name).isGreaterThan(end + 1);
            end = window.endOfRun(first);
            for (long sequence = first; sequence - end <= 0; sequence++) {
                marked.add(sequence);
            }
            copy.markRun(first, end);
        }
        assertThat(marked).as(name).containsExactlyElementsOf(model.above);
        assertThat(copy.floor()).isEqualTo(window.floor());
        assertThat(copy.highest()).isEqualTo(window.highest());
        for (int i = 0; i < 8; i++) {
            long sequence = near(random, model, 300);
            assertThat(window.isMarked(sequence)).as(name).isEqualTo(model.isMarked(sequence));
            assertThat(copy.isMarked(sequence)).as(name).isEqualTo(model.isMarked(sequence));
        }
    }

    /** The plainest thing that does the same. */
    private static final class Model {
        private final TreeSet<Long> above = new TreeSet<>();
        private long floor;

        Model(long floor) {
            this.floor = floor;
        }

        long highest() {
            return above.isEmpty() ? floor : above.last();
        }

        boolean isMarked(long sequence) {
            return sequence <= floor || above.contains(sequence);
        }

        boolean mark(long sequence) {
            boolean fresh = sequence > floor && above.add(sequence);
            rise();
            return fresh;
        }

        void advanceTo(long newFloor) {
            if (newFloor > floor) {
                floor = newFloor;
                above.headSet(newFloor, true).clear();
            }
            rise();
        }

        private void rise() {
            while (!above.isEmpty() && above.first() == floor + 1) {
                floor = above.pollFirst();
            }
        }
    }
}
