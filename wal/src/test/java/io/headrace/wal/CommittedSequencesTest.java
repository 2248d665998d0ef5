package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommittedSequencesTest {
    private static final int SEEDS = 500;
    private static final int STEPS = 60;

    /** Holes may overlap each other and what is marked, and be longer than the bitmap. */
    @Test
    void shouldHaveTheLowWaterMarkThatABitForEachSequenceGives() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            int longest = seed % 10 == 0 ? 3 * SequenceWindow.SIZE : 200;
            long start = random.nextInt(200);
            CommittedSequences done = new CommittedSequences(start);
            BitSet marked = new BitSet();
            BitSet all = new BitSet();
            all.set(0, (int) start + 1);
            for (int step = 0; step < STEPS; step++) {
                int floor = all.nextClearBit(0) - 1;
                int first = Math.max(1, floor - 20 + random.nextInt(150));
                if (random.nextInt(3) > 0) {
                    if (all.get(first) && !marked.get(first)) {
                        // Nobody has a frame to commit there.
                        continue;
                    }
                    assertThat(done.commit(first))
                            .as("%d, seed %d", first, seed)
                            .isEqualTo(!all.get(first));
                    marked.set(first);
                    all.set(first);
                } else {
                    int last = first + random.nextInt(random.nextInt(longest) + 1);
                    done.addHole(first, last);
                    all.set(first, last + 1);
                }
                compare(seed, done, marked, all);
            }
        }
    }

    private static void compare(int seed, CommittedSequences done, BitSet marked, BitSet all) {
        long floor = all.nextClearBit(0) - 1L;
        assertThat(done.window().floor()).as("low-water mark, seed %d", seed).isEqualTo(floor);
        for (int sequence = (int) floor + 1; sequence <= floor + 400; sequence++) {
            Map.Entry<Long, Long> hole = done.holes().floorEntry((long) sequence);
            boolean isHole = hole != null && hole.getValue() >= sequence;
            boolean isMarked = done.window().isMarked(sequence);
            assertThat(isHole || isMarked).as("%d, seed %d", sequence, seed).isEqualTo(all.get(sequence));
            assertThat(isHole && isMarked)
                    .as("%d is both, seed %d", sequence, seed)
                    .isFalse();
        }
        assertThat(done.holes().values()).as("seed %d", seed).allMatch(last -> last > floor);
    }
}
