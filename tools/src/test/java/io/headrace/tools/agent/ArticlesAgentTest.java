package io.headrace.tools.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.tools.ExitCode;
import io.headrace.tools.Main;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Agents started from the configurations of articles about Flume, as they stand: only folders are moved below a temporary
 * one. What is told about them is in {@code ArticlesTest}.
 */
@Timeout(120)
class ArticlesAgentTest {
    private static final int LINES = 1_200;

    @TempDir
    private Path folder;

    private RunningAgent agent;

    @AfterEach
    void stop() {
        if (agent != null) {
            agent.close();
        }
    }

    @Test
    void shouldRunWhatTheAuthorMeantWhereCommentsStandBehindValues() throws Exception {
        Path place = Files.createDirectories(folder.resolve("none"));
        Files.createDirectories(place.resolve("out"));
        Files.write(place.resolve("web.log"), lines());
        Path file = sample("comments");

        agent = RunningAgent.start(file, "-Djava.io.tmpdir=" + folder, "--metrics-port", "0");

        // lineEnding = keep, so each line brings its own line feed, and the serializer text adds one.
        String expected = String.join("\n\n", lines()) + "\n\n";
        await().atMost(RunningAgent.LONG).until(() -> output().length() >= expected.length());
        assertThat(output()).isEqualTo(expected);
        assertThat(agent.lines()).startsWith(said("a1", file));
        assertThat(agent.metric("CHANNEL.kept", "ChannelCapacity")).isEqualTo(200_000);
        assertThat(agent.metric("CHANNEL.copy", "ChannelCapacity")).isEqualTo(1_000);
        // batchSize = 500, and the selector's default is the channel kept only.
        assertThat(agent.metric("SOURCE.logs", "AppendBatchAcceptedCount")).isEqualTo(3);
        assertThat(agent.metric("CHANNEL.kept", "EventPutSuccessCount")).isEqualTo(LINES);
        assertThat(agent.metric("CHANNEL.copy", "EventPutSuccessCount")).isZero();
        assertThat(agent.lines())
                .contains("  a1.channels.kept.maxFileSize = 134217728")
                .anyMatch(line -> line.contains("channel kept: ") && line.contains("sync = never"));
        assertThat(agent.stop()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"agent, agent", "agent, collector", "balanced, a1", "guide, g"})
    void shouldRefuseBeforeAnythingStartsWithTheLinesThatValidatePrints(String sample, String name) throws Exception {
        Path file = sample(sample);

        agent = RunningAgent.startNamed(name, file, "--metrics-port", "0");

        assertThat(agent.exitCode()).as(agent::text).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(agent.lines()).isEqualTo(told(name, file));
        assertThat(folder.resolve("var")).doesNotExist();
    }

    @Test
    void shouldTailIntoTheLogWhereItsSinksAreLeftOut() throws Exception {
        Path app = Files.createDirectories(folder.resolve("var/log/app"));
        Files.createDirectories(folder.resolve("var/log/nginx"));
        Files.write(app.resolve("a.log"), lines());
        Path file = sample("agent");

        // No sink is there to drain what its stop would wait for.
        agent = RunningAgent.startNamed("agent", file, "--lenient", "--drain", "0", "--metrics-port", "0");

        await().atMost(RunningAgent.LONG).until(() -> agent.metric("CHANNEL.disk", "ChannelSize") == LINES);
        assertThat(agent.lines()).startsWith(said("agent", file, "--lenient"));
        assertThat(agent.metric("CHANNEL.disk", "ChannelCapacity")).isEqualTo(1_000_000);
        assertThat(agent.metric("SOURCE.applogs", "AppendBatchAcceptedCount")).isEqualTo(2);
        assertThat(agent.stop()).isZero();
        assertThat(printed(
                        "wal",
                        "cat",
                        "--json",
                        folder.resolve("var/lib/flume/data").toString()))
                .hasSize(LINES)
                .allSatisfy(event -> assertThat(event)
                        // fileHeader = true # which file
                        .contains("\"file\":\"" + app.resolve("a.log") + "\"")
                        // A header's value may hold what looks like a comment: kept, as in Flume, and told.
                        .contains("\"kind\":\"app   # for the collector\"")
                        .contains("\"host\":"));
    }

    @Test
    void shouldTailIntoMemoryWhereTheEncryptedChannelIsLeftOut() throws Exception {
        Path log = Files.createDirectories(folder.resolve("var/log")).resolve("x.log");
        Files.write(log, lines().subList(0, 900));
        Path file = sample("guide");

        agent = RunningAgent.startNamed(
                "g", file, "--lenient", "-Duser.home=" + folder.resolve("home"), "--metrics-port", "0");

        await().atMost(RunningAgent.LONG).until(() -> agent.metric("CHANNEL.mem", "ChannelSize") == 900);
        assertThat(agent.lines()).startsWith(said("g", file, "--lenient"));
        // The key that names a position file is misspelt: nothing is written there, as was told.
        assertThat(folder.resolve("var/lib/flume/pos.json")).doesNotExist();
        assertThat(agent.metric("CHANNEL.mem", "ChannelCapacity")).isEqualTo(1_000);
    }

    /** The configuration with its folders moved, and nothing else. */
    private Path sample(String name) throws IOException {
        try (InputStream in = ArticlesAgentTest.class.getResourceAsStream("/articles/" + name + ".conf")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Files.writeString(folder.resolve(name + ".conf"), text.replace("/var/", folder + "/var/"));
        }
    }

    /** What {@code validate} prints of one agent. */
    private static List<String> told(String agent, Path file, String... more) {
        List<String> arguments = new ArrayList<>(List.of("validate", "-n", agent, file.toString()));
        arguments.addAll(List.of(more));
        return printed(arguments.toArray(String[]::new));
    }

    /** The same without the verdict, which an agent that starts leaves out. */
    private static String[] said(String agent, Path file, String... more) {
        List<String> lines = told(agent, file, more);
        return lines.subList(0, lines.size() - 1).toArray(String[]::new);
    }

    private static List<String> printed(String... command) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Main.run(new PrintWriter(out), new PrintWriter(err, true), command);
        assertThat(err.toString()).isEmpty();
        return out.toString().lines().toList();
    }

    private static List<String> lines() {
        return IntStream.range(0, LINES).mapToObj(i -> "line " + i).toList();
    }

    private String output() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(folder.resolve("none/out"))) {
            for (Path file : files.sorted().toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }
}
