package io.headrace.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code tune} refuses before it measures. */
class TuneCommandTest {
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void shouldReadTimesWithTheirUnit() {
        assertThat(time("2ms")).isEqualTo(Duration.ofMillis(2));
        assertThat(time("1.5s")).isEqualTo(Duration.ofMillis(1500));
        assertThat(time("500us")).isEqualTo(Duration.ofNanos(500_000));
        assertThat(time("2H")).isEqualTo(Duration.ofHours(2));
        for (String wrong : new String[] {"2", "ms", "-1s", "2 parsecs", "99h", ""}) {
            assertThatThrownBy(() -> time(wrong)).hasMessageStartingWith("--x: " + wrong + " (expected: 0us..3h");
        }
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        assertRefused(ExitCode.USAGE, "--size: 3 (expected: 16 to ", "--size", "3");
        assertRefused(ExitCode.USAGE, "--size: many (expected: 16 to ", "--size", "many");
        assertRefused(ExitCode.USAGE, "--budget: 9s (expected: 10s..1h", "--budget", "9s");
        assertRefused(ExitCode.USAGE, "--outage: 2h (expected: with --peak N)", "--outage", "2h");
        assertRefused(ExitCode.USAGE, "--peak: 0 (expected: a whole number, 1 to ", "--peak", "0");
        assertRefused(ExitCode.USAGE, "--peak: 5k (expected: a whole number, 1 to ", "--peak", "5k");
        assertRefused(ExitCode.USAGE, "--name: a1 (expected: with --conf FILE)", "--name", "a1");
        assertRefused(ExitCode.USAGE, "--peer: here (expected: HOST:PORT", "--peer", "here");
        assertRefused(ExitCode.USAGE, "--listen: x:70000 (expected: HOST:PORT", "--listen", "x:70000");
        assertRefused(ExitCode.USAGE, "--goal: SPEED (expected: throughput, latency or balanced)", "--goal", "SPEED");
        assertRefused(
                ExitCode.USAGE,
                "--listen: 127.0.0.1:5140 (expected: without --budget)",
                "--listen",
                "127.0.0.1:5140",
                "--budget",
                "20s");
        Path none = folder.resolve("none");
        assertRefused(ExitCode.USAGE, "--dir: " + none + ": no such folder (expected: ", "--dir", none.toString());
    }

    @Test
    void shouldRefuseConfigurationsThatCannotBeTuned() throws Exception {
        assertRefused(
                ExitCode.CONFIGURATION,
                "no such file",
                "--conf",
                folder.resolve("none").toString());
        Path two = Files.writeString(
                folder.resolve("two"),
                "a.channels = c\na.channels.c.type = memory\nb.channels = c\nb.channels.c.type = memory\n");
        assertRefused(
                ExitCode.USAGE, "--name: missing (expected: one of the agents in " + two, "--conf", two.toString());
        assertRefused(ExitCode.CONFIGURATION, "a: nothing to run", "--conf", two.toString(), "--name", "a");
    }

    @Test
    void shouldRefuseToWriteWhereNothingCanBeWrittenBeforeItMeasures() {
        assertRefused(
                ExitCode.USAGE,
                "(expected: a folder that exists",
                "--write",
                folder.resolve("none/a1.properties").toString());
    }

    private static Duration time(String text) {
        return TuneCommand.time("--x", text, Duration.ZERO, Duration.ofHours(3));
    }

    private void assertRefused(int code, String message, String... options) {
        String[] arguments = new String[options.length + 1];
        arguments[0] = "tune";
        System.arraycopy(options, 0, arguments, 1, options.length);
        err.getBuffer().setLength(0);
        String level = System.getProperty("headrace.log.level");
        try {
            assertThat(Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), arguments))
                    .as("%s", err)
                    .isEqualTo(code);
        } finally {
            if (level == null) {
                System.clearProperty("headrace.log.level");
            } else {
                System.setProperty("headrace.log.level", level);
            }
        }
        assertThat(err.toString()).contains(message);
    }
}
