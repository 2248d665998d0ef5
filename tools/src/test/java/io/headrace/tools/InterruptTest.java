package io.headrace.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C while {@code bench} or {@code tune} is at work: it shows what was done until then, and leaves nothing behind. */
@Timeout(120)
class InterruptTest {
    private static final Pattern MEASURING = Pattern.compile(" [1-9][0-9.]*[kM]?/s  p50 ");

    @TempDir
    private Path folder;

    private Path data;

    @BeforeEach
    void makeFolder() throws IOException {
        data = Files.createDirectory(folder.resolve("data"));
    }

    @Test
    void shouldShowWhatBenchDidAndRemoveItsFiles() throws Exception {
        String hdr = folder.resolve("hdr").toString();
        try (CommandProcess bench = CommandProcess.start(
                folder,
                "bench",
                "channel",
                "--duration",
                "10m",
                "--warm-up",
                "0",
                "--rate",
                "10000",
                "--dir",
                data.toString(),
                "--hdr",
                hdr)) {
            // Events have come out: the line on the terminal has a rate that is not 0.
            interruptWhen(bench, MEASURING);
            assertThat(bench.out())
                    .startsWith("channel: 1 round,")
                    .contains("Stopped early", "none lost, none doubled");
        }
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void shouldShowWhatTuneFoundAndRemoveItsFiles() throws Exception {
        try (CommandProcess tune = CommandProcess.start(folder, "tune", "--budget", "60s", "--dir", data.toString())) {
            interruptWhen(tune, Pattern.compile("the processor"));
            assertThat(tune.out())
                    .startsWith("Measured in ")
                    .contains("What limits: not known, stopped before.", "not verified");
        }
        assertThat(data).isEmptyDirectory();
    }

    private void interruptWhen(CommandProcess process, Pattern says) throws Exception {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !process.isAlive()
                        || hasFiles() && says.matcher(process.err()).find());
        assertThat(process.isAlive()).as(process::err).isTrue();
        int expected = process.interrupt();
        assertThat(process.exitCode()).as(process::err).isEqualTo(expected);
    }

    private boolean hasFiles() throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.findAny().isPresent();
        }
    }
}
