package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs a log under one seeded scheduler, kills it again and again, and compares with a model. A failure names its seed;
 * {@code -Dheadrace.seed=SEED} runs that schedule alone, {@code -Dheadrace.schedules=N} another number of them.
 */
class LogSimulationTest {
    private static final int SCHEDULES = Integer.getInteger("headrace.schedules", 150);

    private static ResourceLeakDetector.Level level;

    /** Every access to a buffer would be recorded: nine tenths of the time. The appenders' contract looks for leaks. */
    @BeforeAll
    static void lookForNoLeaks() {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterAll
    static void lookForLeaks() {
        ResourceLeakDetector.setLevel(level);
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepWhatWasAcknowledgedWhenKilled(LogSettings.Appender appender) {
        Long seed = Long.getLong("headrace.seed");
        if (seed != null) {
            run(seed, appender);
            return;
        }
        long first = new Random().nextLong();
        for (int i = 0; i < SCHEDULES; i++) {
            run(first + i, appender);
        }
    }

    @Test
    void shouldReplayTheSameScheduleFromTheSameSeed() throws Exception {
        LogSimulation first = new LogSimulation(42, LogSettings.Appender.POSITIONAL);
        LogSimulation second = new LogSimulation(42, LogSettings.Appender.POSITIONAL);
        first.run();
        second.run();
        assertThat(first.trace()).isEqualTo(second.trace()).isNotEmpty();
    }

    private static void run(long seed, LogSettings.Appender appender) {
        LogSimulation simulation = new LogSimulation(seed, appender);
        try {
            simulation.run();
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + " with " + appender + " failed (replay: mvn -pl wal test"
                            + " -Dtest=LogSimulationTest -Dheadrace.seed=" + seed + "); it did\n" + simulation.trace(),
                    e);
        }
    }
}
