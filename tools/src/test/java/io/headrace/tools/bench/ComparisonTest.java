package io.headrace.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.headrace.tools.bench.Comparison.Row;
import io.headrace.tools.bench.Comparison.Verdict;
import io.headrace.tools.bench.Figure.Kind;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void shouldCompareMedians() {
        Row row = row(Kind.EVENTS, rounds(100, 101, 99, 100, 500), rounds(110, 111, 109, 110, 1));
        assertThat(row.before()).isEqualTo(100);
        assertThat(row.now()).isEqualTo(110);
        assertThat(row.changePercent()).isCloseTo(10, within(1e-9));
    }

    /** Both have standard deviation 1 and 5 rounds: 2.31 (8 degrees of freedom) times the root of 1/5 + 1/5. */
    @Test
    void shouldTakeTheNoiseFromHowRoundsDiffer() {
        double step = Math.sqrt(0.4);
        double[] rounds = {100 - 2 * step, 100 - step, 100, 100 + step, 100 + 2 * step};
        Row row = row(Kind.EVENTS, rounds, rounds);
        assertThat(row.noisePercent()).isCloseTo(2.31 * Math.sqrt(0.4), within(1e-6));
        assertThat(row.verdict()).isEqualTo(Verdict.NOISE);
    }

    @Test
    void shouldCallAChangeBetterOrWorseByWhatIsWanted() {
        double[] before = rounds(100, 101, 99, 100, 100);
        double[] more = rounds(120, 121, 119, 120, 120);
        assertThat(row(Kind.EVENTS, before, more).verdict()).isEqualTo(Verdict.BETTER);
        assertThat(row(Kind.EVENTS, more, before).verdict()).isEqualTo(Verdict.WORSE);
        assertThat(row(Kind.P99, before, more).verdict()).isEqualTo(Verdict.WORSE);
        assertThat(row(Kind.CPU, more, before).verdict()).isEqualTo(Verdict.BETTER);
    }

    @Test
    void shouldCallAChangeWithinTheNoiseNoise() {
        Row row = row(Kind.EVENTS, rounds(80, 100, 120), rounds(90, 110, 130));
        assertThat(row.changePercent()).isCloseTo(10, within(1e-9));
        assertThat(row.noisePercent()).isGreaterThan(10);
        assertThat(row.verdict()).isEqualTo(Verdict.NOISE);
    }

    @Test
    void shouldNotKnowTheNoiseOfOneRound() {
        Row row = row(Kind.EVENTS, rounds(100), rounds(200, 201));
        assertThat(row.changePercent()).isCloseTo(100.5, within(1e-9));
        assertThat(row.noisePercent()).isNaN();
        assertThat(row.verdict()).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void shouldBearZeros() {
        assertThat(row(Kind.MAX, rounds(0, 0), rounds(1, 1)).verdict()).isEqualTo(Verdict.UNKNOWN);
        Row same = row(Kind.MAX, rounds(5, 5), rounds(5, 5));
        assertThat(same.changePercent()).isZero();
        assertThat(same.noisePercent()).isZero();
        assertThat(same.verdict()).isEqualTo(Verdict.NOISE);
    }

    @Test
    void shouldTakeTheMeanOfTwoInTheMiddle() {
        assertThat(new Figure(Kind.EVENTS, Arrays.asList(4.0, 1.0, 3.0, 2.0)).median())
                .isEqualTo(2.5);
    }

    private static double[] rounds(double... rounds) {
        return rounds;
    }

    private static Row row(Kind kind, double[] before, double[] now) {
        return Comparison.row(figure(kind, before), figure(kind, now));
    }

    private static Figure figure(Kind kind, double[] rounds) {
        return new Figure(kind, Arrays.stream(rounds).boxed().toList());
    }
}
