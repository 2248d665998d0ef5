package io.headrace.engine.flume;

import static io.headrace.engine.flume.RealChannel.numbers;
import static io.headrace.engine.flume.RealChannel.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.metrics.GroupType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Flume's tests of its file_roll sink ask for, asked of a whole agent that writes real files. */
class FlumeFileRollTest {
    @TempDir
    Path folder;

    private FlumeAgent start(int events, String... settings) {
        StringBuilder lines = new StringBuilder();
        for (String setting : settings) {
            lines.append("a1.sinks.k1.").append(setting).append('\n');
        }
        return FlumeAgent.start("""
                a1.sources = r1
                a1.channels = c1
                a1.sinks = k1
                a1.sources.r1.type = seq
                a1.sources.r1.batchSize = 1
                a1.sources.r1.totalEvents = %d
                a1.sources.r1.channels = c1
                a1.channels.c1.type = memory
                a1.sinks.k1.type = file_roll
                a1.sinks.k1.channel = c1
                a1.sinks.k1.sink.directory = %s
                %s
                """.formatted(events, folder, lines));
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted(Comparator.comparing(Path::toString)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path file : files()) {
            lines.addAll(Files.readAllLines(file));
        }
        return lines;
    }

    private void runUntilWritten(int events, String... settings) {
        try (FlumeAgent agent = start(events, settings)) {
            soon().until(() -> agent.counter(GroupType.SINK, "k1", "EventDrainSuccessCount") == events);
        }
    }

    @Test
    void shouldStartAndStopWithNothingToWrite() {
        FlumeAgent agent = start(1, "sink.rollInterval = 0");
        agent.close();
        assertThat(files()).noneMatch(file -> file.toString().endsWith(".open"));
    }

    @Test
    void shouldWriteEachEventAsALineIntoOneFile() throws IOException {
        runUntilWritten(10, "sink.rollInterval = 0", "sink.batchSize = 1");
        assertThat(files()).hasSize(1);
        assertThat(lines()).containsExactly(numbers(0, 10));
    }

    @Test
    void shouldWriteEachEventOnceIntoFilesThatAreRolled() throws IOException {
        runUntilWritten(10, "sink.rollInterval = 1", "sink.batchSize = 1");
        assertThat(files()).isNotEmpty();
        assertThat(lines()).containsExactly(numbers(0, 10));
    }

    @Test
    void shouldNameFilesByPrefixTimeIndexAndExtension() throws IOException {
        long before = System.currentTimeMillis();
        runUntilWritten(
                10, "sink.rollInterval = 0", "sink.pathManager.prefix = test3-", "sink.pathManager.extension = txt");
        assertThat(files()).singleElement().satisfies(file -> {
            assertThat(file.getFileName().toString()).matches("test3-\\d{13}-1\\.txt");
            long stamp = Long.parseLong(file.getFileName().toString().substring(6, 19));
            assertThat(stamp).isBetween(before, System.currentTimeMillis());
        });
        assertThat(lines()).containsExactly(numbers(0, 10));
    }

    @Test
    void shouldNameFilesByTheTimeOfTheRoll() throws IOException {
        runUntilWritten(
                10,
                "sink.rollInterval = 1",
                "sink.pathManager = rolltime",
                "sink.pathManager.prefix = test4-",
                "sink.pathManager.extension = txt");
        assertThat(files())
                .isNotEmpty()
                .allSatisfy(file -> assertThat(file.getFileName().toString()).matches("test4-20\\d{12}-\\d+\\.txt"));
        assertThat(lines()).containsExactly(numbers(0, 10));
    }
}
