package io.headrace.benchmarks.suites;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Ratios that must not be missed, and latencies that must not be exceeded: the content of {@code floors.json}. Immutable.
 */
public record Floors(List<Floor> floors) {
    /**
     * One ratio, or how much of the latency that is allowed beside a peer's is taken.
     *
     * @param value of the suite's axis, or null
     * @param latency what is allowed, or null: then the ratio is that of the suite's figures
     * @param least of the median of the rounds
     * @param source where the documents say it
     */
    public record Floor(
            String suite,
            String contestant,
            String peer,
            Double value,
            Allowance latency,
            double least,
            String source) {
        /** What must be there. */
        public Floor {
            Texts.need("floor: suite", suite);
            Texts.need("floor: contestant", contestant);
            Texts.need("floor: peer", peer);
            Texts.need("floor: source", source);
            if (!(least > 0)) {
                throw new IllegalArgumentException("floor: least: " + least + " (expected: > 0)");
            }
            if (latency != null && value != null) {
                throw new IllegalArgumentException("floor: value: " + value + " (expected: none beside latency)");
            }
        }

        /** What is divided by what. */
        public String what() {
            return suite + ": " + (latency == null ? above() : "(" + above() + ")") + " / " + below();
        }

        /** The name of the figure that is divided. */
        public String above() {
            return latency == null ? contestant : latency.of(peer);
        }

        /** The name of the figure that divides. */
        public String below() {
            return latency == null
                    ? peer + (value == null ? "" : " at " + Texts.word(value))
                    : "p" + latency.percentile() + " of " + contestant;
        }
    }

    /**
     * A latency that is allowed beside a peer's. The ratio of such a floor is what is allowed over what was measured, so
     * that more is better as in the others and 1 is the limit.
     *
     * @param percentile of both, such as {@code 99}
     * @param times of the peer's
     * @param plusMillis added to that
     */
    public record Allowance(String percentile, double times, double plusMillis) {
        /** What must be there. */
        public Allowance {
            Texts.need("floor: latency: percentile", percentile);
            if (!percentile.matches("[0-9]{1,3}([.][0-9]+)?")) {
                throw new IllegalArgumentException(
                        "floor: latency: percentile: " + percentile + " (expected: a number, such as 99)");
            }
            if (!(times > 0 && times < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("floor: latency: times: " + times + " (expected: > 0)");
            }
            if (!(plusMillis >= 0 && plusMillis < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("floor: latency: plusMillis: " + plusMillis + " (expected: >= 0)");
            }
        }

        double millis(double peer) {
            return times * peer + plusMillis;
        }

        String of(String peer) {
            return Texts.word(times) + " times p" + percentile + " of " + peer
                    + (plusMillis == 0 ? "" : " + " + Texts.word(plusMillis) + " ms");
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
                judgements.add(new Judgement(
                        floor,
                        floor.latency() == null
                                ? measurements.ratio(floor.contestant(), floor.peer(), floor.value())
                                : measurements.allowed(floor.contestant(), floor.peer(), floor.latency())));
            }
        }
        return judgements;
    }

    static void check(Floor floor, Suite suite) {
        if (suite.contestant(floor.contestant()) == null || suite.contestant(floor.peer()) == null) {
            throw new IllegalArgumentException("floors.json: " + floor.what() + " (expected: of "
                    + suite.contestants().stream().map(Contestant::name).toList() + ")");
        }
        if (floor.latency() != null && suite.axis() != null) {
            throw new IllegalArgumentException(
                    "floors.json: " + floor.what() + ": latency (expected: none, the suite has an axis)");
        }
        if ((suite.axis() == null) != (floor.value() == null)) {
            throw new IllegalArgumentException("floors.json: " + floor.what() + ": value: " + floor.value()
                    + " (expected: " + (suite.axis() == null ? "none" : "one of the axis") + ")");
        }
    }
}
