package io.headrace.benchmarks.report;

import io.headrace.benchmarks.suites.Spread;
import java.util.List;

/**
 * One contestant in a drawing. Immutable.
 *
 * @param number of its colour and mark
 */
record Curve(String name, int number, List<Point> points) {
    /** A figure at a place of the axis across. */
    record Point(double x, Spread y) {}

    /** Colours and marks that there are; a curve beyond them is drawn as one before, with a broken line. */
    static final int STYLES = 8;

    int style() {
        return number % STYLES;
    }

    boolean broken() {
        return number >= STYLES;
    }
}
