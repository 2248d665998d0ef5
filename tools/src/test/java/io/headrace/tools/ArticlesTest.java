package io.headrace.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Configurations as articles about Flume have them, with all that is told about them. What is expected stands beside each
 * sample, in NAME.expected.
 */
class ArticlesTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"agent", "balanced", "guide", "comments"})
    void shouldTellEachDeviationOnOneLine(String name) throws IOException {
        Path file = sample(name);

        run("validate", file.toString());

        assertThat(out.toString().replace(file.getParent() + "/", "").lines())
                .containsExactlyElementsOf(resource(name + ".expected").lines().toList());
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shouldRunWhatTheAuthorMeantWhereCommentsStandBehindValues() throws IOException {
        assertThat(run("validate", "--settings", sample("comments").toString())).isEqualTo(ExitCode.OK);

        assertThat(out.toString().lines().map(String::trim))
                .contains(
                        "a1.sources.logs.batchSize = 500",
                        "a1.sources.logs.fileHeader = true",
                        "a1.sources.logs.idleTimeout = 60000 ms",
                        "a1.sources.logs.lineEnding = keep",
                        "a1.sources.logs.selector.mapping.audit = kept copy",
                        "a1.sources.logs.headers.g1.team = web #1",
                        "a1.channels.kept.sync = never",
                        "a1.channels.kept.maxFileSize = 134217728",
                        "a1.sinks.files.sink.rollInterval = 300000 ms",
                        "a1.sinks.files.sink.serializer = text");
    }

    @Test
    void shouldLeaveOutWhatThisVersionDoesNotHaveWhenLenient() throws IOException {
        Path file = sample("agent");

        assertThat(run("validate", "-n", "agent", "--lenient", file.toString())).isEqualTo(ExitCode.OK);

        assertThat(out.toString().lines().filter(line -> line.endsWith(" is left out")))
                .hasSize(1)
                .anyMatch(line -> line.endsWith("; sink col1 is left out"));
        assertThat(out.toString()).contains("agent: can be used (1 source, 1 channel, 1 sink");
    }

    @Test
    void shouldTellProgramsTheSame() throws IOException {
        Path file = sample("agent");
        List<Integer> lines = new ArrayList<>();
        List<String> severities = new ArrayList<>();

        assertThat(run("validate", "--json", file.toString())).isEqualTo(ExitCode.CONFIGURATION);

        try (JsonParser json = new JsonFactory().createParser(out.toString())) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.VALUE_NUMBER_INT && json.currentName().equals("line")) {
                    lines.add(json.getIntValue());
                } else if (token == JsonToken.VALUE_STRING && json.currentName().equals("severity")) {
                    severities.add(json.getText());
                }
            }
        }
        assertThat(lines)
                .isSorted()
                .hasSize(resource("agent.expected").lines().toList().size() - 2);
        assertThat(severities).hasSameSizeAs(lines).containsOnly("error", "warning", "note");
        assertThat(out.toString()).contains("\"usable\" : false", "\"name\" : \"collector\"");
    }

    @Test
    void shouldAnswerWhateverIsWritten() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String name : List.of("agent", "balanced", "guide", "comments")) {
            resource(name + ".conf").lines().forEach(lines::add);
        }
        Random random = new Random(20261121);
        ConfigurationLoader strict = ConfigurationLoader.standard(false);
        ConfigurationLoader lenient = ConfigurationLoader.standard(true);
        for (int round = 0; round < 60; round++) {
            String text = mutated(lines, random);
            for (String agent : List.of("agent", "collector", "a1", "g")) {
                ConfigurationReport report = strict.readText(Path.of("x.conf"), text, agent);
                assertThat(report.isUsable())
                        .as("%s of%n%s%n%s", agent, text, report.problems())
                        .isEqualTo(report.configuration() != null);
                assertThat(lenient.readText(Path.of("x.conf"), text, agent).problems())
                        .allSatisfy(problem -> assertThat(problem.message()).doesNotContain("null:", "null."));
            }
        }
    }

    /** Some of the lines in their order, a few of them cut, joined, swapped or with a part replaced. */
    private static String mutated(List<String> lines, Random random) {
        String[] parts = {"", " ", "=", ".", "${", "${env:X}", "}", "\\", "#", "\u00e4", "c1", "type", "*", "-1", "\n"};
        StringBuilder text = new StringBuilder();
        int kept = 50 + random.nextInt(50);
        for (String line : lines) {
            String written = line;
            if (random.nextInt(100) >= kept) {
                continue;
            } else if (random.nextInt(12) == 0 && !line.isEmpty()) {
                int from = random.nextInt(line.length());
                int to = from + random.nextInt(line.length() - from + 1);
                written = line.substring(0, from) + parts[random.nextInt(parts.length)] + line.substring(to);
            }
            text.append(written).append('\n');
        }
        return text.toString();
    }

    private Path sample(String name) throws IOException {
        return Files.writeString(folder.resolve(name + ".conf"), resource(name + ".conf"));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ArticlesTest.class.getResourceAsStream("/articles/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private int run(String... arguments) {
        return Main.run(new PrintWriter(out), new PrintWriter(err, true), arguments);
    }
}
