package io.headrace.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ctrl-C while {@code repair --apply} is at work: the log is as it was or repaired, and a second repair ends it. */
@Timeout(240)
@Tag("slow")
class WalRepairInterruptTest {
    private static final int EVENTS = 600;
    private static final int LOST = 123;

    /** Of which one must hit: the signal may come when the repair is done. */
    private static final int ATTEMPTS = 20;

    @TempDir
    private Path folder;

    /** What the repair has made when it is interrupted. */
    enum Sign {
        A_COPY_ASIDE {
            @Override
            boolean isSeen(Set<String> before, Set<String> now) {
                return now.stream().anyMatch(name -> name.startsWith("repair-"));
            }
        },
        AN_UNFINISHED_SEGMENT {
            @Override
            boolean isSeen(Set<String> before, Set<String> now) {
                return now.stream()
                        .anyMatch(
                                name -> !before.contains(name) && !name.startsWith("repair-") && !name.equals("lock"));
            }
        },
        A_SEGMENT {
            @Override
            boolean isSeen(Set<String> before, Set<String> now) {
                return now.stream().anyMatch(name -> name.endsWith(".wal") && !before.contains(name));
            }
        };

        abstract boolean isSeen(Set<String> before, Set<String> now);
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeAsItWasOrRepairedWhenItIsInterrupted(Sign sign) throws Exception {
        int attempts = 1;
        while (!interrupt(folder.resolve("log-" + attempts), sign)) {
            assertThat(attempts).as("attempts of which none was in the middle").isLessThan(ATTEMPTS);
            attempts++;
        }
    }

    /** Whether it was in the middle; what must hold afterwards holds in either case. */
    private boolean interrupt(Path log, Sign sign) throws Exception {
        new LogMaker(log).append(EVENTS, 60_000).checkpoint(3).stop();
        damage(log);
        Set<String> before = names(log);
        Path said = folder.resolve("said");

        Process repair = start(said, log);
        // The shell is there before, so that the signal needs no new process.
        Process killer = new ProcessBuilder("sh", "-c", "read now; kill -INT " + repair.pid()).start();
        await().atMost(Duration.ofMinutes(1))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> !repair.isAlive() || sign.isSeen(before, names(log)));
        killer.getOutputStream().write('\n');
        killer.getOutputStream().close();
        killer.waitFor();
        int code = repair.waitFor();

        assertThat(code).as(() -> text(said)).isIn(130, ExitCode.OK);
        boolean done = text(said).contains(": repaired");
        if (code == 130 && !done) {
            assertThat(text(said)).contains("headrace: interrupted; " + log + " is as it was, or repaired");
        }
        StringWriter out = new StringWriter();
        int check = run(out, "check", log.toString());
        assertThat(check).as(out::toString).isIn(ExitCode.OK, ExitCode.INTEGRITY);
        if (check == ExitCode.INTEGRITY) {
            assertThat(out.toString()).contains("1 sequence missing: " + LOST + ";");
        }
        assertThat(run(new StringWriter(), "repair", "--apply", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(run(new StringWriter(), "check", log.toString())).isEqualTo(ExitCode.OK);
        StringWriter events = new StringWriter();
        assertThat(run(events, "cat", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(events.toString().lines().map(line -> line.substring(0, line.indexOf(':'))))
                .containsExactlyElementsOf(IntStream.rangeClosed(4, EVENTS)
                        .filter(sequence -> sequence != LOST)
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(names(log)).noneMatch(name -> name.startsWith("unfinished-"));
        // Else the log was made whole before the signal came.
        return code == 130 && check == ExitCode.INTEGRITY;
    }

    private static Process start(Path said, Path log) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.equals("-XX:+IgnoreUnrecognizedVMOptions"))
                .forEach(command::add);
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.headrace.tools.Main"));
        command.addAll(List.of("wal", "repair", "--apply", log.toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
    }

    private static int run(StringWriter out, String... arguments) {
        String[] all = Stream.concat(Stream.of("wal"), Stream.of(arguments)).toArray(String[]::new);
        return Main.run(new PrintWriter(out), new PrintWriter(out, true), all);
    }

    private static void damage(Path log) throws IOException {
        try (Stream<Path> files = Files.list(log)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".wal")).toList()) {
                int at = Files.readString(file, StandardCharsets.ISO_8859_1).indexOf(LOST + ":xxx");
                if (at >= 0) {
                    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                        bytes.seek(at + 9L);
                        bytes.write('y');
                    }
                    return;
                }
            }
        }
        throw new IOException(LOST + ": in no segment of " + log);
    }

    private static Set<String> names(Path log) throws IOException {
        try (Stream<Path> files = Files.list(log)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
