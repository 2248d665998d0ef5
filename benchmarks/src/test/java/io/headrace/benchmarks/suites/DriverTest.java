package io.headrace.benchmarks.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contestants are real processes: a shell that prints what it is told. */
class DriverTest {
    private static final String OBJECT =
            "{\"unit\": \"events/s\", \"rate\": ${rate}, \"events\": 7, \"verified\": [\"7 events\"]}";

    @TempDir
    private Path folder;

    private Contestant shell(String name, String script) {
        return Samples.contestant(name, true, "sh", "-c", script);
    }

    private Contestant good(String name, int rate) {
        return shell(name, "echo '" + OBJECT.replace("${rate}", Integer.toString(rate)) + "'");
    }

    private Driver driver(Suite suite, double budgetSeconds) {
        return driver(suite, Mode.FULL, budgetSeconds);
    }

    private Driver driver(Suite suite, Mode mode, double budgetSeconds) {
        Options options = new Options(
                folder,
                List.of(suite),
                mode,
                1,
                budgetSeconds,
                Words.of(Map.of("top", folder.toString()), List.of()),
                "abc1234");
        return new Driver(
                options,
                folder.resolve("results.json"),
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                work -> {});
    }

    private static Suite suite(Integer limitSeconds, Contestant... contestants) {
        return suite(limitSeconds, null, contestants);
    }

    private static Suite suite(Integer limitSeconds, Integer processors, Contestant... contestants) {
        return new Suite(
                "s",
                null,
                "t",
                "q",
                "events/s",
                null,
                null,
                null,
                null,
                limitSeconds,
                processors,
                List.of(contestants),
                null,
                null,
                null,
                null);
    }

    private Results onDisk() throws Exception {
        return Json.read(folder.resolve("results.json"), Results.class);
    }

    @Test
    void shouldKeepWhatContestantsSayAndGoOnAfterAFailure() throws Exception {
        Suite suite = suite(
                null,
                good("a", 5),
                shell("b", "echo starting >&2; echo lost 3 events >&2; exit 3"),
                shell("c", "echo '{\"rate\": 3}'"),
                good("d", 6));

        Results results = driver(suite, 0).run();

        assertThat(results.complete()).isTrue();
        assertThat(results.runs()).extracting(Run::contestant).containsExactly("a", "b", "c", "d");
        assertThat(results.runs().get(0).answer().rate()).isEqualTo(5);
        assertThat(results.runs().get(1).failure()).isEqualTo("exit code 3\nstarting\nlost 3 events");
        assertThat(results.runs().get(2).failure()).startsWith("unit: nothing");
        assertThat(results.runs().get(3).answer().rate()).isEqualTo(6);
        assertThat(results.machine()).containsKeys("processor", "kernel", "JDK", "file system");
        assertThat(onDisk()).isEqualTo(results);
    }

    @Test
    void shouldGiveEachAnEmptyFolderAndRemoveIt() throws Exception {
        Contestant writing = shell(
                "a",
                "test -z \"$(ls -A ${folder})\" && touch ${folder}/x && echo ${folder} > ${top}/seen && echo '"
                        + OBJECT.replace("${rate}", "1") + "'");

        assertThat(driver(suite(null, writing), 0).run().runs()).allMatch(run -> run.answer() != null);
        assertThat(Path.of(Files.readString(folder.resolve("seen")).strip())).doesNotExist();
    }

    @Test
    void shouldTellContestantsWhetherTheRunIsQuick() throws Exception {
        Contestant asking = shell(
                "a", "echo $HEADRACE_BENCHMARKS_QUICK > ${top}/quick && echo '" + OBJECT.replace("${rate}", "1") + "'");

        driver(suite(null, asking), 0).run();
        assertThat(folder.resolve("quick")).hasContent("no");
        driver(suite(null, asking), Mode.QUICK, 0).run();
        assertThat(folder.resolve("quick")).hasContent("yes");
    }

    @Test
    void shouldEndWhatHangs() throws Exception {
        Results results = driver(suite(1, shell("a", "sleep 600 & wait")), 0).run();

        assertThat(results.runs()).singleElement().satisfies(run -> {
            assertThat(run.failure()).startsWith("not ready after 1 s");
            assertThat(run.skipped()).isFalse();
        });
    }

    @Test
    void shouldStartNothingWhenTheTimeIsOver() throws Exception {
        Results results = driver(suite(null, good("a", 5)), 1e-9).run();

        assertThat(results.runs()).singleElement().matches(Run::skipped);
        assertThat(results.complete()).isFalse();
        assertThat(results.reason()).isEqualTo("the time was over: 1 of 1 runs were left out, all of s");
    }

    @Test
    void shouldLeaveOutWhatNeedsMoreProcessors() throws Exception {
        int few = Runtime.getRuntime().availableProcessors();
        Results results = driver(suite(null, few + 1, good("a", 5)), 0).run();

        assertThat(results.runs()).singleElement().satisfies(run -> {
            assertThat(run.skipped()).isTrue();
            assertThat(run.failure()).isEqualTo("processors: " + few + " (expected: >= " + (few + 1) + ")");
        });
        assertThat(results.complete()).isTrue();
        assertThat(driver(suite(null, few, good("a", 5)), 0).run().runs())
                .singleElement()
                .matches(run -> !run.skipped());
    }

    @Test
    void shouldKeepWhatWasMeasuredWhenItIsStopped() throws Exception {
        Contestant hanging =
                shell("b", "sleep 600 & echo $! > ${top}/child.new; mv ${top}/child.new ${top}/child; wait");
        Driver driver = driver(suite(null, good("a", 5), hanging, good("c", 6)), 0);
        CompletableFuture<Results> run = CompletableFuture.supplyAsync(() -> {
            try {
                return driver.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(folder.resolve("child")));

        driver.stop();
        Results results = run.get(60, TimeUnit.SECONDS);

        assertThat(results.complete()).isFalse();
        assertThat(results.reason()).isEqualTo("stopped");
        assertThat(results.runs()).extracting(Run::contestant).containsExactly("a", "b");
        assertThat(results.runs().get(0).answer().rate()).isEqualTo(5);
        assertThat(results.runs().get(1).skipped()).isTrue();
        assertThat(onDisk()).isEqualTo(results);
        assertGone(folder.resolve("child"));
    }

    @Test
    void shouldStartNothingWhenAWordStandsForNothing() {
        Contestant wrong = shell("b", "echo ${size}");

        assertThatThrownBy(() -> driver(suite(null, good("a", 5), wrong), 0).run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("s: b, round 1: ${size} in echo ${size} (expected: of [folder, top])");
        assertThat(folder.resolve("results.json")).doesNotExist();
    }

    private static void assertGone(Path pidFile) throws Exception {
        long pid = Long.parseLong(Files.readString(pidFile).strip());
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }
}
