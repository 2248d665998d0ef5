package io.headrace.benchmarks.suites;

import java.util.Locale;

/** How much a run measures. */
public enum Mode {
    FULL(5),
    /** Whether it works and roughly how fast it is, within five minutes for all suites. */
    QUICK(2);

    private final int rounds;

    Mode(int rounds) {
        this.rounds = rounds;
    }

    int rounds() {
        return rounds;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
