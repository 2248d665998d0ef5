package io.headrace.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.benchmarks.suites.Spread;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1784758.4 | 1,784,758",
                "100 | 100",
                "99.96 | 100",
                "48.24 | 48.2",
                "9.996 | 10.0",
                "1.4614 | 1.46",
                "0.99951 | 1.00",
                "0.2134 | 0.213",
                "0.02134 | 0.0213",
                "0.00021 | 0.00021",
                "0 | 0"
            })
    void shouldWriteThreeFiguresOrAllOfThem(double value, String text) {
        assertThat(Numbers.figure(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1784758 | 1.78 M",
                "500000 | 500 k",
                "1000 | 1 k",
                "999.9 | 1 k",
                "10 | 10",
                "0.5 | 0.5",
                "0.05 | 0.05",
                "2500000000 | 2.5 G",
                "0 | 0"
            })
    void shouldWriteTicksShort(double value, String text) {
        assertThat(Numbers.compact(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"64 | 64", "1024 | 1 Ki", "65536 | 64 Ki", "1048576 | 1 Mi", "10000 | 10 k", "1000 | 1 k"})
    void shouldWritePowersOfTwoAsSuch(double value, String text) {
        assertThat(Numbers.onAxis(value)).isEqualTo(text);
    }

    @Test
    void shouldTellASpreadOnlyAfterSeveralRounds() {
        assertThat(Numbers.withSpread(Spread.of(3, 1, 2))).isEqualTo("2.00 (1.00 to 3.00)");
        assertThat(Numbers.withSpread(Spread.of(3))).isEqualTo("3.00");
    }
}
