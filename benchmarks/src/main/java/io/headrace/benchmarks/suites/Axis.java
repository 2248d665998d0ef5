package io.headrace.benchmarks.suites;

import java.util.List;

/**
 * What a suite varies, one value after the other. Immutable.
 *
 * @param name of its word in commands and of the field of answers
 * @param label for the report, with the unit
 * @param log whether the report's scale is logarithmic; null is yes
 * @param values of a full run, rising
 * @param quick values of a quick run; empty is all
 * @param sizes whether the values are sizes of what a rate counts, so that it is bytes a second that should hold as they
 *     rise; null is no
 */
public record Axis(String name, String label, Boolean log, List<Double> values, List<Double> quick, Boolean sizes) {
    /** Fills what may be left out. */
    public Axis {
        Texts.need("axis: name", name);
        Texts.need("axis: label", label);
        log = log == null || log;
        sizes = sizes != null && sizes;
        values = values == null ? List.of() : List.copyOf(values);
        quick = quick == null || quick.isEmpty() ? values : List.copyOf(quick);
        for (List<Double> each : List.of(values, quick)) {
            for (int i = 0; i < each.size(); i++) {
                if (each.get(i) <= (i == 0 ? log ? 0 : Double.NEGATIVE_INFINITY : each.get(i - 1))) {
                    throw new IllegalArgumentException("axis " + name + ": " + each + " (expected: rising"
                            + (log ? " numbers above 0" : " numbers") + ")");
                }
            }
        }
        if (values.isEmpty()) {
            throw new IllegalArgumentException("axis " + name + ": no values (expected: at least one)");
        }
    }

    List<Double> values(Mode mode) {
        return mode == Mode.FULL ? values : quick;
    }
}
