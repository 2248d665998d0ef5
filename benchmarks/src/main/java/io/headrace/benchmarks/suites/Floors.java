package io.headrace.benchmarks.suites;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Ratios that must not be missed: the content of {@code floors.json}. Immutable.
 */
public record Floors(List<Floor> floors) {
    /**
     * One ratio.
     *
     * @param value of the suite's axis, or null
     * @param least of the median of the rounds
     * @param source where the documents say it
     */
    public record Floor(String suite, String contestant, String peer, Double value, double least, String source) {
        /** What must be there. */
        public Floor {
            Texts.need("floor: suite", suite);
            Texts.need("floor: contestant", contestant);
            Texts.need("floor: peer", peer);
            Texts.need("floor: source", source);
            if (!(least > 0)) {
                throw new IllegalArgumentException("floor: least: " + least + " (expected: > 0)");
            }
        }

        String what() {
            return suite + ": " + contestant + " / " + peer + (value == null ? "" : " at " + Texts.word(value));
        }
    }

    /** How a floor was met by a run. */
    public record Judgement(Floor floor, Spread ratio) {
        /** Whether the ratio was measured and is not below the floor. */
        public boolean met() {
            return ratio != null && ratio.median() >= floor.least();
        }

        /** One line for a terminal. */
        public String line() {
            return floor.what() + ": "
                    + (ratio == null
                            ? "not measured"
                            : String.format(
                                    Locale.ROOT,
                                    "%.2f (%.2f to %.2f)",
                                    ratio.median(),
                                    ratio.smallest(),
                                    ratio.largest()))
                    + String.format(Locale.ROOT, ", expected >= %.2f: ", floor.least())
                    + (met() ? "met" : "MISSED");
        }
    }

    /** Takes the list. */
    public Floors {
        floors = floors == null ? List.of() : List.copyOf(floors);
    }

    /**
     * Judges the floors of the suites that were run.
     *
     * @throws IllegalArgumentException when a floor names a contestant that its suite doesn't have
     */
    public List<Judgement> judge(Results results) {
        List<Judgement> judgements = new ArrayList<>();
        for (Suite suite : results.suites()) {
            Measurements measurements = new Measurements(results, suite);
            for (Floor floor : floors) {
                if (!floor.suite().equals(suite.name())) {
                    continue;
                }
                check(floor, suite);
                judgements.add(
                        new Judgement(floor, measurements.ratio(floor.contestant(), floor.peer(), floor.value())));
            }
        }
        return judgements;
    }

    static void check(Floor floor, Suite suite) {
        if (suite.contestant(floor.contestant()) == null || suite.contestant(floor.peer()) == null) {
            throw new IllegalArgumentException("floors.json: " + floor.what() + " (expected: of "
                    + suite.contestants().stream().map(Contestant::name).toList() + ")");
        }
        if ((suite.axis() == null) != (floor.value() == null)) {
            throw new IllegalArgumentException("floors.json: " + floor.what() + ": value: " + floor.value()
                    + " (expected: " + (suite.axis() == null ? "none" : "one of the axis") + ")");
        }
    }
}
