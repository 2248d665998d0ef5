package io.headrace.tools.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationMergeTest {
    private static final Path FILE = Path.of("a1.properties");

    private static final String TEXT = """
            # the collector
            a1.channels = c1

            ! appender: see ticket
              a1.channels.c1.appender : mapped
            a1.channels.c1.type=file
            # a1.channels.c1.groupBytes = 4096
            a1.sinks.k1.window 65536
            a1.sinks.k1.hostname = a, \\
                b
            # end
            """;

    @TempDir
    private Path folder;

    @Test
    void shouldChangeAValueWhereItStandsAndNothingElse() {
        ConfigurationMerge merge = merge(TEXT, "a1.channels.c1.appender", "direct", "a1.sinks.k1.window", "1048576");
        assertThat(merge.text())
                .isEqualTo(TEXT.replace("appender : mapped", "appender : direct")
                        .replace("window 65536", "window 1048576"));
        assertThat(merge.changes())
                .containsExactly(
                        "- a1.channels.c1.appender = mapped",
                        "+ a1.channels.c1.appender = direct",
                        "- a1.sinks.k1.window = 65536",
                        "+ a1.sinks.k1.window = 1048576");
    }

    @Test
    void shouldPutANewKeyBehindTheLastOfItsComponentAndNotTakeACommentForIt() {
        ConfigurationMerge merge =
                merge(TEXT, "a1.channels.c1.groupBytes", "262144", "a1.sources.r1.batchSize", "3000");
        assertThat(merge.text())
                .isEqualTo(TEXT.replace(
                                "a1.channels.c1.type=file\n",
                                "a1.channels.c1.type=file\na1.channels.c1.groupBytes = 262144\n")
                        + "a1.sources.r1.batchSize = 3000\n");
    }

    @Test
    void shouldNotContinueACommentThatEndsInABackslash() {
        String text = "# the share is \\\\host\\logs\\\na.b.c.d = 1\n! and \\\na.b.c.e = 2\n";
        assertThat(merge(text, "a.b.c.d", "3", "a.b.c.e", "4").text())
                .isEqualTo(text.replace("d = 1", "d = 3").replace("e = 2", "e = 4"));
    }

    @Test
    void shouldReplaceAContinuedValueAsAWhole() {
        ConfigurationMerge merge = merge(TEXT, "a1.sinks.k1.hostname", "c");
        assertThat(merge.text()).isEqualTo(TEXT.replace("a, \\\n    b", "c"));
        assertThat(merge.changes().get(0)).isEqualTo("- a1.sinks.k1.hostname = a, b");
    }

    @Test
    void shouldKeepLineEndsAndTheLackOfTheLastOne() {
        ConfigurationMerge merge = merge("a.sinks.k.window = 1\r\n# x\r\na.sinks.k.port = 2", "a.sinks.k.window", "3");
        assertThat(merge.text()).isEqualTo("a.sinks.k.window = 3\r\n# x\r\na.sinks.k.port = 2");
        assertThat(merge("a.sinks.k.port = 2\r\n# x", "a.channels.c.type", "file")
                        .text())
                .isEqualTo("a.sinks.k.port = 2\r\n# x\r\na.channels.c.type = file\r\n");
        assertThat(merge("a.sinks.k.port = 2", "a.sinks.k.window", "9").text())
                .isEqualTo("a.sinks.k.port = 2\na.sinks.k.window = 9\n");
    }

    @Test
    void shouldChangeTheOneThatCountsOfAKeyWrittenTwice() {
        assertThat(merge("a.b.c.d = 1\na.b.c.d = 2\n", "a.b.c.d", "3").text()).isEqualTo("a.b.c.d = 1\na.b.c.d = 3\n");
    }

    @Test
    void shouldSayNothingOfWhatStandsThereAlready() {
        ConfigurationMerge merge = merge(TEXT, "a1.channels.c1.appender", "mapped");
        assertThat(merge.text()).isEqualTo(TEXT);
        assertThat(merge.changes()).isEmpty();
    }

    @Test
    void shouldGiveAKeyWithoutAValueOne() {
        assertThat(merge("a.b.c.d\n", "a.b.c.d", "3").text()).isEqualTo("a.b.c.d = 3\n");
        assertThat(merge("a.b.c.d =\n", "a.b.c.d", "3").text()).isEqualTo("a.b.c.d =3\n");
    }

    @Test
    void shouldReplaceTheFileAtOnceWithItsRightsAndThroughALink() throws IOException {
        Path file = Files.writeString(folder.resolve("real"), TEXT);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        merge(TEXT, "a1.sinks.k1.window", "7").writeTo(link);
        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent(TEXT.replace("65536", "7"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        try (var all = Files.list(folder)) {
            assertThat(all).as("nothing is left beside").hasSize(2);
        }
    }

    @Test
    void shouldMakeAFileThatWasNotThere() throws IOException {
        Path file = folder.resolve("new");
        merge("", "a1.sinks.k1.window", "7").writeTo(file);
        assertThat(file).hasContent("a1.sinks.k1.window = 7\n");
    }

    @Test
    void shouldKeepAnEncodingThatIsNotUtf8() throws IOException {
        Path file =
                Files.write(folder.resolve("old"), "# K\u00f6ln\na.b.c.d = 1\n".getBytes(StandardCharsets.ISO_8859_1));
        merge(ConfigurationMerge.read(file), "a.b.c.d", "2").writeTo(file);
        assertThat(file).hasBinaryContent("# K\u00f6ln\na.b.c.d = 2\n".getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void shouldSayBeforehandWhereNothingCanBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("real"), TEXT);
        assertThat(ConfigurationMerge.refusal(file)).isNull();
        assertThat(ConfigurationMerge.refusal(folder.resolve("new"))).isNull();
        assertThat(ConfigurationMerge.refusal(Path.of("new-in-the-current-folder")))
                .isNull();
        assertThat(ConfigurationMerge.refusal(folder.resolve("none/new"))).contains("a folder that exists");
        assertThat(ConfigurationMerge.refusal(folder)).startsWith("not a file");
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("none"));
        assertThat(ConfigurationMerge.refusal(link)).startsWith("a link to nothing");
    }

    @Test
    void shouldNotReplaceAFileThatIsReadOnly() throws IOException {
        Path file = Files.writeString(folder.resolve("real"), TEXT);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r-----"));
        Assumptions.assumeFalse(Files.isWritable(file), "permissions do not bind this user");
        assertThat(ConfigurationMerge.refusal(file)).startsWith("permission denied");
    }

    private static ConfigurationMerge merge(String text, String... keysAndValues) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return ConfigurationMerge.of(FILE, text, properties);
    }
}
