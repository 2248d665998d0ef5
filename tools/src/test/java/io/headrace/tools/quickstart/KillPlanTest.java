package io.headrace.tools.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KillPlanTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 77, Long.MIN_VALUE})
    void shouldSpreadKillsOverTheRunAndRepeatThemForASeed(long seed) {
        List<Long> points = KillPlan.points(5, 1_000_000, seed);
        assertThat(points)
                .hasSize(5)
                .isSorted()
                .doesNotHaveDuplicates()
                .allMatch(point -> point > 0 && point < 1_000_000);
        assertThat(points.get(0)).isLessThan(200_000);
        assertThat(points.get(4)).isBetween(650_000L, 850_000L);
        assertThat(KillPlan.points(5, 1_000_000, seed)).isEqualTo(points);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 10})
    void shouldWaitForAtLeastOneByte(long totalBytes) {
        assertThat(KillPlan.points(3, totalBytes, 1)).isNotEmpty().allMatch(point -> point >= 1);
    }
}
