package io.headrace.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C while {@code bench} is at work: it shows what was done until then, and leaves nothing behind. */
@Timeout(120)
class BenchInterruptTest {
    private static final Pattern MEASURING = Pattern.compile(" [1-9][0-9.]*[kM]?/s  p50 ");
    private static final int SIGINT_BIT = 1 << 1;

    @TempDir
    private Path folder;

    @Test
    void shouldShowWhatWasDoneAndRemoveItsFiles() throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Path hdr = folder.resolve("hdr");
        Path data = Files.createDirectory(folder.resolve("data"));
        Process bench = start(out, err, "--dir", data.toString(), "--hdr", hdr.toString());
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> !bench.isAlive() || isMeasuring(data, err));
            assertThat(bench.isAlive()).as(() -> text(err)).isTrue();
            String signal = ignoresInterrupts(bench) ? "TERM" : "INT";
            new ProcessBuilder("kill", "-" + signal, Long.toString(bench.pid()))
                    .start()
                    .waitFor();
            assertThat(bench.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            bench.destroyForcibly();
        }
        assertThat(bench.exitValue()).as(() -> text(err)).isEqualTo(ExitCode.FAILED);
        assertThat(text(out)).startsWith("channel: 1 round,").contains("Stopped early", "none lost, none doubled");
        assertThat(data).isEmptyDirectory();
    }

    /** Events have come out: the line on the terminal has a rate that is not 0. */
    private static boolean isMeasuring(Path data, Path err) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.findAny().isPresent() && MEASURING.matcher(text(err)).find();
        }
    }

    /** As where a script without job control started the tests in the background; such signals stay ignored. */
    private static boolean ignoresInterrupts(Process process) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).trim(), 16))
                    .anyMatch(ignored -> (ignored & SIGINT_BIT) != 0);
        }
    }

    private static Process start(Path out, Path err, String... more) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.equals("-XX:+IgnoreUnrecognizedVMOptions"))
                .forEach(command::add);
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dheadrace.terminal=true"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.headrace.tools.Main"));
        command.addAll(List.of("bench", "channel", "--duration", "10m", "--warm-up", "0", "--rate", "10000"));
        command.addAll(List.of(more));
        return new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
