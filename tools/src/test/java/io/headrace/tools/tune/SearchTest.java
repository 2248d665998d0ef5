package io.headrace.tools.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The search on a machine that is made up: what each value is worth, times noise of 10 %. */
class SearchTest {
    private static final int SEEDS = 60;
    private static final double NOISE = 0.10;
    private static final int MEASUREMENTS = 90;

    private static final Map<Knob, List<String>> VALUES = new EnumMap<>(Map.of(
            Knob.BATCH, List.of("10", "100", "300", "1000", "3000", "10000"),
            Knob.APPENDER, List.of("auto", "direct", "positional", "mapped"),
            Knob.WINDOW, List.of("65536", "1048576", "16777216"),
            Knob.GROUP_BYTES, List.of("65536", "262144", "1048576")));

    private static final Map<String, Double> WORTH =
            Map.of("10", 0.2, "100", 0.6, "300", 0.85, "10000", 0.8, "positional", 0.75, "mapped", 0.4, "65536", 0.7);

    private static final Candidate GOOD = candidate("1000", "auto", "16777216", "1048576");
    private static final Candidate SPOILT = candidate("10", "mapped", "65536", "1048576");

    @Test
    void shouldWinBackWhatWasSpoiltWhateverTheNoise() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Machine machine = new Machine(seed);
            Candidate found = machine.search(SPOILT, List.of(SPOILT, GOOD));
            assertThat(Machine.worth(found))
                    .as("seed %d: %s", seed, found.describe())
                    .isGreaterThanOrEqualTo(0.8);
        }
    }

    @Test
    void shouldClimbFromASpoiltStartWithoutBeingToldAGoodOne() throws Exception {
        int well = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Candidate found = new Machine(seed).search(SPOILT, List.of(SPOILT));
            well += Machine.worth(found) >= 0.8 ? 1 : 0;
        }
        assertThat(well).isGreaterThanOrEqualTo(SEEDS * 9 / 10);
    }

    @Test
    void shouldMostlyLeaveWhatIsAsGood() throws Exception {
        int changed = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Machine machine = new Machine(seed);
            machine.noise = NOISE / 2;
            Candidate found = machine.search(GOOD, List.of(GOOD));
            changed += found.differencesFrom(GOOD).size();
        }
        // One knob's values auto and direct are worth the same: without the way back every second search would change
        // it.
        assertThat(changed).as("chance alone: %d", SEEDS * 3).isLessThan(SEEDS);
    }

    @Test
    void shouldNeverChooseWhatDoesNotWork() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Machine machine = new Machine(seed);
            machine.broken.add("mapped");
            Candidate found = machine.search(GOOD, List.of(GOOD));
            assertThat(found.value(Knob.APPENDER)).isNotEqualTo("mapped");
        }
    }

    @Test
    void shouldKeepTheFirstWhenThereIsNoTime() throws Exception {
        Machine machine = new Machine(1);
        machine.left = 0;
        assertThat(machine.search(SPOILT, List.of(SPOILT, GOOD))).isEqualTo(SPOILT);
        assertThat(machine.measured).isEmpty();
    }

    @Test
    void shouldEndWithinTheMeasurementsItMayMake() throws Exception {
        for (int most = 1; most < 40; most++) {
            Machine machine = new Machine(most);
            machine.left = most;
            machine.search(SPOILT, List.of(SPOILT, GOOD));
            // A pair that has begun is ended.
            assertThat(machine.measured.size()).isLessThanOrEqualTo(most + 1);
        }
    }

    @Test
    void shouldSayWhatItHadNoTimeFor() throws Exception {
        Machine machine = new Machine(1);
        machine.left = 0;
        Untried all = machine.untried(GOOD, List.of(SPOILT, GOOD));
        assertThat(all.candidates()).isEqualTo(all.ofCandidates()).isBetween(2, 6);
        assertThat(all.rounds()).isEqualTo(all.ofRounds()).isBetween(1, 3);
        assertThat(all.values())
                .as("of SPOILT, the first: one beside each")
                .isEqualTo(all.ofValues())
                .isEqualTo(4);

        machine = new Machine(1);
        machine.left = 4;
        Untried some = machine.untried(GOOD, List.of(SPOILT, GOOD));
        assertThat(some.candidates()).isEqualTo(some.ofCandidates() - 4);
        assertThat(some.rounds()).isEqualTo(some.ofRounds());
        assertThat(some.measurements())
                .as("what is left of the rounds, and 3 pairs for each value")
                .isGreaterThanOrEqualTo(some.candidates() + 6 * some.values());
    }

    /** Whatever it left out takes at most as many measurements as it says. */
    @Test
    void shouldHaveTimeForAllWithTheMeasurementsItAskedFor() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Machine first = new Machine(seed);
            first.noise = 0;
            first.left = seed % 12;
            Untried untried = first.untried(GOOD, List.of(GOOD));

            Machine second = new Machine(seed);
            second.noise = 0;
            second.left = first.measured.size() + untried.measurements();
            Untried left = second.untried(GOOD, List.of(GOOD));
            assertThat(left.candidates() + left.rounds())
                    .as("seed %d: %s", seed, left)
                    .isZero();
        }
    }

    @Test
    void shouldHaveTriedAllWhenThereWasTimeEnough() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Machine machine = new Machine(seed);
            machine.left = Integer.MAX_VALUE;
            assertThat(machine.untried(SPOILT, List.of(SPOILT, GOOD)).isNone())
                    .as("seed %d", seed)
                    .isTrue();
        }
    }

    @Test
    void shouldMeasureChallengerAndHolderInTurns() throws Exception {
        Machine machine = new Machine(3);
        machine.search(GOOD, List.of(GOOD));
        List<String> firsts = new ArrayList<>();
        for (int i = 0; i + 1 < machine.stages.size(); i++) {
            if (machine.stages.get(i).startsWith("pair")
                    && machine.stages.get(i).equals(machine.stages.get(i + 1))) {
                firsts.add(machine.stages.get(i));
                assertThat(machine.measured.get(i)).isNotEqualTo(machine.measured.get(i + 1));
                i++;
            }
        }
        assertThat(firsts).contains("pair 1", "pair 2", "pair 3");
    }

    private static Candidate candidate(String batch, String appender, String window, String group) {
        return new Candidate(
                Map.of(Knob.BATCH, batch, Knob.APPENDER, appender, Knob.WINDOW, window, Knob.GROUP_BYTES, group));
    }

    /** Measures with noise, and drifts. */
    private static final class Machine {
        private final Random random;
        private final List<Candidate> measured = new ArrayList<>();
        private final List<String> stages = new ArrayList<>();
        private final Set<String> broken = new HashSet<>();
        private int left = MEASUREMENTS;
        private double noise = NOISE;

        Machine(long seed) {
            random = new Random(seed);
        }

        Candidate search(Candidate baseline, List<Candidate> start) throws IOException, InterruptedException {
            return search(baseline).run(start);
        }

        Untried untried(Candidate baseline, List<Candidate> start) throws IOException, InterruptedException {
            Search search = search(baseline);
            search.run(start);
            return search.untried();
        }

        private Search search(Candidate baseline) {
            return new Search(new SearchSpace(VALUES), baseline, this::measure, () -> measured.size() < left, random);
        }

        private double measure(Candidate candidate, String stage) {
            measured.add(candidate);
            stages.add(stage);
            if (candidate.values().values().stream().anyMatch(broken::contains)) {
                return 0;
            }
            double drift = 1 + 0.2 * Math.sin(measured.size() / 20.0);
            return worth(candidate) * drift * Math.exp(noise * random.nextGaussian());
        }

        static double worth(Candidate candidate) {
            double worth = 1;
            for (Map.Entry<Knob, String> each : new HashMap<>(candidate.values()).entrySet()) {
                worth *= WORTH.getOrDefault(each.getValue(), 1.0);
            }
            return worth;
        }
    }
}
