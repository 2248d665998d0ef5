package io.headrace.benchmarks.peers;

import java.util.Arrays;
import java.util.Locale;

/** Figures of the same thing, one a round. Immutable. */
record Series(double[] values) {
    Series {
        if (values.length == 0) {
            throw new IllegalArgumentException("values: none (expected: at least one)");
        }
        values = values.clone();
    }

    /** Round by round, how many times another series this one is. */
    Series over(Series other) {
        double[] ratios = new double[Math.min(values.length, other.values.length)];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = values[i] / other.values[i];
        }
        return new Series(ratios);
    }

    double median() {
        double[] sorted = sorted();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double smallest() {
        return sorted()[0];
    }

    double largest() {
        return sorted()[values.length - 1];
    }

    /**
     * Median, smallest and largest.
     *
     * @param format of one number
     */
    String text(String format) {
        return String.format(
                Locale.ROOT, format + " (" + format + " to " + format + ")", median(), smallest(), largest());
    }

    private double[] sorted() {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
