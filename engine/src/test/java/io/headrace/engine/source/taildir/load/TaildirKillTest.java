package io.headrace.engine.source.taildir.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.TailToFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent in a process of its own that is killed before it has written down what it read. */
class TaildirKillTest {
    private static final String MORE = """
            a1.sources.r1.filegroups.f = @DIR@/in/.*\\\\.log
            a1.sources.r1.writePosInterval = 100000000
            """;

    @TempDir
    Path folder;

    private TailAgentProcess agent;

    @AfterEach
    void stop() throws InterruptedException {
        if (agent != null) {
            agent.end();
        }
    }

    @Test
    void shouldNotDoubleFilesThatAreSavedUnderANewInodeJustBefore() throws Exception {
        Path in = Files.createDirectories(folder.resolve("in"));
        List<String> expected = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        for (int file = 0; file < 10; file++) {
            files.add(Files.writeString(in.resolve(file + ".log"), append(expected, file, 0, 1)));
        }
        Path configuration = Files.writeString(folder.resolve("a.conf"), TailToFolder.configuration(folder, MORE));
        agent = new TailAgentProcess(folder, configuration);
        agent.start();
        awaitDelivered(expected);
        for (int file = 0; file < files.size(); file++) {
            Files.writeString(files.get(file), append(expected, file, 1, 1 + file * file), StandardOpenOption.APPEND);
        }
        awaitDelivered(expected);

        for (int file = 0; file < files.size(); file++) {
            Path saved = Files.copy(files.get(file), in.resolve("saved"));
            Files.writeString(saved, append(expected, file, 1_000, 1), StandardOpenOption.APPEND);
            Files.move(saved, files.get(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            if (file == 0) {
                agent.kill();
            }
        }
        agent.start();

        awaitDelivered(expected);
        agent.stop();
        assertThat(delivered()).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static String append(List<String> expected, int file, int first, int lines) {
        StringBuilder text = new StringBuilder();
        for (int line = first; line < first + lines; line++) {
            expected.add("file " + file + ", line " + line);
            text.append("file ").append(file).append(", line ").append(line).append('\n');
        }
        return text.toString();
    }

    private void awaitDelivered(List<String> expected) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(delivered()).containsAll(expected));
    }

    private List<String> delivered() throws IOException {
        Path out = folder.resolve("out");
        if (!Files.exists(out)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(out)) {
            return files.flatMap(TaildirKillTest::lines).toList();
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
