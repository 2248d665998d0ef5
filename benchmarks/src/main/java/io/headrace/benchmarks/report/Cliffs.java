package io.headrace.benchmarks.report;

import io.headrace.benchmarks.suites.Axis;
import io.headrace.benchmarks.suites.Contestant;
import io.headrace.benchmarks.suites.Measurements;
import io.headrace.benchmarks.suites.Spread;
import io.headrace.benchmarks.suites.Suite;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a figure of ours gets worse by more than half from one value of the axis to the next: a rate that falls below the
 * half (of events, or of bytes where the axis is their size), or a time that rises to more than twice what the axis rises.
 * The report says so, and whether a note explains it.
 */
final class Cliffs {
    private static final double MUCH = 2;

    private Cliffs() {}

    static List<String> of(Suite suite, Measurements measurements) {
        List<String> cliffs = new ArrayList<>();
        Axis axis = suite.axis();
        if (axis == null) {
            return cliffs;
        }
        for (Contestant contestant : suite.contestants()) {
            Double before = null;
            Spread beforeFigure = null;
            for (Double value : measurements.values()) {
                Spread figure = measurements.spread(contestant.name(), value, Measurements::figure);
                if (figure == null || !contestant.ours()) {
                    continue;
                }
                if (before != null && isCliff(measurements.isTime(), axis, before, value, beforeFigure, figure)) {
                    cliffs.add(contestant.name() + ": from " + Numbers.figure(beforeFigure.median()) + " to "
                            + Numbers.figure(figure.median()) + " " + suite.unit() + " between "
                            + Numbers.onAxis(before)
                            + " and " + Numbers.onAxis(value) + " (" + axis.label() + ")");
                }
                before = value;
                beforeFigure = figure;
            }
        }
        return cliffs;
    }

    private static boolean isCliff(
            boolean time, Axis axis, double before, double value, Spread beforeFigure, Spread figure) {
        if (time) {
            return figure.median() > MUCH * beforeFigure.median() * Math.max(1, value / before);
        }
        double grown = axis.sizes() ? value / before : 1;
        return figure.median() * grown * MUCH < beforeFigure.median();
    }
}
