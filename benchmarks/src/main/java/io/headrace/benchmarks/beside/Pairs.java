package io.headrace.benchmarks.beside;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Relative differences of windows with a command from the ones alone beside them, in percent. Owned by one thread. */
final class Pairs {
    private static final int RESAMPLES = 1_000;
    private static final long SEED = 1;
    private static final double LOW = 0.025;
    private static final double HIGH = 0.975;

    private final List<Double> percents = new ArrayList<>();

    /**
     * The middle of the differences, as the median of the means of all two of them (Hodges and Lehmann 1963), which one wild
     * pair does not move and which needs fewer pairs than their median does; with the bounds of its 95 % confidence
     * interval, by the percentile bootstrap (Efron 1979).
     *
     * @param count of pairs
     */
    record Estimate(double middle, double low, double high, int count) {
        String text() {
            return String.format(Locale.ROOT, "%+.2f %% (%+.2f to %+.2f)", middle, low, high);
        }
    }

    void add(double with, double alone) {
        percents.add(100 * (with / alone - 1));
    }

    /** Another run's difference. */
    void add(double percent) {
        percents.add(percent);
    }

    List<Double> percents() {
        return List.copyOf(percents);
    }

    Estimate estimate() {
        double[] values = percents.stream().mapToDouble(Double::doubleValue).toArray();
        if (values.length == 0) {
            throw new IllegalStateException("pairs: none (expected: at least one)");
        }
        Random random = new Random(SEED);
        double[] middles = new double[RESAMPLES];
        double[] drawn = new double[values.length];
        for (int i = 0; i < RESAMPLES; i++) {
            for (int j = 0; j < drawn.length; j++) {
                drawn[j] = values[random.nextInt(values.length)];
            }
            middles[i] = middle(drawn);
        }
        Arrays.sort(middles);
        return new Estimate(
                middle(values), middles[(int) (LOW * RESAMPLES)], middles[(int) (HIGH * RESAMPLES)], values.length);
    }

    private static double middle(double[] values) {
        double[] means = new double[values.length * (values.length + 1) / 2];
        int at = 0;
        for (int i = 0; i < values.length; i++) {
            for (int j = i; j < values.length; j++) {
                means[at++] = (values[i] + values[j]) / 2;
            }
        }
        return median(means);
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
