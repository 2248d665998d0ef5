package io.headrace.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.headrace.tools.bench.BenchSettings;
import io.headrace.tools.bench.Workload;
import io.headrace.tools.bench.WorkloadKind;
import io.headrace.tools.bench.WorkloadResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code headrace bench} as it is typed. */
@Timeout(60)
@ResourceLock("signals")
class BenchCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @EnumSource
    void shouldPrintATableOfEightyColumns(WorkloadKind kind) {
        List<String> options = small("--rounds", "2", "--warm-up", "10ms");
        if (kind != WorkloadKind.LINK) {
            options.addAll(List.of("--dir", folder.toString()));
        }
        assertThat(run(kind.label(), options)).as(err::toString).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .startsWith(kind.label() + ": 2 rounds")
                .contains("median", "lowest", "highest", "events a second", "CPU s a million events", "latency p99.9")
                .contains("Verified in each round");
        assertThat(out.toString().lines()).allMatch(line -> line.length() <= 80);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldPrintOneJsonObjectThatALaterRunComparesItselfWith() throws IOException {
        Path before = folder.resolve("before.json");
        assertThat(run("channel", small("--channel", "memory", "--rounds", "3", "--json")))
                .as(err::toString)
                .isEqualTo(ExitCode.OK);
        assertThat(err.toString()).isEmpty();
        assertThat(fields(out.toString()))
                .contains("workload", "stopped", "sound", "events", "frames", "seconds", "behind", "eventsPerSecond")
                .contains("megabytesPerSecond", "cpuSecondsPerMillion", "p50Micros", "p99Micros", "p999Micros")
                .contains("conditions", "rounds")
                .doesNotContain("comparison");
        Files.writeString(before, out.toString());

        out.getBuffer().setLength(0);
        List<String> again = small("--channel", "memory", "--rounds", "3", "--batch", "50");
        again.addAll(List.of("--compare", before.toString()));
        assertThat(run("channel", again)).as(err::toString).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("compared", "before", "now", "change", "noise")
                .contains("Not the same in both runs:", "  batch: 100, now 50");
        assertThat(out.toString().lines()).allMatch(line -> line.length() <= 80);

        out.getBuffer().setLength(0);
        again.add("--json");
        assertThat(run("channel", again)).as(err::toString).isEqualTo(ExitCode.OK);
        assertThat(fields(out.toString())).contains("comparison");
        assertThat(out.toString()).contains("\"changePercent\"", "\"noisePercent\"", "\"exceedsNoise\"");
    }

    @Test
    void shouldWriteALogThatHdrHistogramReads() throws IOException {
        Path file = folder.resolve("latencies.hlog");
        List<String> options = small("--channel", "memory", "--rounds", "2", "--json");
        options.addAll(List.of("--hdr", file.toString()));
        assertThat(run("channel", options)).as(err::toString).isEqualTo(ExitCode.OK);

        Histogram all = new Histogram(3);
        int windows = 0;
        try (HistogramLogReader reader = new HistogramLogReader(file.toFile())) {
            while (reader.hasNext()) {
                all.add((AbstractHistogram) reader.nextIntervalHistogram());
                windows++;
            }
        }
        assertThat(windows).isGreaterThanOrEqualTo(2);
        assertThat(all.getTotalCount()).isEqualTo(40);
        assertThat(all.getMinNonZeroValue()).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "channel|--events=many|--events: many (expected: a whole number, 1 to 1000000000000)",
                "channel|--events=0|--events: 0 (expected: a whole number, 1 to 1000000000000)",
                "channel|--duration=soon|--duration: soon (expected: a time such as 500ms, 10s or 2m)",
                "channel|--duration=0|--duration: 0 (expected: 1ms to 7d where no events are given)",
                "channel|--size=15|--size: 15 (expected: 16 to 16777216 bytes, also with k, m or g)",
                "channel|--batch=0|--batch: 0 (expected: a whole number, 1 to 1000000)",
                "channel|--producers=65|--producers: 65 (expected: a whole number, 1 to 64)",
                "channel|--rate=-5|--rate: -5 (expected: a whole number, 1 to 1000000000)",
                "channel|--rounds=0|--rounds: 0 (expected: a whole number, 1 to 100)",
                "channel|--channel=jdbc|--channel: jdbc (expected: memory, dual or file)",
                "wal|--sync=often|--sync: often (expected: always, never or milliseconds)",
                "wal|--appender=fast|--appender: fast (expected: auto, mapped, positional or direct)",
                "wal|--group-bytes=2m|--group-bytes: 2m (expected: 1 to 1048576 bytes, also with k, m or g)",
                "link|--window=1k|--window: 1k (expected: 65536 to 1099511627776 bytes, also with k, m or g)",
                "link|--connections=0|--connections: 0 (expected: a whole number, 1 to 64)",
                "pipeline|--wait-strategy=nap|--wait-strategy: nap (expected: adaptive, blocking, yield or spin)",
                "pipeline|--interval=1ms|--interval: 1ms (expected: >= 10ms)",
                "link|--channel=file|Unknown option: '--channel=file'",
                "wal|--connections=2|Unknown option: '--connections=2'"
            })
    void shouldRefuseAValueThatCannotBe(String command, String option, String message) {
        assertThat(run(command, List.of(option))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("headrace: " + message).doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "not json", "{\"workload\":\"channel\",\"rounds\":[]}"})
    void shouldRefuseToCompareWithSomethingElse(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("other.json"), content);
        assertThat(run("channel", List.of("--compare", file.toString()))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--compare: " + file, "(expected: what headrace bench --json printed)");
    }

    @Test
    void shouldRefuseToCompareWithAFolderOrNothing() {
        assertThat(run("channel", List.of("--compare", folder.toString()))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--compare: " + folder + ": a folder (expected: what headrace bench");
        Path none = folder.resolve("none");
        assertThat(run("channel", List.of("--compare", none.toString()))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--compare: " + none + ": no such file (expected: what headrace bench");
    }

    @Test
    void shouldRefuseAFileOfLatenciesThatCannotBe() {
        assertThat(run("link", List.of("--hdr", folder.toString()))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--hdr: " + folder + ": a folder (expected: ");
        Path none = folder.resolve("none/latencies");
        assertThat(run("link", List.of("--hdr", none.toString()))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--hdr: " + none + ": no file can be made there (expected: ");
    }

    @Test
    void shouldRefuseToCompareWithAnotherWorkload() throws IOException {
        Path file = Files.writeString(
                folder.resolve("wal.json"), "{\"workload\":\"wal\",\"rounds\":[{\"eventsPerSecond\":1.0}]}");
        assertThat(run("channel", List.of("--compare", file.toString()))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("is of bench wal (expected: of bench channel)");
    }

    @Test
    void shouldRefuseAFolderInMemoryUnlessNothingIsSynced() throws IOException {
        Path memory = Path.of("/dev/shm");
        Assumptions.assumeTrue(
                Files.isDirectory(memory) && Files.getFileStore(memory).type().equals("tmpfs"));
        assertThat(run("wal", List.of("--dir", "/dev/shm"))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--dir: /dev/shm is on tmpfs, which is memory");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldSayThatAFolderIsMissing() {
        assertThat(run("wal", List.of("--dir", folder.resolve("none").toString())))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("headrace: --dir: ", "none: no such folder (expected: ");
    }

    @Test
    void shouldExitWithTwoWhenEventsAreLost() throws Exception {
        Workload losing = (stop, listener) -> result(false, "5 events came out (expected: 6): 1 lost");
        assertThat(runWith(losing)).isEqualTo(ExitCode.INTEGRITY);
        assertThat(out.toString()).contains("NOT SOUND", "round 1: 5 events came out (expected: 6): 1 lost");
        assertThat(err.toString()).contains("headrace: 5 events came out (expected: 6): 1 lost");
    }

    @Test
    void shouldExitWithZeroWhenAllIsThere() throws Exception {
        assertThat(runWith((stop, listener) -> result(false))).isEqualTo(ExitCode.OK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"channel", "wal", "link", "pipeline"})
    void shouldTeachEachCommandWithExamples(String command) {
        assertThat(run(command, List.of("--help"))).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("Usage: headrace bench " + command, "Examples:", "Exit codes: 0 done");
    }

    private int runWith(Workload workload) throws Exception {
        Console console = new Console(new PrintWriter(out, true), new PrintWriter(err, true), false);
        BenchOptions.Common options = new BenchOptions.Common();
        new picocli.CommandLine(options).parseArgs("--rounds", "2");
        BenchSettings settings = BenchSettings.of(WorkloadKind.LINK);
        return BenchRun.run(console, options, () -> settings, all -> workload);
    }

    private static WorkloadResult result(boolean stopped, String... faults) {
        return new WorkloadResult(
                BenchSettings.of(WorkloadKind.LINK),
                0,
                5,
                1,
                1_000,
                1_100,
                1_000_000,
                500_000,
                new Histogram(3),
                List.of(),
                0,
                stopped,
                Map.of(),
                List.of("5 events"),
                Arrays.asList(faults));
    }

    /** 40 frames in all. */
    private static List<String> small(String... more) {
        List<String> options = new ArrayList<>(List.of("--events", "4000", "--size", "64"));
        if (!Arrays.asList(more).contains("--batch")) {
            options.addAll(List.of("--batch", "100"));
        }
        if (!Arrays.asList(more).contains("--warm-up")) {
            options.addAll(List.of("--warm-up", "0"));
        }
        options.addAll(Arrays.asList(more));
        options.addAll(List.of("--duration", Duration.ofSeconds(60).toSeconds() + "s"));
        return options;
    }

    private int run(String command, List<String> options) {
        String[] arguments =
                Stream.concat(Stream.of("bench", command), options.stream()).toArray(String[]::new);
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    /** The names at the top. */
    private static Set<String> fields(String text) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        try (JsonParser json = new JsonFactory().createParser(text)) {
            assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                names.add(json.currentName());
                json.nextToken();
                json.skipChildren();
            }
            assertThat(json.nextToken()).isNull();
        }
        return names;
    }
}
