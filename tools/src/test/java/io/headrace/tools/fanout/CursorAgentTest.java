package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent with a sink on a cursor that was made at a time, killed and started again. */
@Timeout(120)
class CursorAgentTest {
    private static final String CONFIG = """
            a1.sources = tail
            a1.channels = c1
            a1.sinks = main
            a1.sources.tail.type = TAILDIR
            a1.sources.tail.channels = c1
            a1.sources.tail.filegroups = f
            a1.sources.tail.filegroups.f = @DIR@/in
            a1.sources.tail.positionFile = @DIR@/position.json
            a1.channels.c1.type = file
            a1.channels.c1.dataDirs = @DIR@/log
            a1.channels.c1.maxEventBytes = 262144
            a1.channels.c1.maxFileSize = 2097152
            a1.channels.c1.minimumRequiredSpace = 1048576
            a1.channels.c1.retentionBytes = 64m
            a1.sinks.main.type = file_roll
            a1.sinks.main.channel = c1
            a1.sinks.main.sink.directory = @DIR@/main
            a1.sinks.main.sink.rollInterval = 1
            """;
    private static final String REPLAY = """
            a1.sinks = main replay
            a1.channels.c1.cursors.late.start = @START@
            a1.sinks.replay.type = file_roll
            a1.sinks.replay.channel = c1
            a1.sinks.replay.cursor = late
            a1.sinks.replay.sink.directory = @DIR@/replay
            a1.sinks.replay.sink.rollInterval = 1
            """;
    private static final int LINES = 20_000;

    @TempDir
    private Path folder;

    private KilledAgent agent;
    private int written;

    @Test
    void shouldReplayFromATimeOnEachLineOnceThoughTheAgentIsKilled() throws Exception {
        Path config = folder.resolve("a1.properties");
        Files.writeString(config, CONFIG.replace("@DIR@", folder.toString()));
        RolledOutput main = new RolledOutput(folder.resolve("main"));
        RolledOutput replay = new RolledOutput(folder.resolve("replay"));
        try (KilledAgent started = new KilledAgent(config, folder.resolve("agent.log"))) {
            agent = started;
            agent.start();
            long first = write();
            await("the first lines", () -> main.bytes() >= first);
            String start = Instant.now().toString();
            long second = write();
            await("the second lines", () -> main.bytes() >= first + second);
            assertThat(agent.stop()).as(agent.log()).isZero();

            Files.writeString(
                    config,
                    (CONFIG.replace("a1.sinks = main\n", "") + REPLAY)
                            .replace("@DIR@", folder.toString())
                            .replace("@START@", start));
            agent.start();
            await("some is replayed", () -> replay.bytes() > 0);
            agent.kill();
            agent.start();
            long third = write();
            await("a part of the third lines", () -> replay.bytes() > second);
            agent.kill();
            agent.start();
            await("all of both", () -> main.bytes() >= first + second + third && replay.bytes() >= second + third);
            await("metrics of the cursor", this::showsTheCursor);
            assertThat(agent.stop()).as(agent.log()).isZero();
        }
        assertThat(numbers(main)).isEqualTo(numbers(0, 3 * LINES));
        assertThat(numbers(replay)).isEqualTo(numbers(LINES, 3 * LINES));
        assertThat(Files.readString(folder.resolve("agent.log"))).contains("cursor late: made at sequence");
    }

    private static List<Integer> numbers(RolledOutput output) throws IOException {
        return output.lines().stream().map(RolledOutput.Line::number).toList();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    /** Appends lines to the file that is tailed; returns their bytes. */
    private long write() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < LINES; i++) {
            lines.add("in " + written++ + " x");
        }
        String text = String.join("\n", lines) + "\n";
        Files.writeString(folder.resolve("in"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return text.length();
    }

    private boolean showsTheCursor() {
        try {
            return agent.metrics().contains("\"CursorBacklogFrames.late\":\"0\"");
        } catch (IOException e) {
            // It has not opened its port yet.
            return false;
        }
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private void await(String what, Condition condition) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    try {
                        assertThat(agent.isAlive()).as(agent.log()).isTrue();
                        return condition.holds();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }
}
