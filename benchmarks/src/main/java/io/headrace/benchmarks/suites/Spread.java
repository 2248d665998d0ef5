package io.headrace.benchmarks.suites;

import java.util.Arrays;
import java.util.Collection;

/** Median, smallest and largest of the same figure in several rounds. Immutable. */
public record Spread(double median, double smallest, double largest, int rounds) {
    /** Of one value a round, at least one. */
    public static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("values: none (expected: at least one)");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
    }

    static Spread of(Collection<Double> values) {
        return of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Whether there was more than one round, so that smallest and largest say something. */
    public boolean isSpread() {
        return rounds > 1;
    }
}
