package io.headrace.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScaleTest {
    @Test
    void shouldBeginAtZeroWhereFiguresAreNear() {
        Scale scale = Scale.ofFigures(8e6, 13.2e6, 300, 20);

        assertThat(scale.log()).isFalse();
        assertThat(scale.ticks()).containsExactly(0.0, 5e6, 10e6, 15e6);
        assertThat(scale.at(0)).isEqualTo(300);
        assertThat(scale.at(15e6)).isEqualTo(20);
    }

    @Test
    void shouldBeLogarithmicWhereTheyDifferMuch() {
        Scale scale = Scale.ofFigures(0.21, 30, 300, 20);

        assertThat(scale.log()).isTrue();
        assertThat(scale.low()).isCloseTo(0.2, within(1e-9));
        assertThat(scale.high()).isCloseTo(50, within(1e-9));
        assertThat(scale.ticks().get(0)).isCloseTo(0.2, within(1e-9));
        assertThat(scale.ticks()).hasSize(8);
        assertThat(scale.at(Math.sqrt(0.2 * 50))).isCloseTo(160, within(1e-6));
    }

    @Test
    void shouldEndAtTicksWhereTheRangeIsWide() {
        Scale scale = Scale.ofFigures(37, 5e7, 300, 20);

        assertThat(scale.ticks()).first().isEqualTo(10.0);
        assertThat(scale.ticks().get(scale.ticks().size() - 1)).isCloseTo(1e8, within(1.0));
    }

    @Test
    void shouldHoldAllFigures() {
        for (double largest = 1e-3; largest < 1e9; largest *= 1.37) {
            for (double ratio : new double[] {1, 3, 19, 21, 900, 1e6}) {
                Scale scale = Scale.ofFigures(largest / ratio, largest, 300, 20);

                assertThat(scale.at(largest)).isBetween(20 - 1e-6, 300.0);
                assertThat(scale.at(largest / ratio)).isBetween(20.0, 300 + 1e-6);
                assertThat(scale.ticks()).hasSizeBetween(2, 13);
            }
        }
    }

    @Test
    void shouldRefuseAnEmptyRange() {
        assertThatThrownBy(() -> new Scale(true, 0, 1, 0, 1))
                .hasMessage("range: 0.0 to 1.0 (expected: rising, above 0)");
    }
}
