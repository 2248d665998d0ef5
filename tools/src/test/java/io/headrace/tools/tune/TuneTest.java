package io.headrace.tools.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.tools.CommandException;
import io.headrace.tools.Console;
import io.headrace.tools.ExitCode;
import io.headrace.tools.StorageOf;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From options to the configuration that is written, with trials whose result is planted and a clock that they drive. */
class TuneTest {
    private static final ComponentRegistry REGISTRY = ComponentRegistry.load();
    private static final Duration BUDGET = Duration.ofSeconds(20);
    private static final long TRIAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final String TEXT = """
            # the spoilt one
            a1.sources = r1
            a1.channels = c1
            a1.sinks = k1

            a1.sinks.k1.type = null
            a1.sinks.k1.channel = c1
              ! ten: see the ticket
              a1.sources.r1.batchSize : 10
            a1.sources.r1.type=seq
            a1.sources.r1.channels = c1
            a1.channels.c1.type = memory
            a1.channels.c1.capacity = 10000
            a1.channels.c1.transactionCapacity = 10000
            # end
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<Trial> trials = new ArrayList<>();
    private String stage = "";
    private long now;
    private boolean stopsInComparison;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void writeConfiguration() throws Exception {
        file = Files.writeString(folder.resolve("a1.properties"), TEXT);
    }

    @Test
    void shouldWriteTheBestWhereItStandsAndLeaveCommentsAndOrder() throws Exception {
        assertThat(tune(TuneTest::byBatch, file)).isTrue();

        assertThat(file).hasContent(TEXT.replace("batchSize : 10\n", "batchSize : 1000\n"));
        assertThat(out.toString())
                .contains("Gain for throughput: 100.0 times")
                .endsWith(lines(
                        file + ": changed", "  - a1.sources.r1.batchSize = 10", "  + a1.sources.r1.batchSize = 1000"));
    }

    @Test
    void shouldSayThatThereIsNoGainAndWriteNothing() throws Exception {
        assertThat(tune(candidate -> 1_000_000, file)).isTrue();

        assertThat(file).hasContent(TEXT);
        assertThat(out.toString()).contains("No gain").endsWith(lines("", file + ": as it was."));
    }

    /** What the search took for better is not recommended when the comparison does not confirm it. */
    @Test
    void shouldNotRecommendWhatOnlyTheSearchFoundBetter() throws Exception {
        assertThat(tune(candidate -> isComparison(stage) ? 1_000_000 : byBatch(candidate), file))
                .isTrue();

        assertThat(trials).anyMatch(trial -> isComparison(trial.stage()) && batch(trial.candidate()) == 1_000);
        assertThat(file).hasContent(TEXT);
        assertThat(out.toString()).contains("No gain").endsWith(lines("", file + ": as it was."));
    }

    @Test
    void shouldCompareInAlternationAndKeepTheBudget() throws Exception {
        Duration little = Duration.ofSeconds(8);

        run(TuneTest::byBatch, null, little);

        List<Integer> full = trials.stream()
                .filter(trial -> isComparison(trial.stage()) && trial.rate() == 0)
                .map(trial -> batch(trial.candidate()))
                .toList();
        assertThat(full).startsWith(10, 1_000, 1_000, 10);
        assertThat(now).isLessThanOrEqualTo(little.toNanos());
        assertThat(file).hasContent(TEXT);
    }

    @Test
    void shouldShowTheBestSoFarWhenItIsStoppedAndWriteNothing() throws Exception {
        stopsInComparison = true;

        assertThat(tune(TuneTest::byBatch, file)).isFalse();

        assertThat(out.toString())
                .contains("not verified")
                .endsWith(lines("Best so far:", "", "a1.sources.r1.batchSize = 1000"));
        assertThat(file).hasContent(TEXT);
    }

    /** Somebody changes it meanwhile. */
    @Test
    void shouldLeaveAConfigurationThatWouldNoLongerBeUsable() throws Exception {
        String small = TEXT.replace("transactionCapacity = 10000", "transactionCapacity = 999");

        assertThatThrownBy(() -> tune(
                        candidate -> {
                            write(small);
                            return byBatch(candidate);
                        },
                        file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("left as it was")
                .hasMessageContaining("batchSize: 1000 (expected: <= a1.channels.c1.transactionCapacity 999)");

        assertThat(file).hasContent(small);
    }

    @Test
    void shouldTryTheDefaultBatchOnlyWhereTheChannelTakesIt() throws Exception {
        write(TEXT.replace("transactionCapacity = 10000", "transactionCapacity = 999"));

        assertThat(tune(candidate -> batch(candidate) * 1_000, file)).isTrue();

        assertThat(trials)
                .allSatisfy(trial -> assertThat(batch(trial.candidate())).isLessThanOrEqualTo(999));
        assertThat(file)
                .hasContent(TEXT.replace("transactionCapacity = 10000", "transactionCapacity = 999")
                        .replace("batchSize : 10\n", "batchSize : 999\n"));
    }

    /** A spoilt configuration that is left as it is, only because nothing else was tried. */
    @Test
    void shouldSayThatTheTimeWasTooShortToTellAndHowMuchIsEnough() throws Exception {
        run(TuneTest::byBatch, file, Duration.ofSeconds(2));

        assertThat(file).hasContent(TEXT);
        assertThat(out.toString())
                .contains("Too short to tell: ", "candidates not tried", "Nothing to recommend yet.")
                .doesNotContain("No gain");
        Matcher enough = Pattern.compile("--budget (\\d+)s").matcher(out.toString());
        assertThat(enough.find()).isTrue();

        out.getBuffer().setLength(0);
        trials.clear();
        run(TuneTest::byBatch, file, Duration.ofSeconds(Long.parseLong(enough.group(1))));

        assertThat(out.toString()).contains("Gain for throughput").doesNotContain("Too short");
    }

    @Test
    void shouldWriteWhatChangesIntoANewFile() throws Exception {
        Path fresh = folder.resolve("new.properties");

        assertThat(tune(TuneTest::byBatch, fresh)).isTrue();

        assertThat(fresh).hasContent("a1.sources.r1.batchSize = 1000\n");
        assertThat(out.toString()).endsWith(lines(fresh + ": written", "  + a1.sources.r1.batchSize = 1000"));
        assertThat(file).hasContent(TEXT);
    }

    @Test
    void shouldRefuseWhatDoesNotWorkAndABudgetThatIsTooShort() {
        assertThatThrownBy(() -> tune(candidate -> 0, file))
                .isInstanceOfSatisfying(
                        CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.FAILED))
                .hasMessage("the settings in use do not work: nothing came out");
        assertThatThrownBy(() -> run(TuneTest::byBatch, file, Duration.ofSeconds(1)))
                .isInstanceOfSatisfying(
                        CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
                .hasMessageStartingWith("--budget: 1s (expected: >= ");
        assertThat(file).hasContent(TEXT);
    }

    private void write(String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A hundred times as many with the default as with any other batch, and nothing else matters. */
    private static double byBatch(Candidate candidate) {
        return batch(candidate) == 1_000 ? 100_000_000 : 1_000_000;
    }

    private static int batch(Candidate candidate) {
        return Integer.parseInt(candidate.value(Knob.BATCH));
    }

    private static boolean isComparison(String stage) {
        return stage.startsWith("comparison");
    }

    private boolean tune(ToDoubleFunction<Candidate> eventsPerSecond, Path write) throws Exception {
        return run(eventsPerSecond, write, BUDGET);
    }

    private boolean run(ToDoubleFunction<Candidate> eventsPerSecond, Path write, Duration budget) throws Exception {
        Machine machine = new Machine(
                StorageOf.fileSystem("ext4", Long.MAX_VALUE), () -> now, real -> (candidate, rate, time, why) -> {
                    stage = why;
                    now += TRIAL_NANOS;
                    Trial trial = trial(candidate, rate, eventsPerSecond.applyAsDouble(candidate));
                    trials.add(trial);
                    return trial;
                });
        Console console = new Console(new PrintWriter(out, true), new PrintWriter(err, true), false);
        return new Tune(console, REGISTRY, () -> () -> stopsInComparison && isComparison(stage), machine)
                .run(options(folder, budget), file, null, write, false);
    }

    private Trial trial(Candidate candidate, long rate, double eventsPerSecond) {
        int number = trials.size() + 1;
        double events = rate == 0 ? eventsPerSecond : rate;
        return events == 0
                ? Trial.failed(number, stage, candidate, rate, "nothing came out")
                : new Trial(number, stage, candidate, rate, 1, (long) events, 100, 200, 0.5, 0.5, 0, 0, 0, "", 0, null);
    }

    private static TuneOptions options(Path folder, Duration budget) {
        return new TuneOptions(Goal.THROUGHPUT, 0, 200, folder, budget, 0, null, null, 0);
    }

    private static String lines(String... lines) {
        return String.join(System.lineSeparator(), lines) + System.lineSeparator();
    }
}
