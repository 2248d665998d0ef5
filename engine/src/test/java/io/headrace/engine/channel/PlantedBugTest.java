package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.simulation.PlantedCode;
import io.netty.util.ResourceLeakDetector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
 * The simulation finds mistakes: each {@link PlantedBug} is compiled into a copy of the classes that it is in, and the
 * schedules of {@link ChannelSimulationTest} run with these until one fails. Run with
 * {@code mvn -pl wal,engine test -Dtest=PlantedBugTest -Dsurefire.failIfNoSpecifiedTests=false -Dexcluded.test.groups=rig}.
 */
@Tag("slow")
class PlantedBugTest {
    private static final int SCHEDULES = 5_000;
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
    void shouldFind(PlantedBug bug) throws Exception {
        try (PlantedCode code = PlantedCode.of(bug.edits, folder)) {
            OptionalLong seed =
                    code.firstFailure(ChannelSimulation.class, CrashCoverage.class, SCHEDULES, bug::isFoundBy);
            assertThat(seed)
                    .as("%s: a seed of %,d that fails because %s", bug, SCHEDULES, bug.what)
                    .isPresent();
            Throwable reason = code.reasons().get(seed.getAsLong());
            // A class that doesn't link would fail each seed, too.
            assertThat(reason).isNotInstanceOf(LinkageError.class);
            FOUND.add("%-34s %6d  %s".formatted(bug, seed.getAsLong(), reason.getMessage()));
            assertThat(reason.getClass().getName()).as("%s", reason).isEqualTo(Promise.Broken.class.getName());
        }
    }

    @Test
    void shouldPlantSomethingForEachPromise() {
        assertThat(Arrays.stream(PlantedBug.values()).map(bug -> bug.promise)).contains(Promise.values());
    }

    @Test
    void shouldFindNothingWhereNothingIsPlanted() throws Exception {
        try (PlantedCode code = PlantedCode.of(List.of(), folder)) {
            assertThat(code.firstFailure(ChannelSimulation.class, CrashCoverage.class, SOUND_SCHEDULES, reason -> true))
                    .isEmpty();
            assertThat(code.reasons()).isEmpty();
        }
    }
}
