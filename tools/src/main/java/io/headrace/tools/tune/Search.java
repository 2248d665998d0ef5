package io.headrace.tools.tune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Finds a good candidate where each measurement is noisy and takes long. First successive halving (Jamieson and Talwalkar,
 * 2016) among some start candidates and random ones: all are measured in turns, the better half by median goes on and is
 * measured again. Then what the winner has different from the baseline is taken back where that is as good, in groups that
 * are halved, and the rest is compared with candidates that differ in one value. That is done in pairs measured one right
 * after the other, in either order, so that what drifts in the machine strikes both; a value changes only for one that is
 * better by more than a margin. Owned by one thread.
 */
final class Search {
    /** Ratio within which two candidates count as equal. */
    static final double MARGIN = 1.03;

    /** A change is to be worth it: each that is only noise stands between people and what matters. */
    static final double WORTH = 1.05;

    private static final double HOPELESS = 0.9;
    private static final int PAIRS = 3;
    private static final int RANDOM = 4;

    /** Measures a candidate once. */
    interface Objective {
        /** How good it is, in proportion: twice as good is twice the number; 0 for one that does not work. */
        double measure(Candidate candidate, String stage) throws IOException, InterruptedException;
    }

    private final SearchSpace space;
    private final Candidate baseline;
    private final Objective objective;
    private final BooleanSupplier mayGoOn;
    private final Random random;
    private final Map<Candidate, Double> medians = new HashMap<>();
    /** Holder and challenger, where there was time enough to say which is better. */
    private final Set<List<Candidate>> compared = new HashSet<>();

    private int candidates;
    private int rounds;
    private int measuredInRounds;
    private Candidate best;

    /**
     * A search that has not begun.
     *
     * @param baseline what is used now: what is as good is not changed
     * @param mayGoOn whether there is time for one more measurement
     */
    Search(SearchSpace space, Candidate baseline, Objective objective, BooleanSupplier mayGoOn, Random random) {
        this.space = space;
        this.baseline = baseline;
        this.objective = objective;
        this.mayGoOn = mayGoOn;
        this.random = random;
    }

    /** The best that was found in the time there was; the first of {@code start} when there was none. */
    Candidate run(List<Candidate> start) throws IOException, InterruptedException {
        LinkedHashSet<Candidate> field = new LinkedHashSet<>(start);
        for (int i = 0; i < RANDOM; i++) {
            field.add(space.sample(random));
        }
        candidates = field.size();
        best = simplify(unlessAsGood(start, halve(field)));
        Candidate before;
        do {
            before = best;
            best = simplify(refine(best));
        } while (!best.equals(before) && mayGoOn.getAsBoolean());
        return best;
    }

    /** What {@link #run} had no time for. */
    Untried untried() {
        int ofRounds = 0;
        int inRounds = 0;
        for (int live = candidates; live > 1; live = (live + 1) / 2) {
            ofRounds++;
            inRounds += live;
        }
        int values = 0;
        int untriedValues = 0;
        for (Knob knob : space.knobs()) {
            for (boolean up : new boolean[] {true, false}) {
                Candidate next = beside(best, knob, up);
                values += next == null ? 0 : 1;
                untriedValues += next == null || compared.contains(List.of(best, next)) ? 0 : 1;
            }
        }
        return new Untried(
                candidates - medians.size(),
                candidates,
                ofRounds - rounds,
                ofRounds,
                untriedValues,
                values,
                inRounds - measuredInRounds + 2 * PAIRS * untriedValues);
    }

    /** A random winner has to beat the best of those that somebody thought of. */
    private Candidate unlessAsGood(List<Candidate> start, Candidate winner) throws IOException, InterruptedException {
        if (start.contains(winner) || !mayGoOn.getAsBoolean()) {
            return winner;
        }
        Candidate known = start.stream()
                .max(Comparator.comparingDouble(candidate -> medians.getOrDefault(candidate, 0.0)))
                .orElse(winner);
        return ratio(known, winner) > WORTH ? winner : known;
    }

    /** Takes back what the winner has different for nothing: a random candidate wins by a value or two. */
    private Candidate simplify(Candidate winner) throws IOException, InterruptedException {
        return simplify(winner, List.copyOf(winner.differencesFrom(baseline).keySet()));
    }

    private Candidate simplify(Candidate winner, List<Knob> different) throws IOException, InterruptedException {
        if (different.isEmpty() || !mayGoOn.getAsBoolean()) {
            return winner;
        }
        Candidate simpler = winner;
        for (Knob knob : different) {
            simpler = simpler.with(knob, baseline.value(knob));
        }
        // All of it at once is the baseline, which has lost already.
        if (!simpler.equals(baseline) && ratio(winner, simpler) >= 1 / MARGIN) {
            return simpler;
        }
        if (different.size() == 1) {
            return winner;
        }
        int half = different.size() / 2;
        return simplify(simplify(winner, different.subList(0, half)), different.subList(half, different.size()));
    }

    private Candidate halve(LinkedHashSet<Candidate> field) throws IOException, InterruptedException {
        List<Runner> live = new ArrayList<>();
        field.forEach(candidate -> live.add(new Runner(candidate)));
        List<Runner> order = new ArrayList<>(live);
        for (int round = 0; live.size() > 1 && mayGoOn.getAsBoolean(); round++) {
            // Turned round each time: none is always first, when the machine may be colder.
            if (round > 0) {
                Collections.reverse(order);
            }
            int measured = 0;
            for (Runner runner : order) {
                if (mayGoOn.getAsBoolean()) {
                    runner.scores.add(objective.measure(runner.candidate, "halving " + (round + 1)));
                    medians.put(runner.candidate, runner.median());
                    measured++;
                }
            }
            measuredInRounds += measured;
            rounds += measured == order.size() ? 1 : 0;
            live.sort(Comparator.comparingDouble(Runner::median).reversed());
            live.subList((live.size() + 1) / 2, live.size()).clear();
            order.retainAll(live);
        }
        return live.get(0).candidate;
    }

    private Candidate refine(Candidate winner) throws IOException, InterruptedException {
        Candidate refined = winner;
        for (Knob knob : space.knobs()) {
            refined = refine(refined, knob);
        }
        return refined;
    }

    /** Goes on in a direction as long as it gets better. */
    private Candidate refine(Candidate from, Knob knob) throws IOException, InterruptedException {
        Candidate refined = from;
        for (boolean up : new boolean[] {true, false}) {
            Candidate next = beside(refined, knob, up);
            while (next != null && mayGoOn.getAsBoolean() && ratio(refined, next) > WORTH) {
                refined = next;
                next = beside(refined, knob, up);
            }
        }
        return refined;
    }

    private Candidate beside(Candidate candidate, Knob knob, boolean up) {
        List<String> values = space.values(knob);
        int at = values.indexOf(candidate.value(knob)) + (up ? 1 : -1);
        return at < 0 || at >= values.size() ? null : candidate.with(knob, values.get(at));
    }

    /** How many times as good the challenger is, by the median of pairs; few pairs when it is clearly not better. */
    private double ratio(Candidate holder, Candidate challenger) throws IOException, InterruptedException {
        double[] ratios = new double[PAIRS];
        for (int pair = 0; pair < PAIRS; pair++) {
            String stage = "pair " + (pair + 1);
            double first = objective.measure(pair % 2 == 0 ? holder : challenger, stage);
            double second = objective.measure(pair % 2 == 0 ? challenger : holder, stage);
            double held = pair % 2 == 0 ? first : second;
            double challenged = pair % 2 == 0 ? second : first;
            ratios[pair] = held <= 0 ? (challenged > 0 ? Double.MAX_VALUE : 0) : challenged / held;
            boolean last = !mayGoOn.getAsBoolean();
            if (ratios[pair] < HOPELESS || pair + 1 == PAIRS) {
                compared.add(List.of(holder, challenger));
            }
            if (ratios[pair] < HOPELESS || last) {
                // A single pair is enough to stay, never to change.
                return pair == 0 ? Math.min(ratios[0], HOPELESS) : median(ratios, pair + 1);
            }
        }
        return median(ratios, PAIRS);
    }

    static double median(double[] values, int count) {
        double[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
    }

    /** A candidate with what was measured of it. */
    private static final class Runner {
        private final Candidate candidate;
        private final List<Double> scores = new ArrayList<>();

        Runner(Candidate candidate) {
            this.candidate = candidate;
        }

        double median() {
            return scores.isEmpty()
                    ? 0
                    : Search.median(scores.stream().mapToDouble(each -> each).toArray(), scores.size());
        }
    }
}
