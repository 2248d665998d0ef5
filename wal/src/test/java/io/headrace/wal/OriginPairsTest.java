package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OriginPairsTest {
    @Test
    void shouldTellPairsThatWereAddedFromAllOthers() {
        OriginPairs pairs = new OriginPairs(100);
        assertThat(pairs.add(7, 100, 5)).isTrue();
        assertThat(pairs.add(8, 100, 6)).isTrue();
        assertThat(pairs.add(7, 100, 9)).isFalse();
        assertThat(pairs.find(7, 100)).isEqualTo(5);
        assertThat(pairs.find(8, 100)).isEqualTo(6);
        assertThat(pairs.find(7, 101)).isEqualTo(OriginPairs.NOT_FOUND);
        assertThat(pairs.find(9, 100)).isEqualTo(OriginPairs.NOT_FOUND);
        assertThat(pairs.size()).isEqualTo(2);
    }

    @Test
    void shouldForgetTheProducerNotHeardOfForLongest() {
        OriginPairs pairs = new OriginPairs(4);
        pairs.add(1, 10, 0);
        pairs.add(1, 20, 0);
        pairs.add(2, 10, 0);
        pairs.add(2, 20, 0);
        // A duplicate says that its producer lives, whether or not it is found.
        pairs.find(1, 30);
        pairs.add(3, 10, 0);
        assertThat(pairs.forgotten()).isOne();
        assertThat(pairs.find(2, 10)).isEqualTo(OriginPairs.NOT_FOUND);
        assertThat(pairs.find(1, 10)).isZero();
        assertThat(pairs.find(1, 20)).isZero();
        assertThat(pairs.find(3, 10)).isZero();
        assertThat(pairs.size()).isEqualTo(4);
    }

    @Test
    void shouldForgetWhatIsTooMuchOnceTheLimitIsSmaller() {
        OriginPairs pairs = new OriginPairs(1_000);
        for (int number = 0; number < 1_000; number++) {
            pairs.add(number % 3, number, number);
        }
        pairs.limit(10);
        assertThat(pairs.size()).isEqualTo(10);
        assertThat(pairs.forgotten()).isEqualTo(990);
        assertThat(pairs.producers()).isEqualTo(1);
        assertThat(pairs.find(0, 999)).isEqualTo(999);
    }

    @Test
    void shouldRefuseALimitThatNoCheckpointHolds() {
        assertThatThrownBy(() -> new OriginPairs(0)).hasMessageContaining("pairs: 0 (expected: 1 to 4194304)");
        assertThatThrownBy(() -> new OriginPairs(OriginPairs.MAX_LIMIT + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Beside a model that is obviously right, in whatever order numbers come. */
    @Test
    void shouldKeepWhatAPlainModelKeeps() {
        for (int seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int limit = 1 + random.nextInt(200);
            OriginPairs pairs = new OriginPairs(limit);
            Map<Long, TreeMap<Long, Long>> model = new LinkedHashMap<>();
            int spread = 1 + random.nextInt(30);
            long sequences = random.nextInt(2);
            for (int i = 0; i < 2_000; i++) {
                long producer = random.nextInt(1 + seed % 7);
                long number = i * 3L + random.nextInt(spread * 3);
                TreeMap<Long, Long> numbers = model.remove(producer);
                if (numbers == null) {
                    numbers = new TreeMap<>();
                }
                model.put(producer, numbers);
                assertThat(pairs.add(producer, number, i * sequences))
                        .isEqualTo(numbers.putIfAbsent(number, i * sequences) == null);
                if (size(model) > limit) {
                    Map.Entry<Long, TreeMap<Long, Long>> oldest =
                            model.entrySet().iterator().next();
                    oldest.getValue().pollFirstEntry();
                    if (oldest.getValue().isEmpty()) {
                        model.remove(oldest.getKey());
                    }
                }
            }
            assertThat(content(pairs)).isEqualTo(content(model));
            assertThat(pairs.size()).isEqualTo(size(model));
            model.forEach((producer, numbers) -> numbers.forEach((number, sequence) ->
                    assertThat(pairs.find(producer, number)).isEqualTo(sequence)));
        }
    }

    @Test
    void shouldCopyPairsInTheirOrder() {
        OriginPairs pairs = new OriginPairs(100);
        for (int i = 0; i < 90; i++) {
            pairs.add(i % 4, i, i);
        }
        pairs.find(1, 1);
        OriginPairs copy = pairs.copy();
        assertThat(content(copy)).isEqualTo(content(pairs));
        assertThat(copy.find(2, 2)).isZero();
        copy.clear();
        assertThat(copy.size()).isZero();
        assertThat(copy.find(3, 3)).isEqualTo(OriginPairs.NOT_FOUND);
        assertThat(pairs.find(3, 3)).isEqualTo(3);
    }

    private static int size(Map<Long, TreeMap<Long, Long>> model) {
        return model.values().stream().mapToInt(TreeMap::size).sum();
    }

    private static List<String> content(Map<Long, TreeMap<Long, Long>> model) {
        List<String> content = new ArrayList<>();
        model.forEach((producer, numbers) -> numbers.keySet().forEach(number -> content.add(producer + ":" + number)));
        return content;
    }

    static List<String> content(OriginPairs pairs) {
        List<String> content = new ArrayList<>();
        pairs.forEach((producer, numbers, from, to) -> {
            for (int i = from; i < to; i++) {
                content.add(producer + ":" + numbers[i]);
            }
        });
        return content;
    }
}
