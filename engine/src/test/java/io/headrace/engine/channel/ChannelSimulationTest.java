package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Runs seeded histories; {@code -Dsimulation.seed=N} replays one, {@code -Dsimulation.schedules=N} says how many,
 * {@code -Dsimulation.first=N} where to begin. More of them than the default are a long run, which says how far it is.
 */
class ChannelSimulationTest {
    private static final int SCHEDULES = 5_000;
    private static final int AT_LEAST = 50;
    private static final Duration PROGRESS = Duration.ofSeconds(10);

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
    void shouldKeepItsPromisesWhateverDies() throws InterruptedException {
        Long only = Long.getLong("simulation.seed");
        long first = only != null ? only : Long.getLong("simulation.first", 1);
        long count = only != null ? 1 : Long.getLong("simulation.schedules", SCHEDULES);
        Schedules schedules = new Schedules(first, count, count > SCHEDULES ? PROGRESS : Duration.ZERO);
        Schedules.Failure failure = schedules.run();
        System.out.println(schedules);
        if (failure != null) {
            throw new AssertionError(
                    "seed " + failure.seed() + ": " + failure.reason() + "; replay: " + replay(failure.seed())
                            + "; it did\n" + failure.trace(),
                    failure.reason());
        }
        if (only == null) {
            assertThat(schedules.medianFrames()).as("median of frames").isGreaterThanOrEqualTo(200);
            assertThat(schedules.medianCrashes()).as("median of crashes").isPositive();
        }
        if (count >= SCHEDULES) {
            assertThat(schedules.coverage().all())
                    .as("how often each came to pass")
                    .allSatisfy((what, often) -> assertThat(often).isGreaterThanOrEqualTo(AT_LEAST));
        }
    }

    /** From the top of the repository. */
    private static String replay(long seed) {
        return "mvn -B -pl wal,engine test -Dtest=ChannelSimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dsimulation.seed=" + seed;
    }
}
