package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Runs seeded histories; {@code -Dsimulation.seed=N} replays one, {@code -Dsimulation.schedules=N} says how many,
 * {@code -Dsimulation.first=N} where to begin.
 */
class ChannelSimulationTest {
    private static final int SCHEDULES = 1_000;

    private final CrashCoverage coverage = new CrashCoverage();

    /** What is left of a schedule. */
    private record Totals(int frames, int crashes) {}

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    /** Paranoid tracking of every buffer would take nine tenths of the time. */
    @BeforeEach
    void trackFewBuffers() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
    }

    @AfterEach
    void trackAsBefore() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void shouldKeepItsPromisesWhateverDies() {
        Long only = Long.getLong("simulation.seed");
        if (only != null) {
            run(only);
            return;
        }
        long first = Long.getLong("simulation.first", 1);
        int schedules = Integer.getInteger("simulation.schedules", SCHEDULES);
        List<Totals> done = LongStream.range(first, first + schedules)
                .parallel()
                .mapToObj(this::run)
                .toList();
        System.out.printf(
                "channel simulation: %,d schedules from seed %d, median %d frames and %d crashes; where processes died:%n%s%n",
                schedules, first, median(done, Totals::frames), median(done, Totals::crashes), coverage);
        assertThat(median(done, Totals::frames)).isGreaterThanOrEqualTo(200);
        assertThat(median(done, Totals::crashes)).isGreaterThanOrEqualTo(1);
        if (schedules >= 5_000) {
            for (CrashCoverage.Step step : CrashCoverage.Step.values()) {
                assertThat(coverage.deathsAt(step)).as("deaths at %s", step).isGreaterThanOrEqualTo(50);
            }
            assertThat(coverage.deathsSpilling()).as("deaths while spilling").isGreaterThanOrEqualTo(50);
            assertThat(coverage.deathsInMemory())
                    .as("deaths while not spilling")
                    .isGreaterThanOrEqualTo(50);
        }
    }

    private static int median(List<Totals> done, ToIntFunction<Totals> figure) {
        return done.stream()
                .mapToInt(figure)
                .sorted()
                .skip(done.size() / 2)
                .findFirst()
                .orElse(0);
    }

    private Totals run(long seed) {
        ChannelSimulation simulation = new ChannelSimulation(seed, coverage);
        try {
            simulation.run();
            return new Totals(simulation.frames(), simulation.crashes());
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + " fails; replay: mvn -pl engine -am test -Dtest=ChannelSimulationTest"
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed=" + seed + "; it did\n"
                            + simulation.trace(),
                    e);
        }
    }
}
