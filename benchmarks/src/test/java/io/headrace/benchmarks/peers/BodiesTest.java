package io.headrace.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What peers compare with what came out. */
class BodiesTest {
    private final Bodies bodies = new Bodies(64, 10);

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 1", "3, 4", "3, 7", "3, 8", "9, 1", "9, 2", "0, 10", "4, 10", "4, 25", "9, 1000"})
    void shouldAddUpBodiesOverAndOver(int first, int events) {
        long expected = 0;
        for (int i = 0; i < events; i++) {
            expected += BodySum.of(bodies.copy((first + i) % bodies.count()));
        }
        assertThat(bodies.sum(first, events)).isEqualTo(expected);
    }
}
