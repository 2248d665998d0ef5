package io.headrace.engine.flume;

import static io.headrace.engine.flume.RealChannel.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.flume.FlumeAgent.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Flume's tests of its TAILDIR source ask for, asked of a whole agent that tails real files. */
class FlumeTaildirTest {
    @TempDir
    Path temp;

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(temp.resolve("logs"));
    }

    /** An agent from TAILDIR through memory to the collecting sink. */
    private FlumeAgent start(String... settings) {
        String lines = Arrays.stream(settings)
                .map(setting -> "a1.sources.r1." + setting)
                .collect(Collectors.joining("\n"));
        return FlumeAgent.start("""
                a1.sources = r1
                a1.channels = c1
                a1.sinks = k1
                a1.sources.r1.type = TAILDIR
                a1.sources.r1.channels = c1
                a1.sources.r1.positionFile = %s/positions.json
                a1.sources.r1.maxBackoffSleep = 20
                a1.sources.r1.backoffSleepIncrement = 5
                a1.channels.c1.type = memory
                a1.channels.c1.capacity = 10000
                a1.sinks.k1.type = collect
                a1.sinks.k1.channel = c1
                %s
                """.formatted(temp, lines));
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static void awaitEvents(FlumeAgent agent, int count) {
        soon().untilAsserted(() -> assertThat(agent.events).hasSizeGreaterThanOrEqualTo(count));
    }

    @Test
    void shouldReadFilesWhoseWholeNameMatchesThePattern() throws IOException {
        for (String name : List.of("a.log", "a.log.1", "b.log", "c.log.yyyy-MM-01", "c.log.yyyy-MM-02")) {
            write(name, name + "\n");
        }
        try (FlumeAgent agent = start(
                "filegroups = ab c",
                "filegroups.ab = " + folder + "/[ab].log",
                "filegroups.c = " + folder + "/c.log.*")) {
            awaitEvents(agent, 4);
            agent.agent.stop();
            assertThat(agent.bodies())
                    .containsExactlyInAnyOrder("a.log", "b.log", "c.log.yyyy-MM-01", "c.log.yyyy-MM-02");
        }
    }

    @Test
    void shouldAddTheHeadersOfEachGroup() throws IOException {
        for (String name : List.of("file1", "file2", "file3")) {
            write(name, name + "line1\n" + name + "line2\n");
        }
        try (FlumeAgent agent = start(
                "filegroups = f1 f2 f3",
                "filegroups.f1 = " + folder + "/file1$",
                "filegroups.f2 = " + folder + "/file2$",
                "filegroups.f3 = " + folder + "/file3$",
                "headers.f1.headerKeyTest = value1",
                "headers.f2.headerKeyTest = value2",
                "headers.f2.headerKeyTest2 = value2-2")) {
            awaitEvents(agent, 6);
            for (Event event : agent.events) {
                String expected =
                        switch (event.body().substring(0, 5)) {
                            case "file1" -> "{headerKeyTest=value1}";
                            case "file2" -> "{headerKeyTest=value2, headerKeyTest2=value2-2}";
                            default -> "{}";
                        };
                assertThat(new java.util.TreeMap<>(event.headers())).hasToString(expected);
            }
        }
    }

    @Test
    void shouldStartAndStopAgainAndAgain() throws IOException {
        List<String> read = new ArrayList<>();
        List<String> written = new ArrayList<>();
        for (int life = 0; life < 3; life++) {
            write("file1", "line " + life + "\n");
            written.add("line " + life);
            try (FlumeAgent agent = start("filegroups = f", "filegroups.f = " + folder + "/file1")) {
                awaitEvents(agent, 1);
                agent.agent.stop();
                read.addAll(agent.bodies());
            }
        }
        assertThat(read).isEqualTo(written);
    }

    @Test
    void shouldPutTheAbsolutePathIntoTheHeaderThatIsNamed() throws IOException {
        write("file1", "f1\n");
        try (FlumeAgent agent = start(
                "filegroups = fg",
                "filegroups.fg = " + folder + "/file.*",
                "fileHeader = true",
                "fileHeaderKey = path")) {
            awaitEvents(agent, 1);
            assertThat(agent.events.get(0).headers())
                    .containsEntry("path", folder.resolve("file1").toString());
        }
    }

    @Test
    void shouldReadLinesAndWhatIsAppended() throws IOException {
        for (String name : List.of("file1", "file2", "file3")) {
            write(name, name + "line1\n" + name + "line2\n");
        }
        try (FlumeAgent agent = start("filegroups = f", "filegroups.f = " + folder + "/file.*")) {
            awaitEvents(agent, 6);
            write("file3", "file3line3\nfile3line4\n");
            awaitEvents(agent, 8);
            assertThat(agent.bodies().subList(0, 6))
                    .containsExactlyInAnyOrder(
                            "file1line1", "file1line2", "file2line1", "file2line2", "file3line1", "file3line2");
            assertThat(agent.bodies().subList(6, 8)).containsExactly("file3line3", "file3line4");
        }
    }

    @Test
    void shouldRunOnWhenAFileIsDeleted() throws IOException {
        write("file1", "file1line1\nfile1line2\n");
        try (FlumeAgent agent = start("filegroups = f", "filegroups.f = " + folder + "/file.*")) {
            awaitEvents(agent, 2);
            Files.delete(folder.resolve("file1"));
            write("file2", "file2line1\n");
            awaitEvents(agent, 3);
            assertThat(agent.bodies()).containsExactly("file1line1", "file1line2", "file2line1");
            assertThat(agent.agent.health().isHealthy()).isTrue();
        }
    }

    @Test
    void shouldWaitInAnEmptyFolder() throws IOException {
        try (FlumeAgent agent = start("filegroups = f", "filegroups.f = " + folder + "/file.*")) {
            assertThat(agent.agent.health().isHealthy()).isTrue();
            write("file1", "file1line1\nfile1line2\n");
            awaitEvents(agent, 2);
            write("file1", "file1line3\n");
            awaitEvents(agent, 3);
            assertThat(agent.bodies()).containsExactly("file1line1", "file1line2", "file1line3");
        }
    }

    /** What no channel took is read again, however batches are cut then. */
    @Test
    void shouldGoOnAtTheSameLineWithAnotherBatchSize() throws IOException {
        String[] lines = IntStream.range(0, 50).mapToObj(i -> "file1line" + i).toArray(String[]::new);
        write("file1", String.join("\n", lines) + "\n");
        List<String> read = new ArrayList<>();
        for (int batchSize : new int[] {5, 2, 15, 1}) {
            int before = read.size();
            try (FlumeAgent agent =
                    start("filegroups = f", "filegroups.f = " + folder + "/file.*", "batchSize = " + batchSize)) {
                if (before < 50) {
                    awaitEvents(agent, 1);
                }
                agent.agent.stop();
                read.addAll(agent.bodies());
            }
        }
        assertThat(read).containsExactly(lines);
    }

    @Test
    void shouldReadNothingOfAnEmptyFile() throws IOException {
        write("file1", "file1line1\nfile1line2\n");
        write("file2", "");
        try (FlumeAgent agent = start("filegroups = f", "filegroups.f = " + folder + "/file.*")) {
            awaitEvents(agent, 2);
            agent.agent.stop();
            assertThat(agent.bodies()).containsExactly("file1line1", "file1line2");
        }
    }

    @Test
    void shouldReadEachOfAThousandFiles() throws IOException {
        Set<String> expected = new TreeSet<>();
        for (int i = 0; i < 1000; i++) {
            write("file" + i, "data" + i + "\n");
            expected.add("data" + i);
        }
        try (FlumeAgent agent = start("filegroups = f", "filegroups.f = " + folder + "/file.*")) {
            awaitEvents(agent, 1000);
            agent.agent.stop();
            assertThat(agent.events).hasSize(1000);
            assertThat(new TreeSet<>(agent.bodies())).isEqualTo(expected);
        }
    }

    @Test
    void shouldReadWhatIsAppendedThoughTheTimeOfTheFileStays() throws IOException {
        write("file", "line1\n");
        Path file = folder.resolve("file");
        FileTime time = FileTime.fromMillis(1_700_000_000_000L);
        Files.setLastModifiedTime(file, time);
        try (FlumeAgent agent = start("filegroups = f", "filegroups.f = " + folder + "/file.*")) {
            awaitEvents(agent, 1);
            write("file", "line2\n");
            Files.setLastModifiedTime(file, time);
            awaitEvents(agent, 2);
            assertThat(agent.bodies()).containsExactly("line1", "line2");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldFollowWhatAFolderHolds(boolean cachePatternMatching) throws IOException {
        write("file0", "file0line\n");
        write("file1", "file1line\n");
        try (FlumeAgent agent = start(
                "filegroups = f",
                "filegroups.f = " + folder + "/file.*",
                "cachePatternMatching = " + cachePatternMatching)) {
            awaitEvents(agent, 2);
            write("file1", "file1more\n");
            write("file2", "file2line\n");
            write("file3", "file3line\n");
            write("other", "otherline\n");
            awaitEvents(agent, 5);
            Files.delete(folder.resolve("file0"));
            write("file1", "file1last\n");
            write("file4", "file4line\n");
            awaitEvents(agent, 7);
            agent.agent.stop();
            assertThat(agent.bodies())
                    .containsExactlyInAnyOrder(
                            "file0line", "file1line", "file1more", "file2line", "file3line", "file1last", "file4line");
        }
    }

    @Test
    void shouldRunWhenNothingMatches() throws IOException {
        write("file0", "file0line\n");
        try (FlumeAgent agent = start("filegroups = f", "filegroups.f = " + folder + "/abracadabra_nonexisting")) {
            agent.agent.stop();
            assertThat(agent.events).isEmpty();
        }
    }

    /** Flume refuses to start; the folder may be made later. */
    @Test
    void shouldWaitForAFolderThatIsNotThere() throws IOException {
        Path later = folder.resolve("doesntexist");
        try (FlumeAgent agent = start("filegroups = f", "filegroups.f = " + later + "/.*")) {
            Files.createDirectory(later);
            write("doesntexist/file", "line\n");
            awaitEvents(agent, 1);
            assertThat(agent.bodies()).containsExactly("line");
        }
    }

    @Test
    void shouldLeaveFoldersBesideTheFilesAlone() throws IOException {
        write("outerFile", "outer\n");
        Files.createDirectory(folder.resolve("recursiveDir"));
        write("recursiveDir/innerFile", "inner\n");
        try (FlumeAgent agent = start("filegroups = f", "filegroups.f = " + folder + "/.*")) {
            awaitEvents(agent, 1);
            write("outerFile", "more\n");
            awaitEvents(agent, 2);
            assertThat(agent.bodies()).containsExactly("outer", "more");
            assertThat(agent.agent.health().isHealthy()).isTrue();
        }
    }
}
