package io.headrace.engine.sink.roll;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.TailToFolder;
import io.headrace.engine.agent.Agent;
import io.headrace.engine.agent.AgentOptions;
import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.spi.ComponentRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent from a configuration, with threads, a real disk and real time. */
class FileToFileAgentTest {
    private static final String MORE = """
            a1.sources.r1.filegroups.f = @DIR@/in/.*
            a1.sources.r1.lineEnding = keep
            a1.sources.r1.idleTimeout = 200
            a1.sources.r1.fileHeader = true
            a1.sinks.k1.sink.partitionHeader = file
            a1.sinks.k1.sink.serializer.appendNewline = false
            """;

    @TempDir
    Path folder;

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private Path in;
    private Path out;
    private Agent agent;

    @BeforeEach
    void makeFolders() throws IOException {
        in = Files.createDirectories(folder.resolve("in"));
        out = folder.resolve("out");
    }

    @AfterEach
    void stop() {
        if (agent != null) {
            agent.stopNow();
        }
    }

    @Test
    void shouldEqualItsInputByteForByteOverARestart() throws IOException {
        Random random = new Random(1);
        byte[] longLine = new byte[5 * 1024 * 1024];
        Arrays.fill(longLine, (byte) 'x');
        append("long", longLine);
        append("long", "\r\r\n\nno end".getBytes(ISO_8859_1));
        append("empty", new byte[0]);
        append("nasty", nasty(random, 200_000));
        start();
        awaitDelivered();
        append("nasty", nasty(random, 100_000));
        append("late", nasty(random, 100_000));
        agent.stop();
        append("late", nasty(random, 100_000));
        append("long", "\nand more\n".getBytes(ISO_8859_1));
        start();
        awaitDelivered();
        agent.stop();
        assertThat(errors).isEmpty();
        for (String name : List.of("long", "nasty", "late")) {
            assertThat(Arrays.mismatch(output(name), Files.readAllBytes(in.resolve(name))))
                    .as(name)
                    .isEqualTo(-1);
        }
        assertThat(outputs("empty")).isEmpty();
        assertThat(outputs("long")).noneMatch(path -> path.toString().endsWith(".open"));
    }

    private void start() {
        ComponentRegistry registry = ComponentRegistry.load();
        AgentConfiguration configuration = new ConfigurationLoader(registry, System::getenv, System::getProperty, false)
                .readText(Path.of("a.conf"), TailToFolder.configuration(folder, MORE), "a1")
                .orThrow();
        agent = Agent.create(
                configuration,
                AgentOptions.defaults().withDrain(Duration.ofSeconds(20)).withErrorHandler(errors::add));
        agent.start();
    }

    private void awaitDelivered() {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(sizes(out)).isEqualTo(sizes(in)));
    }

    private void append(String name, byte[] bytes) throws IOException {
        Files.write(in.resolve(name), bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static long sizes(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(FileToFileAgentTest::size).sum();
        }
    }

    private static long size(Path path) {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> outputs(String name) throws IOException {
        String prefix = PartitionName.of(in.resolve(name).toString()) + "-";
        try (Stream<Path> files = Files.list(out)) {
            return files.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .sorted(Comparator.comparingInt(path -> Integer.parseInt(path.getFileName()
                            .toString()
                            .replaceFirst("\\..{16}-\\d+\\.open$", "")
                            .replaceFirst("^.*-", ""))))
                    .toList();
        }
    }

    private byte[] output(String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Path path : outputs(name)) {
            bytes.writeBytes(Files.readAllBytes(path));
        }
        return bytes.toByteArray();
    }

    private static byte[] nasty(Random random, int bytes) {
        byte[] alphabet = {'\n', '\r', '\r', 0, (byte) 0xff, (byte) 0xc3, 'a', 'b', 'c', ' ', 'x', 'y'};
        byte[] content = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            content[i] = alphabet[random.nextInt(alphabet.length)];
        }
        return content;
    }
}
