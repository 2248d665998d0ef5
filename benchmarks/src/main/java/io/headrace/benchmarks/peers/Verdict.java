package io.headrace.benchmarks.peers;

import java.util.Locale;

/** A figure beside what it has to be. */
record Verdict(String what, String figure, String expected, boolean met) {
    /** A ratio that must be at least {@code least}. */
    static Verdict atLeast(String what, Series ratio, double least) {
        return new Verdict(
                what, ratio.text("%.2f"), String.format(Locale.ROOT, ">= %.2f", least), ratio.median() >= least);
    }

    String line() {
        return String.format(Locale.ROOT, "%-60s %s, expected %s: %s", what, figure, expected, met ? "met" : "MISSED");
    }
}
