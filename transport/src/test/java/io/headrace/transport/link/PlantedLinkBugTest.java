package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.simulation.PlantedCode;
import io.netty.util.ResourceLeakDetector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The simulation finds mistakes: each {@link PlantedLinkBug} is compiled into a copy of the classes that it is in, and the
 * schedules of {@link TierSimulationTest} run with these until one fails. Run with
 * {@code mvn -pl wal,engine,transport/protocol,transport test -Dtest=PlantedLinkBugTest -Dsurefire.failIfNoSpecifiedTests=false -Dexcluded.test.groups=rig}.
 */
@Tag("slow")
class PlantedLinkBugTest {
    private static final int SCHEDULES = 500;
    private static final int SOUND_SCHEDULES = 200;

    private static final List<String> FOUND = new ArrayList<>();

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    @TempDir
    private Path folder;

    @BeforeEach
    void trackFewBuffers() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void trackAsBefore() {
        ResourceLeakDetector.setLevel(level);
    }

    @AfterAll
    static void tell() {
        System.out.printf("%-34s %6s  %s%n", "planted", "seed", "promise");
        FOUND.forEach(line -> System.out.println(line.lines().findFirst().orElse("")));
    }

    @ParameterizedTest
    @EnumSource
    void shouldFind(PlantedLinkBug bug) throws Exception {
        try (PlantedCode code = PlantedCode.of(bug.edits, folder)) {
            OptionalLong seed = code.firstFailure(TierSimulation.class, TierCoverage.class, SCHEDULES, bug::isFoundBy);
            assertThat(seed)
                    .as("%s: a seed of %,d that fails because %s", bug, SCHEDULES, bug.what)
                    .isPresent();
            Throwable reason = code.reasons().get(seed.getAsLong());
            // A class that doesn't link would fail each seed, too.
            assertThat(reason).isNotInstanceOf(LinkageError.class);
            FOUND.add("%-34s %6d  %s".formatted(bug, seed.getAsLong(), reason.getMessage()));
            assertThat(reason.getClass().getName()).as("%s", reason).isEqualTo(TierPromise.Broken.class.getName());
        }
    }

    @Test
    void shouldFindNothingWhereNothingIsPlanted() throws Exception {
        try (PlantedCode code = PlantedCode.of(List.of(), folder)) {
            assertThat(code.firstFailure(TierSimulation.class, TierCoverage.class, SOUND_SCHEDULES, reason -> true))
                    .isEmpty();
            assertThat(code.reasons()).isEmpty();
        }
    }
}
