package io.headrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** One short iteration of every suite; each suite checks its own work and fails the run when it was not done. */
class SuitesTest {
    @ParameterizedTest
    @ValueSource(
            classes = {
                FrameBenchmark.class,
                RingBenchmark.class,
                LineSplittingBenchmark.class,
                LinkCodecBenchmark.class,
                ChannelSteadyBenchmark.class,
                LinkLoopbackBenchmark.class
            })
    void shouldDoTheWorkThatIsMeasured(Class<?> suite) throws RunnerException {
        assertWorked(run(oneIteration(suite.getSimpleName()).forks(0)));
    }

    @Test
    void shouldWriteTheGroupsThatAreMeasured() throws RunnerException {
        assertWorked(run(oneIteration("(LogAppend|BareAppend)Benchmark")
                .param("group", "16")
                .param("sync", "always")
                .forks(0)));
    }

    @Test
    void shouldReadAndOpenTheLogsThatAreMeasured() throws RunnerException {
        assertWorked(run(oneIteration("(LogRead|Recovery)Benchmark")
                .param("waiting", "64")
                .param("after", "16")
                .forks(0)));
    }

    @Test
    void shouldSyncWhatProducersPut() throws RunnerException {
        assertWorked(run(oneIteration("GroupCommitBenchmark")
                .param("producers", "4")
                .param("inFlight", "64")
                .forks(0)));
    }

    /** Forks, heap and flags of all suites are those of the one base class. */
    @Test
    void shouldRunEverySuiteAsItsBaseClassSays() throws Exception {
        List<String> suites;
        try (BufferedReader list = new BufferedReader(new InputStreamReader(
                SuitesTest.class.getResourceAsStream("/META-INF/BenchmarkList"), StandardCharsets.UTF_8))) {
            suites = list.lines()
                    .map(line -> line.replaceAll(".*?(io\\.headrace[\\w.]*Benchmark)\\b.*", "$1"))
                    .distinct()
                    .toList();
        }

        assertThat(suites).hasSizeGreaterThan(10).allSatisfy(name -> {
            Class<?> suite = Class.forName(name);
            assertThat(suite).isAssignableTo(AbstractHeadraceBenchmark.class);
            assertThat(suite.getDeclaredAnnotation(Fork.class)).as(name).isNull();
        });
    }

    @Test
    void shouldSpillAndDrainMoreThanMemoryHolds() throws RunnerException {
        assertWorked(run(oneIteration("Channel(Spilling|Draining)Benchmark")
                .param("mib", "80")
                .forks(0)));
    }

    @Test
    void shouldStartForksWithoutAWarning(@TempDir Path folder) throws Exception {
        Path output = folder.resolve("jmh.txt");

        run(oneIteration("FrameBenchmark.iterate")
                .param("eventBytes", "128")
                .verbosity(VerboseMode.NORMAL)
                .output(output.toString()));

        // JMH's own, for the lock that is ignored here.
        assertThat(Files.readString(output).replace("# WARNING: JMH lock is ignored", ""))
                .contains("# Fork: 1 of 1")
                .doesNotContainIgnoringCase("warning:");
    }

    @Test
    void shouldReadEventsWithoutAllocating() throws RunnerException {
        RunResult result = run(oneIteration("FrameBenchmark.iterate")
                        .param("eventBytes", "128")
                        .forks(0)
                        .addProfiler(GCProfiler.class))
                .iterator()
                .next();

        assertThat(result.getSecondaryResults().get("gc.alloc.rate.norm").getScore())
                .as("bytes an event; the smallest object takes 16")
                .isLessThan(4);
    }

    @Test
    void shouldFailARunWhoseWorkWasNotDone() {
        assertThatThrownBy(() -> AbstractHeadraceBenchmark.check("events", 9, 10))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("events: 9 (expected: 10)");
        assertThatThrownBy(() -> AbstractHeadraceBenchmark.checkSome("events", 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("events: 0 (expected: > 0)");
    }

    private static void assertWorked(Collection<RunResult> results) {
        assertThat(results).isNotEmpty().allSatisfy(result -> assertThat(
                        result.getPrimaryResult().getScore())
                .as(result.getPrimaryResult().getLabel())
                .isPositive());
    }

    private static ChainedOptionsBuilder oneIteration(String include) {
        return new OptionsBuilder()
                .include("\\." + include)
                .forks(1)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(100))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
    }

    private static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
        // Its lock in the folder for temporary files is for those who measure; here somebody else's JMH does no harm.
        System.setProperty("jmh.ignoreLock", "true");
        return new Runner(options.build()).run();
    }
}
