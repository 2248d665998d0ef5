package io.headrace.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.agent.Agent;
import io.headrace.engine.agent.AgentOptions;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.metrics.GroupType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In an agent, into a file. */
class SequenceSourceTest {
    @TempDir
    Path folder;

    @Test
    void shouldCountToTotalEventsInBatches() throws IOException {
        assertThat(run("batchSize = 1000", "totalEvents = 2500")).isEqualTo(3);
        assertThat(lines()).isEqualTo(numbers(2500));
    }

    @Test
    void shouldPutOneAtATimeByDefault() throws IOException {
        assertThat(run("totalEvents = 20")).isEqualTo(20);
        assertThat(lines()).isEqualTo(numbers(20));
    }

    @Test
    void shouldWaitForRoomWithoutLosingItsPlace() throws IOException {
        // More than the channel holds at once.
        run("batchSize = 64", "totalEvents = 5000");
        assertThat(lines()).isEqualTo(numbers(5000));
    }

    /** Runs until all is delivered; returns the number of batches. */
    private long run(String... settings) {
        long total = Long.parseLong(Stream.of(settings)
                .filter(setting -> setting.startsWith("totalEvents"))
                .findFirst()
                .orElseThrow()
                .replaceAll("\\D", ""));
        StringBuilder text = new StringBuilder("""
                a1.sources = r1
                a1.channels = c1
                a1.sinks = k1
                a1.sources.r1.type = seq
                a1.sources.r1.channels = c1
                a1.channels.c1.type = memory
                a1.channels.c1.capacity = 1000
                a1.channels.c1.transactionCapacity = 1000
                a1.sinks.k1.type = file_roll
                a1.sinks.k1.channel = c1
                a1.sinks.k1.sink.directory = @DIR@
                """.replace("@DIR@", folder.toString()));
        for (String setting : settings) {
            text.append("a1.sources.r1.").append(setting).append('\n');
        }
        Agent agent = Agent.create(
                ConfigurationLoader.standard(false)
                        .readText(Path.of("a.conf"), text.toString(), "a1")
                        .orThrow(),
                AgentOptions.defaults());
        try {
            agent.start();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> agent.metrics()
                                    .group(GroupType.SOURCE, "r1")
                                    .counter("EventAcceptedCount")
                                    .get()
                            == total);
        } finally {
            agent.stop();
        }
        return agent.metrics()
                .group(GroupType.SOURCE, "r1")
                .counter("AppendBatchAcceptedCount")
                .get();
    }

    private List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    private static List<String> numbers(long end) {
        return LongStream.range(0, end).mapToObj(Long::toString).toList();
    }
}
