package io.headrace.tools.tune;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Divides the time there is: probes, trials that warm up, the search, and what must be left for the comparison at its end.
 * What a trial takes is learned from those that ran. Owned by one thread.
 */
final class Schedule {
    private static final double PROBES = 0.15;
    private static final double WARM_UP = 0.08;
    private static final double COMPARISON = 0.27;
    private static final double TRIAL = 1 / 90.0;

    private static final long LONGEST_PROBES = TimeUnit.SECONDS.toNanos(9);
    private static final Duration SHORTEST_TRIAL = Duration.ofMillis(300);
    private static final Duration LONGEST_TRIAL = Duration.ofSeconds(2);
    private static final int LEAST_SEARCH = 1;
    private static final int STEP_SECONDS = 5;
    private static final double ROOM = 1.1;

    /** Trials that warm up, at least. */
    static final int LEAST_WARM_UP = 2;

    /** Pairs of the comparison, at least. */
    static final int LEAST_PAIRS = 2;

    /** The same, at most. */
    static final int MOST_PAIRS = 7;

    private final Duration budget;
    private final int measuredAtOnce;
    private final LongSupplier nanoClock;
    private final long begun;
    private final long end;
    private double trialNanos;
    private double shortestNanos = Double.MAX_VALUE;

    /**
     * The time begins.
     *
     * @param trialsOfMeasurement what it takes to say how good something is
     */
    Schedule(Duration budget, int trialsOfMeasurement, LongSupplier nanoClock) {
        this.budget = budget;
        this.measuredAtOnce = trialsOfMeasurement;
        this.nanoClock = nanoClock;
        this.begun = nanoClock.getAsLong();
        this.end = begun + budget.toNanos();
    }

    /** How long one trial measures. */
    Duration trialTime() {
        return trialTime(budget);
    }

    private static Duration trialTime(Duration budget) {
        Duration share = Duration.ofNanos((long) (budget.toNanos() * TRIAL));
        return share.compareTo(SHORTEST_TRIAL) < 0
                ? SHORTEST_TRIAL
                : share.compareTo(LONGEST_TRIAL) > 0 ? LONGEST_TRIAL : share;
    }

    /** How long all probes may take. */
    long probeNanos() {
        return probeNanos(budget);
    }

    private static long probeNanos(Duration budget) {
        return Math.min(LONGEST_PROBES, (long) (budget.toNanos() * PROBES));
    }

    long warmUpNanos() {
        return (long) (budget.toNanos() * WARM_UP);
    }

    /** A trial took so long, with its start and its end. */
    void took(long nanos) {
        trialNanos = trialNanos == 0 ? nanos : (trialNanos + nanos) / 2;
        shortestNanos = Math.min(shortestNanos, nanos);
    }

    /** How much of the time is over, 0 to 1. */
    double fraction() {
        return Math.min(1, (nanoClock.getAsLong() - begun) / (double) budget.toNanos());
    }

    double seconds() {
        return (nanoClock.getAsLong() - begun) / 1e9;
    }

    /** Whether so many trials more end in time. */
    boolean hasRoomFor(int trials) {
        return nanoClock.getAsLong() + trials * trialNanos * ROOM - end <= 0;
    }

    /** Whether the search may compare two once more, and the comparison is still possible after it. */
    boolean maySearch() {
        double kept = Math.max(budget.toNanos() * COMPARISON, comparisonTrials(LEAST_PAIRS) * trialNanos * ROOM);
        return nanoClock.getAsLong() + 2 * measuredAtOnce * trialNanos + kept - end <= 0;
    }

    /**
     * The least budget with which there is a search and a comparison, as trials take what the shortest so far did; null when
     * this one is enough.
     *
     * @param part what a trial takes from now on, of what it took: the first one is slower than all others
     */
    Duration tooShort(double part) {
        double needed = (LEAST_SEARCH * measuredAtOnce + comparisonTrials(LEAST_PAIRS)) * shortestNanos * part;
        if (nanoClock.getAsLong() + needed - end <= 0) {
            return null;
        }
        double nanos = nanoClock.getAsLong() - begun + needed;
        return Duration.ofSeconds((long) Math.ceil(Math.max(nanos, budget.toNanos() + 1.0) / 1e9));
    }

    /**
     * A budget with room for so many measurements of a search and so many pairs of the comparison, as trials take what they
     * did last; null where the longest that there may be has none.
     */
    Duration sufficient(int measurements, int pairs) {
        double startAndEnd = Math.max(0, trialNanos - trialTime().toNanos());
        Duration tried = budget;
        while (tried.compareTo(TuneOptions.LONGEST_BUDGET) < 0) {
            tried = Duration.ofSeconds((tried.toSeconds() / STEP_SECONDS + 1) * STEP_SECONDS);
            double trial = startAndEnd + trialTime(tried).toNanos();
            double before = probeNanos(tried) + Math.max(tried.toNanos() * WARM_UP, LEAST_WARM_UP * trial);
            double kept = Math.max(tried.toNanos() * COMPARISON, comparisonTrials(pairs) * trial * ROOM);
            // The search ends when there is no room for two more.
            double search = (measurements + 2) * measuredAtOnce * trial;
            if (before + search + kept <= tried.toNanos()) {
                return tried;
            }
        }
        return null;
    }

    /** What the shortest trial took. */
    Duration trial() {
        return Duration.ofNanos((long) shortestNanos);
    }

    /** The pairs, and where a measurement is not both, one pair of the other kind. */
    private int comparisonTrials(int pairs) {
        return 2 * pairs * measuredAtOnce + (measuredAtOnce == 1 ? 2 : 0);
    }
}
