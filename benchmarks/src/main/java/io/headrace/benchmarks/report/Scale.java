package io.headrace.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/**
 * From numbers to places in a drawing, linear or logarithmic. Immutable.
 *
 * @param low and {@code high}: the range of numbers
 * @param from and {@code to}: their places
 */
record Scale(boolean log, double low, double high, double from, double to) {
    private static final double WIDE = 20;
    private static final double FINE_DECADES = 3.01;
    private static final double[] STEPS = {1, 2, 5, 10};
    private static final double[] FINE = {1, 2, 5};

    Scale {
        if (!(low < high) || log && !(low > 0)) {
            throw new IllegalArgumentException(
                    "range: " + low + " to " + high + " (expected: rising" + (log ? ", above 0)" : ")"));
        }
    }

    /** Of figures: from zero, or logarithmic where they differ by more than twenty times. */
    static Scale ofFigures(double smallest, double largest, double from, double to) {
        boolean log = smallest > 0 && largest / smallest > WIDE;
        if (!log) {
            double top = largest > 0 ? largest : 1;
            double step = step(top);
            return new Scale(false, 0, Math.ceil(top / step - 1e-9) * step, from, to);
        }
        double low = below(smallest);
        double high = above(largest);
        if (Math.log10(high / low) > FINE_DECADES) {
            // Ends that have a tick.
            low = Math.pow(10, Math.floor(Math.log10(low) + 1e-9));
            high = Math.pow(10, Math.ceil(Math.log10(high) - 1e-9));
        }
        return new Scale(true, low, high, from, to);
    }

    double at(double value) {
        double part = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
        return from + part * (to - from);
    }

    /** Round numbers from low to high: five or so. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (!log) {
            double step = step(high - low);
            for (int i = 0; low + i * step <= high * (1 + 1e-9); i++) {
                ticks.add(low + i * step);
            }
            return ticks;
        }
        double decades = Math.log10(high / low);
        double every = Math.max(1, Math.ceil(decades / 8));
        for (double decade = Math.floor(Math.log10(low)); decade <= Math.log10(high) + 1e-9; decade += every) {
            for (double factor : decades <= FINE_DECADES ? FINE : new double[] {1}) {
                double tick = factor * Math.pow(10, decade);
                if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    private static double step(double range) {
        double rough = range / 5;
        double decade = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double step : STEPS) {
            if (step * decade >= rough * (1 - 1e-9)) {
                return step * decade;
            }
        }
        throw new IllegalStateException("range: " + range);
    }

    /** The next of 1, 2, 5, 10, ... that is not above. */
    private static double below(double value) {
        double decade = Math.pow(10, Math.floor(Math.log10(value) + 1e-9));
        double found = decade;
        for (double factor : FINE) {
            if (factor * decade <= value * (1 + 1e-9)) {
                found = factor * decade;
            }
        }
        return found;
    }

    private static double above(double value) {
        double decade = Math.pow(10, Math.floor(Math.log10(value) + 1e-9));
        for (double factor : STEPS) {
            if (factor * decade >= value * (1 - 1e-9)) {
                return factor * decade;
            }
        }
        throw new IllegalStateException("value: " + value);
    }
}
