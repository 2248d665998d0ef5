package io.headrace.benchmarks.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.benchmarks.suites.Floors.Allowance;
import io.headrace.benchmarks.suites.Floors.Floor;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeasurementsTest {
    private static final Suite SUITE =
            Samples.suite("s", null, List.of(), Samples.contestant("a", true), Samples.contestant("b", false));

    private static Results results(Run... runs) {
        return Samples.results(Mode.FULL, true, SUITE, List.of(runs));
    }

    private static Run run(String contestant, int round, Answer answer) {
        return Samples.run("s", contestant, null, round, answer);
    }

    private static Answer time(double millis) {
        return new Answer(
                null, null, null, "ms", null, millis, null, null, null, null, null, null, List.of("opened"), null);
    }

    @Test
    void shouldDivideRoundByRound() {
        Measurements measurements = new Measurements(
                results(
                        run("a", 1, Samples.rate(100)),
                        run("b", 1, Samples.rate(10)),
                        run("b", 2, Samples.rate(40)),
                        run("a", 2, Samples.rate(80)),
                        run("a", 3, Samples.rate(1))),
                SUITE);

        assertThat(measurements.ratio("a", "b", null)).isEqualTo(new Spread(6, 2, 10, 2));
        assertThat(measurements.spread("a", null, Measurements::figure)).isEqualTo(new Spread(80, 1, 100, 3));
        assertThat(measurements.ratio("a", "nobody", null)).isNull();
    }

    @Test
    void shouldCallTheOneFasterThatTakesLess() {
        Measurements measurements = new Measurements(results(run("a", 1, time(5)), run("b", 1, time(20))), SUITE);

        assertThat(measurements.ratio("a", "b", null).median()).isEqualTo(4);
        assertThat(measurements.isTime()).isTrue();
    }

    @Test
    void shouldMeetAFloorOnlyByWhatWasMeasured() {
        Floors floors = new Floors(List.of(
                new Floor("s", "a", "b", null, null, 10, "README"),
                new Floor("other", "a", "b", null, null, 10, "README")));

        assertThat(floors.judge(results(run("a", 1, Samples.rate(100)), run("b", 1, Samples.rate(10)))))
                .singleElement()
                .matches(Floors.Judgement::met);
        assertThat(floors.judge(results(run("a", 1, Samples.rate(99)), run("b", 1, Samples.rate(10)))))
                .singleElement()
                .matches(each -> !each.met())
                .extracting(Floors.Judgement::line)
                .isEqualTo("s: a / b: 9.90 (9.90 to 9.90), expected >= 10.00: MISSED");
        assertThat(floors.judge(results(run("a", 1, Samples.rate(99)))))
                .singleElement()
                .matches(each -> !each.met())
                .extracting(Floors.Judgement::line)
                .isEqualTo("s: a / b: not measured, expected >= 10.00: MISSED");
    }

    @Test
    void shouldDivideWhatALatencyMayBeByWhatItIs() {
        Floors floors = new Floors(List.of(new Floor("s", "a", "b", null, new Allowance("99", 3, 2), 1, "README")));
        Run device = run("b", 1, Samples.latency(0.2, 1, 9));
        Run slowDevice = run("b", 2, Samples.latency(0.2, 6, 9));

        assertThat(floors.judge(results(device, run("a", 1, Samples.latency(1, 5, 50)))))
                .singleElement()
                .matches(Floors.Judgement::met)
                .extracting(Floors.Judgement::line)
                .isEqualTo("s: (3 times p99 of b + 2 ms) / p99 of a: 1.00 (1.00 to 1.00), expected >= 1.00: met");
        assertThat(floors.judge(results(device, run("a", 1, Samples.latency(1, 5.1, 50)))))
                .singleElement()
                .matches(each -> !each.met());
        assertThat(floors.judge(results(
                        device,
                        run("a", 1, Samples.latency(1, 20, 50)),
                        slowDevice,
                        run("a", 2, Samples.latency(1, 10, 50)))))
                .singleElement()
                .extracting(Floors.Judgement::ratio)
                .isEqualTo(new Spread(1.125, 0.25, 2, 2));
        assertThat(floors.judge(results(device, run("a", 2, Samples.latency(1, 2, 3)))))
                .singleElement()
                .matches(each -> !each.met())
                .extracting(Floors.Judgement::line)
                .isEqualTo("s: (3 times p99 of b + 2 ms) / p99 of a: not measured, expected >= 1.00: MISSED");
    }

    @Test
    void shouldRefuseALatencyThatAllowsNothing() {
        assertThatThrownBy(() -> new Allowance(" ", 3, 2))
                .hasMessage("floor: latency: percentile: nothing (expected: a text)");
        assertThatThrownBy(() -> new Allowance("p99", 3, 2))
                .hasMessage("floor: latency: percentile: p99 (expected: a number, such as 99)");
        assertThatThrownBy(() -> new Allowance("99", 0, 2)).hasMessage("floor: latency: times: 0.0 (expected: > 0)");
        assertThatThrownBy(() -> new Allowance("99", 3, -1))
                .hasMessage("floor: latency: plusMillis: -1.0 (expected: >= 0)");
        assertThatThrownBy(() -> new Floor("s", "a", "b", 64.0, new Allowance("99", 3, 2), 1, "README"))
                .hasMessage("floor: value: 64.0 (expected: none beside latency)");
    }

    @Test
    void shouldRefuseAFloorOfNobody() {
        Floors floors = new Floors(List.of(new Floor("s", "a", "c", null, null, 10, "README")));

        assertThatThrownBy(() -> floors.judge(results())).hasMessage("floors.json: s: a / c (expected: of [a, b])");
    }

    @Test
    void shouldTakeASuiteFromTheLaterResultsAndKeepTheOrderOfSuites() {
        Suite other = Samples.suite("t", null, List.of(), Samples.contestant("a", true));
        Results first = results(run("a", 1, Samples.rate(1)));
        Results second =
                Samples.results(Mode.QUICK, false, other, List.of(Samples.run("t", "a", null, 1, Samples.rate(2))));
        Results third = results(run("a", 1, Samples.rate(3)));

        Results merged = Results.merge(List.of(first, second, third));

        assertThat(merged.suites()).containsExactly(SUITE, other);
        assertThat(merged.runs()).extracting(run -> run.answer().rate()).containsExactly(2.0, 3.0);
        assertThat(merged.mode()).isEqualTo(Mode.QUICK);
        assertThat(merged.complete()).isFalse();
    }
}
