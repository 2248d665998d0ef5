package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.spi.ComponentRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each channel has folders of its own. */
class FolderCheckTest {
    private static final String AGENT = """
            a1.sources = r1
            a1.channels = c1 c2
            a1.sinks = k1 k2
            a1.sources.r1.type = seq
            a1.sources.r1.channels = c1 c2
            a1.sinks.k1.type = logger
            a1.sinks.k1.channel = c1
            a1.sinks.k2.type = logger
            a1.sinks.k2.channel = c2
            a1.channels.c1.type = file
            a1.channels.c2.type = SPILLABLEMEMORY
            """;

    @TempDir
    private Path folder;

    @Test
    void shouldRefuseAFolderOfAnotherChannel() {
        assertThat(errors(
                        "a1.channels.c1.dataDirs = /x/one, /x/two", "a1.channels.c2.dataDirs = /x/three, /x/y/../two"))
                .containsExactly("a.conf:13: error: a1.channels.c2.dataDirs: /x/y/../two (expected: folders of its own;"
                        + " this one is in a1.channels.c1.dataDirs, a.conf line 12)");
    }

    @Test
    void shouldRefuseACheckpointAmongTheSegmentsOfAnotherChannel() {
        assertThat(errors(
                        "a1.channels.c1.dataDirs = /x/one",
                        "a1.channels.c2.dataDirs = /x/two",
                        "a1.channels.c2.checkpointDir = /x/one/"))
                .containsExactly("a.conf:14: error: a1.channels.c2.checkpointDir: /x/one (expected: folders of its own;"
                        + " this one is in a1.channels.c1.dataDirs, a.conf line 12)");
    }

    @Test
    void shouldRefuseTheDefaultOfTwoChannels() {
        assertThat(errors()).singleElement().satisfies(error -> assertThat(error)
                .startsWith("a.conf:11: error: a1.channels.c2.dataDirs: ")
                .endsWith(", the default (expected: folders of its own; this one is in a1.channels.c1.dataDirs, the"
                        + " default, a.conf line 10)"));
    }

    @Test
    void shouldRefuseAFolderUnderTwoNames() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        assertThat(errors("a1.channels.c1.dataDirs = " + real, "a1.channels.c2.dataDirs = " + link))
                .hasSize(1);
    }

    @Test
    void shouldRefuseAFolderTwiceInOneChannel() {
        assertThat(errors("a1.channels.c1.dataDirs = /x/one, /x/one", "a1.channels.c2.dataDirs = /x/two"))
                .containsExactly("a.conf:12: error: a1.channels.c1.dataDirs: /x/one (expected: each folder once)");
    }

    @Test
    void shouldTakeACheckpointAmongItsOwnSegments() {
        assertThat(errors(
                        "a1.channels.c1.dataDirs = /x/one",
                        "a1.channels.c1.checkpointDir = /x/one",
                        "a1.channels.c2.dataDirs = /x/one/below"))
                .isEmpty();
    }

    private static List<String> errors(String... more) {
        return new ConfigurationLoader(ComponentRegistry.load(), name -> null, System::getProperty, false)
                .readText(Path.of("a.conf"), AGENT + String.join("\n", more), "a1").problems().stream()
                        .filter(problem -> problem.severity() == ConfigurationProblem.Severity.ERROR)
                        .map(ConfigurationProblem::describe)
                        .toList();
    }
}
