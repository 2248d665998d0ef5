package io.headrace.benchmarks.suites;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/** What the runs of one suite come to: medians, spreads and ratios. Immutable. */
public final class Measurements {
    private final Suite suite;
    private final List<Run> runs;

    /** Of that suite in those results. */
    public Measurements(Results results, Suite suite) {
        this.suite = suite;
        this.runs = results.runs().stream()
                .filter(run -> run.suite().equals(suite.name()))
                .toList();
    }

    /** The figure that the suite is about: a rate or a time, or null. */
    public static Double figure(Answer answer) {
        return answer.rate() != null ? answer.rate() : answer.time();
    }

    /** Values of the axis that were measured, rising; a single null where there is no axis. */
    public List<Double> values() {
        if (suite.axis() == null) {
            return java.util.Collections.singletonList(null);
        }
        TreeSet<Double> values = new TreeSet<>();
        runs.stream().map(Run::value).filter(Objects::nonNull).forEach(values::add);
        return List.copyOf(values);
    }

    /** Runs that gave no figure. */
    public List<Run> failures() {
        return runs.stream()
                .filter(run -> run.answer() == null && !run.skipped())
                .toList();
    }

    /** Runs that were left out. */
    public List<Run> skipped() {
        return runs.stream().filter(Run::skipped).toList();
    }

    /** All answers of a contestant at a value. */
    public List<Answer> answers(String contestant, Double value) {
        return List.copyOf(byRound(contestant, value).values());
    }

    /** Whether less is better: the contestants told a time. */
    public boolean isTime() {
        return runs.stream()
                .anyMatch(run -> run.answer() != null && run.answer().time() != null);
    }

    /** Median and spread of one figure, or null where nobody told it. */
    public Spread spread(String contestant, Double value, Function<Answer, Double> figure) {
        List<Double> told = new ArrayList<>();
        for (Answer answer : answers(contestant, value)) {
            Double number = figure.apply(answer);
            if (number != null) {
                told.add(number);
            }
        }
        return told.isEmpty() ? null : Spread.of(told);
    }

    /**
     * How many times as fast the first is as the second, round by round; for times, how many times as long the second
     * takes. Null where no round has both.
     */
    public Spread ratio(String first, String second, Double value) {
        Map<Integer, Answer> others = byRound(second, value);
        List<Double> ratios = new ArrayList<>();
        byRound(first, value).forEach((round, answer) -> {
            Answer other = others.get(round);
            if (other == null || figure(answer) == null || figure(other) == null) {
                return;
            }
            double ratio = figure(answer) / figure(other);
            ratios.add(answer.rate() != null ? ratio : 1 / ratio);
        });
        return ratios.isEmpty() ? null : Spread.of(ratios);
    }

    /** How many times as long a percentile of the first is as that of the second, round by round, or null. */
    public Spread latencyRatio(String first, String second, String percentile) {
        return latencies(first, second, percentile, (own, other) -> other > 0 ? own / other : null);
    }

    /** How many times what a percentile of the first is may be, by that of the second, round by round, or null. */
    Spread allowed(String first, String second, Floors.Allowance allowance) {
        return latencies(
                first, second, allowance.percentile(), (own, other) -> own > 0 ? allowance.millis(other) / own : null);
    }

    private Spread latencies(String first, String second, String percentile, BinaryOperator<Double> ratio) {
        Map<Integer, Answer> others = byRound(second, null);
        List<Double> ratios = new ArrayList<>();
        byRound(first, null).forEach((round, answer) -> {
            Answer other = others.get(round);
            Double mine = answer.latencyMillis().get(percentile);
            Double theirs = other == null ? null : other.latencyMillis().get(percentile);
            Double quotient = mine == null || theirs == null ? null : ratio.apply(mine, theirs);
            if (quotient != null) {
                ratios.add(quotient);
            }
        });
        return ratios.isEmpty() ? null : Spread.of(ratios);
    }

    private Map<Integer, Answer> byRound(String contestant, Double value) {
        Map<Integer, Answer> rounds = new LinkedHashMap<>();
        for (Run run : runs) {
            if (run.answer() != null && run.contestant().equals(contestant) && Objects.equals(run.value(), value)) {
                rounds.put(run.round(), run.answer());
            }
        }
        return rounds;
    }
}
