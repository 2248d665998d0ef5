package io.headrace.tools.tune;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The baseline and the best that was found, measured in alternation. Those with the same number ran right after each other.
 * Immutable.
 *
 * @param baseFull the baseline under full load
 * @param bestFull the best under full load
 * @param basePaced the baseline at a fixed rate
 * @param bestPaced the best at that rate
 */
record Comparison(List<Trial> baseFull, List<Trial> bestFull, List<Trial> basePaced, List<Trial> bestPaced) {
    /** The lowest one of so many pairs may be as bad as it wants, where there are more than four. */
    private static final int OUTLIERS_OF = 4;

    Comparison {
        baseFull = List.copyOf(baseFull);
        bestFull = List.copyOf(bestFull);
        basePaced = List.copyOf(basePaced);
        bestPaced = List.copyOf(bestPaced);
    }

    /** Those of the kind that the goal needs: of the other one there may be fewer. */
    int pairs() {
        return Math.max(bestFull.size(), bestPaced.size());
    }

    /** Whether there are enough pairs to say anything. */
    boolean isVerified() {
        return pairs() >= Schedule.LEAST_PAIRS;
    }

    /** How many times as good the best is, pair by pair, by the goal. */
    double[] ratios(Goal goal, double p99LimitMicros) {
        double[] ratios = new double[pairs()];
        for (int i = 0; i < ratios.length; i++) {
            double base = goal.score(at(baseFull, i), at(basePaced, i), p99LimitMicros);
            double best = goal.score(at(bestFull, i), at(bestPaced, i), p99LimitMicros);
            ratios[i] = base > 0 ? best / base : best > 0 ? Double.MAX_VALUE : 1;
        }
        return ratios;
    }

    private static Trial at(List<Trial> trials, int index) {
        return index < trials.size() ? trials.get(index) : null;
    }

    /** By how much the best is better, 0.25 for a quarter, by the median of the pairs; 0 when a pair (of five or more: two) shows none, or there is only one. */
    double gain(Goal goal, double p99LimitMicros) {
        double[] ratios = ratios(goal, p99LimitMicros);
        if (!isVerified()) {
            return 0;
        }
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);
        return sorted[(ratios.length - 1) / OUTLIERS_OF] > Search.MARGIN ? Search.median(ratios, ratios.length) - 1 : 0;
    }

    /**
     * Whether pairs contradict each other: some show no gain, others one that is worth a change, and there were fewer pairs
     * than there may be. Of five or more, one may do so.
     */
    boolean isUndecided(Goal goal, double p99LimitMicros) {
        double[] sorted = ratios(goal, p99LimitMicros);
        Arrays.sort(sorted);
        return isVerified()
                && sorted.length < Schedule.MOST_PAIRS
                && gain(goal, p99LimitMicros) == 0
                && sorted[sorted.length - 1 - (sorted.length - 1) / OUTLIERS_OF] > Search.WORTH;
    }

    /** Pairs in which the best was better. */
    static int better(double[] ratios) {
        int better = 0;
        for (double ratio : ratios) {
            better += ratio > 1 ? 1 : 0;
        }
        return better;
    }

    static double median(List<Trial> trials, ToDoubleFunction<Trial> figure) {
        return Use.median(trials, figure);
    }
}
