package io.headrace.tools.tune;

import java.util.Locale;

/** What is to become better. */
public enum Goal {
    /** As many events a second as go. */
    THROUGHPUT,
    /** The time that 99 % of the events take at most, at a rate well below what goes. */
    LATENCY,
    /** Both: the geometric mean of events a second under full load and of 1 / p99 at that rate. */
    BALANCED;

    private static final int PENALTY = 4;

    /** Reads a label, in capitals, too. */
    public static Goal parse(String text) {
        for (Goal goal : values()) {
            if (goal.name().equalsIgnoreCase(text.trim())) {
                return goal;
            }
        }
        throw new IllegalArgumentException("goal: " + text + " (expected: throughput, latency or balanced)");
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a trial under full load is needed to say how good something is. */
    boolean needsFull() {
        return this != LATENCY;
    }

    /** Whether a trial at a fixed rate is needed. */
    boolean needsPaced(double p99LimitMicros) {
        return this != THROUGHPUT || p99LimitMicros > 0;
    }

    /**
     * How good it is, in proportion; 0 for what does not work. Beyond the limit for p99 it falls with the fourth power, so
     * that the search finds its way back below it.
     *
     * @param full a trial under full load, where {@link #needsFull}
     * @param paced a trial at a fixed rate, where {@link #needsPaced}
     * @param p99LimitMicros 0 for none
     */
    double score(Trial full, Trial paced, double p99LimitMicros) {
        if (full != null && !full.works() || paced != null && !paced.works()) {
            return 0;
        }
        double score =
                switch (this) {
                    case THROUGHPUT -> full.eventsPerSecond();
                    case LATENCY -> 1e6 / Math.max(1, paced.boundMicros());
                    case BALANCED -> Math.sqrt(full.eventsPerSecond() * 1e6 / Math.max(1, paced.boundMicros()));
                };
        return p99LimitMicros > 0 && paced != null && paced.boundMicros() > p99LimitMicros
                ? score * Math.pow(p99LimitMicros / paced.boundMicros(), PENALTY)
                : score;
    }
}
