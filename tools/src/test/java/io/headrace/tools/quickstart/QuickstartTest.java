package io.headrace.tools.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.tools.ExitCode;
import io.headrace.tools.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real thing: two processes, a real disk, real kills. */
@Timeout(120)
class QuickstartTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldDeliverEveryLineOnceWhenTheCollectorIsKilled() {
        assertThat(run("--lines", "20000", "--kills", "1", "--seed", "5", "--json"))
                .as(() -> "%s%s".formatted(out, err))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString().lines()).hasSize(1);
        assertThat(out.toString())
                .contains(
                        "\"read\":20000,",
                        "\"delivered\":20000,",
                        "\"duplicates\":0,",
                        "\"lost\":0,",
                        "\"in_order\":true,",
                        "\"kills_in_flight\":1,");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    @Tag("slow")
    void shouldDeliverNastyFilesUnchanged() throws IOException {
        List<Path> files = List.of(
                file("empty.log", ""),
                file("one/same.log", "a\r\r\nb\rc\n\n\n\r\n"),
                file("two/same.log", "no end"),
                file("b l a n k \u00e9 $[x].log", "NUL \0 in it\nlatin \u00ff\n\n"),
                file("long.log", "x".repeat(5 << 20) + "\nend\n"),
                file("feeds.log", "\n\n\n"));
        String[] arguments = Stream.concat(
                        Stream.of("--keep", "--seed", "3", "--kill", "both"),
                        files.stream().map(Path::toString))
                .toArray(String[]::new);
        assertThat(run(arguments)).as(() -> "%s%s".formatted(out, err)).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("Each of the 6 output files equals its input");
        assertThat(out.toString().lines().filter(line -> line.contains("cmp "))).hasSize(6);
    }

    @ParameterizedTest
    @Tag("slow")
    @ValueSource(strings = {"agent", "both"})
    void shouldDeliverEveryLineOnceWhoeverIsKilled(String victim) {
        assertThat(run("--lines", "300000", "--kill", victim, "--kills", "3"))
                .as(() -> "%s%s".formatted(out, err))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("3 of 3");
    }

    @Test
    @Tag("slow")
    void shouldLoseNothingWithADualChannelWhenTheCollectorIsKilled() {
        assertThat(run("--lines", "300000", "--channel", "dual", "--kills", "2"))
                .as(() -> "%s%s".formatted(out, err))
                .isEqualTo(ExitCode.OK);
    }

    private Path file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text, StandardCharsets.ISO_8859_1);
    }

    private int run(String... arguments) {
        String[] all = Stream.concat(
                        Stream.of(
                                "quickstart",
                                "--dir",
                                folder.resolve("b l a n k \u00e9/$x#y").toString(),
                                "--stall-timeout",
                                "30"),
                        Arrays.stream(arguments))
                .toArray(String[]::new);
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
    }
}
