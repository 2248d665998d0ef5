package io.headrace.tools.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void shouldSayByHowMuchTheBestIsBetter() {
        Comparison comparison = comparison(100, 124, 100, 126, 90, 113);
        assertThat(comparison.gain(Goal.THROUGHPUT, 0)).isEqualTo(0.255, within(0.01));
    }

    @Test
    void shouldSeeNoGainWithinTheNoise() {
        assertThat(comparison(100, 102, 100, 102, 100, 102).gain(Goal.THROUGHPUT, 0))
                .isZero();
        assertThat(comparison(100, 150, 100, 70, 100, 60).gain(Goal.THROUGHPUT, 0))
                .isZero();
        assertThat(comparison(100, 90, 100, 80, 100, 70).gain(Goal.THROUGHPUT, 0))
                .isZero();
        assertThat(new Comparison(List.of(), List.of(), List.of(), List.of()).gain(Goal.THROUGHPUT, 0))
                .isZero();
    }

    @Test
    void shouldBearOneBadPairOfFiveAndNoneOfFour() {
        assertThat(comparison(100, 120, 100, 120, 100, 10, 100, 120, 100, 120).gain(Goal.THROUGHPUT, 0))
                .isEqualTo(0.2, within(0.001));
        assertThat(comparison(100, 120, 100, 10, 100, 10, 100, 120, 100, 120).gain(Goal.THROUGHPUT, 0))
                .isZero();
        assertThat(comparison(100, 120, 100, 120, 100, 120, 100, 10).gain(Goal.THROUGHPUT, 0))
                .isZero();
    }

    @Test
    void shouldBelieveNoGainOfOnePair() {
        assertThat(comparison(100, 300).isVerified()).isFalse();
        assertThat(comparison(100, 300).gain(Goal.THROUGHPUT, 0)).isZero();
    }

    @Test
    void shouldBeUndecidedWhilePairsContradictEachOther() {
        assertThat(comparison(100, 150, 100, 70).isUndecided(Goal.THROUGHPUT, 0))
                .isTrue();
        assertThat(comparison(100, 120, 100, 120, 100, 10).isUndecided(Goal.THROUGHPUT, 0))
                .isTrue();
        assertThat(comparison(100, 102, 100, 99).isUndecided(Goal.THROUGHPUT, 0))
                .as("as good as the same")
                .isFalse();
        assertThat(comparison(100, 90, 100, 60).isUndecided(Goal.THROUGHPUT, 0))
                .as("worse")
                .isFalse();
        assertThat(comparison(100, 120, 100, 150).isUndecided(Goal.THROUGHPUT, 0))
                .as("better")
                .isFalse();
        double[] noisy = {100, 150, 100, 70, 100, 150, 100, 70, 100, 150, 100, 70, 100, 150};
        assertThat(comparison(noisy).isUndecided(Goal.THROUGHPUT, 0))
                .as("noise: more time brings no more pairs")
                .isFalse();
    }

    @Test
    void shouldNeedNoLatencyOfEachPairWhereThroughputIsTheGoal() {
        Comparison both = comparison(100, 150, 100, 160);
        Comparison comparison = new Comparison(
                both.baseFull(),
                both.bestFull(),
                both.basePaced().subList(0, 1),
                both.bestPaced().subList(0, 1));
        assertThat(comparison.pairs()).isEqualTo(2);
        assertThat(comparison.gain(Goal.THROUGHPUT, 0)).isEqualTo(0.55, within(0.001));
    }

    @Test
    void shouldComparePairByPairSoThatADriftStrikesBoth() {
        // The machine becomes three times as slow; in each pair the best is a fifth better.
        assertThat(comparison(300, 360, 200, 240, 100, 120).gain(Goal.THROUGHPUT, 0))
                .isEqualTo(0.2, within(0.001));
    }

    @Test
    void shouldPreferWhatKeepsTheLimitOfP99() {
        Trial fast = Trials.full(200);
        Trial slow = Trials.full(100);
        double kept = Goal.THROUGHPUT.score(slow, Trials.paced(500, 1_900), 2_000);
        double broken = Goal.THROUGHPUT.score(fast, Trials.paced(500, 4_000), 2_000);
        assertThat(kept).isGreaterThan(broken);
        assertThat(Goal.THROUGHPUT.score(fast, Trials.paced(500, 4_000), 0)).isGreaterThan(kept);
    }

    @Test
    void shouldCountWhatDoesNotKeepUpAsSlow() {
        Trial behind = new Trial(1, "test", Trials.ANY, 10_000, 2, 2_000, 10, 20, 0, 0, 0, 0, 0, "", 0, null);
        assertThat(behind.keptUp()).isFalse();
        assertThat(Goal.LATENCY.score(null, behind, 0)).isLessThan(Goal.LATENCY.score(null, Trials.paced(9, 9e5), 0));
    }

    @Test
    void shouldScoreZeroForWhatDoesNotWork() {
        Trial failed = Trial.failed(1, "test", Trials.ANY, 0, "why");
        assertThat(Goal.THROUGHPUT.score(failed, null, 0)).isZero();
        assertThat(Goal.BALANCED.score(Trials.full(1), failed, 0)).isZero();
    }

    private static Comparison comparison(double... baseAndBest) {
        List<Trial> base = new ArrayList<>();
        List<Trial> best = new ArrayList<>();
        List<Trial> paced = new ArrayList<>();
        for (int i = 0; i < baseAndBest.length; i += 2) {
            base.add(Trials.full(baseAndBest[i]));
            best.add(Trials.full(baseAndBest[i + 1]));
            paced.add(Trials.paced(100, 200));
        }
        return new Comparison(base, best, paced, paced);
    }
}
