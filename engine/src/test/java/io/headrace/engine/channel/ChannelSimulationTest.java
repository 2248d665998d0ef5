package io.headrace.engine.channel;

import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Runs seeded histories; {@code -Dsimulation.seed=N} replays one, {@code -Dsimulation.schedules=N} says how many,
 * {@code -Dsimulation.first=N} where to begin.
 */
class ChannelSimulationTest {
    private static final int SCHEDULES = 1_000;

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
    void shouldKeepItsPromisesWhenKilledAnywhere() {
        Long only = Long.getLong("simulation.seed");
        if (only != null) {
            run(only);
            return;
        }
        long first = Long.getLong("simulation.first", 1);
        for (long seed = first; seed < first + Integer.getInteger("simulation.schedules", SCHEDULES); seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        ChannelSimulation simulation = new ChannelSimulation(seed);
        try {
            simulation.run();
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + " fails; replay: mvn -pl engine -am test -Dtest=ChannelSimulationTest"
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed=" + seed + "; it did\n"
                            + simulation.trace(),
                    e);
        }
    }
}
