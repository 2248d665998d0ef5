package io.headrace.tools.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.headrace.tools.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Signals at each point of an agent's life. */
@Timeout(120)
@Tag("slow")
class AgentStopTest {
    private static final int SIGTERM_EXIT = 128 + 15;

    @TempDir
    private Path folder;

    private RunningAgent agent;

    @BeforeEach
    void prepare() throws IOException {
        Files.createDirectories(folder.resolve("out"));
        Files.write(
                Files.createDirectories(folder.resolve("in")).resolve("a.log"),
                IntStream.range(0, 1_000).mapToObj(i -> "line " + i).toList());
    }

    @AfterEach
    void close() {
        if (agent != null) {
            agent.close();
        }
    }

    @Test
    void shouldSayWhatItDeliveredWhileItStopped() throws Exception {
        agent = RunningAgent.start(configuration(""), "--metrics-port", "0");
        agent.awaitHealth(200, "\"healthy\":true");

        assertThat(agent.stop()).isZero();

        assertThat(agent.count("agent a1: stops, sinks have up to 10 s for ")).isOne();
        assertThat(agent.lines().get(agent.lines().size() - 1)).endsWith("agent a1: stopped");
        assertThat(agent.complaints()).isEmpty();
    }

    @Test
    void shouldStopInOrderWhenItsTerminalGoes() throws Exception {
        assumeThat(ignoresHangUp()).as("started by nohup").isFalse();
        agent = RunningAgent.start(configuration(""), "--metrics-port", "0");
        agent.awaitHealth(200, "\"healthy\":true");

        agent.hangUp();

        assertThat(agent.exitCode()).isZero();
        assertThat(agent.lines().get(agent.lines().size() - 1)).endsWith("agent a1: stopped");
    }

    /** Whoever starts this with {@code nohup} wants agents to ignore SIGHUP, too, which they inherit. */
    private static boolean ignoresHangUp() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) != 0);
    }

    @Test
    void shouldDrainForABoundedTimeAndSayWhatIsLeft() throws Exception {
        agent = RunningAgent.start(
                configuration("a1.sinks.roll.type = link\na1.sinks.roll.hostname = 127.0.0.1\na1.sinks.roll.port = 1"),
                "--metrics-port",
                "0",
                "--drain",
                "2");
        await().atMost(RunningAgent.LONG).until(() -> agent.metric("CHANNEL.kept", "ChannelSize") == 1_000);
        long begun = System.nanoTime();

        agent.terminate();
        agent.awaitHealth(503, "a1: draining");

        assertThat(agent.exitCode()).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(20));
        assertThat(agent.count("agent a1: stops, sinks have up to 2 s for 1000 events"))
                .isOne();
        assertThat(agent.count(
                        "channel kept: 0 events delivered while the agent stopped, 1000 left for the next start"))
                .isOne();
    }

    @Test
    void shouldSayWhatAMemoryChannelLost() throws Exception {
        agent = RunningAgent.start(
                configuration("a1.channels.kept.type = memory\na1.channels.kept.capacity = 5000\n"
                        + "a1.channels.kept.transactionCapacity = 1000\n"
                        + "a1.sinks.roll.type = link\na1.sinks.roll.hostname = 127.0.0.1\na1.sinks.roll.port = 1"),
                "--metrics-port",
                "0",
                "--drain",
                "0");
        await().atMost(RunningAgent.LONG).until(() -> agent.metric("CHANNEL.kept", "ChannelSize") == 1_000);

        assertThat(agent.stop()).isZero();

        assertThat(agent.count("channel kept: 1000 events could be neither delivered nor kept, they are lost unless the"
                        + " source can read them again"))
                .isOne();
    }

    @Test
    void shouldEndAtOnceAtTheSecondSignal() throws Exception {
        agent = RunningAgent.start(
                configuration("a1.sinks.roll.type = link\na1.sinks.roll.hostname = 127.0.0.1\na1.sinks.roll.port = 1"),
                "--metrics-port",
                "0",
                "--drain",
                "1000");
        await().atMost(RunningAgent.LONG).until(() -> agent.metric("CHANNEL.kept", "ChannelSize") == 1_000);
        agent.terminate();
        agent.terminate();
        agent.awaitHealth(503, "a1: draining");
        // Two signals at once, as timeout(1) sends them, are one.
        await().during(Duration.ofMillis(600)).until(agent::isAlive);

        agent.terminate();

        assertThat(agent.exitCode()).isEqualTo(SIGTERM_EXIT);
    }

    @Test
    void shouldStopAtOnceWhileAComponentIsToBeTriedAgain() throws Exception {
        Files.delete(folder.resolve("out"));
        Files.writeString(folder.resolve("out"), "no folder");
        agent = RunningAgent.start(configuration(""), "--metrics-port", "0");
        agent.awaitHealth(503, "sink roll: retrying");
        await().atMost(RunningAgent.LONG).until(() -> agent.metric("CHANNEL.kept", "ChannelSize") == 1_000);
        long begun = System.nanoTime();

        assertThat(agent.stop()).isZero();

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
        assertThat(agent.count("1000 left for the next start")).isOne();
    }

    @Test
    void shouldStopWhenSignalledWhileItStarts() throws Exception {
        for (int i = 0; i < 5; i++) {
            agent = RunningAgent.start(configuration(""), "--metrics-port", "0");
            RunningAgent started = agent;
            int lines = i;
            await().pollInterval(Duration.ofMillis(1))
                    .atMost(RunningAgent.LONG)
                    .until(() -> started.lines().size() > 10 * lines);
            int code = agent.stop();
            // Before the handlers are there, the virtual machine ends as it does without them.
            assertThat(code).as(agent::text).isIn(ExitCode.OK, SIGTERM_EXIT);
            assertThat(agent.complaints()).isEmpty();
        }
    }

    private Path configuration(String more) throws IOException {
        return Files.writeString(folder.resolve("a1.conf"), Configurations.tailToFolder(folder, more));
    }
}
