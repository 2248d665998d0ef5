package io.headrace.tools.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.tools.ExitCode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A collector with too little memory outside the heap: it is told before, and where it runs out nothing is lost or doubled. */
@Timeout(120)
@Tag("slow")
class MemoryShortageTest {
    private static final int LINES = 200_000;
    private static final String LINE = "%07d " + "x".repeat(192) + "\n";
    private static final List<String> SCARCE = List.of("-XX:MaxDirectMemorySize=16m");

    @TempDir
    private Path folder;

    private int port;
    private Path input;

    @BeforeEach
    void prepare() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        input = Files.createDirectories(folder.resolve("in")).resolve("a.log");
        Files.writeString(
                input, IntStream.range(0, LINES).mapToObj(LINE::formatted).collect(Collectors.joining()));
    }

    @Test
    void shouldNeitherLoseNorDoubleWhenTheCollectorRunsOutOfMemoryAndIsStartedWithEnough() throws Exception {
        Path configuration = configuration();
        // Its sink cannot deliver, so that its channel fills.
        Path output = Files.createFile(folder.resolve("out"));
        try (RunningAgent sender = RunningAgent.startNamed("a1", configuration)) {
            try (RunningAgent scarce = RunningAgent.startWith(SCARCE, "a2", configuration)) {
                assertThat(scarce.exitCode()).as(scarce::text).isEqualTo(ExitCode.FAILED);
                assertThat(scarce.text())
                        .contains(
                                "warning: a2.",
                                ": the agent may run out of memory",
                                "OutOfMemoryError: Cannot reserve");
            }
            Files.delete(output);
            try (RunningAgent enough = RunningAgent.startNamed("a2", configuration)) {
                await().atMost(RunningAgent.LONG).until(() -> delivered() >= Files.size(input));
                assertThat(sender.stop()).as(sender::text).isZero();
                assertThat(enough.stop()).as(enough::text).isZero();
            }
        }
        Path all = folder.resolve("all");
        try (OutputStream out = Files.newOutputStream(all)) {
            for (Path file : files()) {
                Files.copy(file, out);
            }
        }
        assertThat(Files.mismatch(all, input)).as("first byte that differs").isEqualTo(-1);
    }

    @Test
    void shouldRefuseBoundsThatExceedTheMemory() throws Exception {
        Path configuration = Files.writeString(
                configuration(), "\na2.channels.kept.byteCapacity = 300m\n", StandardOpenOption.APPEND);
        try (RunningAgent collector = RunningAgent.startNamed("a2", configuration)) {
            assertThat(collector.exitCode()).as(collector::text).isEqualTo(ExitCode.CONFIGURATION);
            assertThat(collector.complaints())
                    .anyMatch(line -> line.contains("error: a2.channels.kept.byteCapacity: 314572800"));
        }
        assertThat(folder.resolve("log2")).doesNotExist();
    }

    private long delivered() throws IOException {
        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    /** In the order in which they were written. */
    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder.resolve("out"))) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(folder.resolve("out"))) {
            return found.sorted().toList();
        }
    }

    private Path configuration() throws IOException {
        String sender = Configurations.tailToFolder(folder, """
                a1.sinks.roll.type = link
                a1.sinks.roll.hostname = 127.0.0.1
                a1.sinks.roll.port = %d
                """.formatted(port))
                .lines()
                .filter(line -> !line.contains(".sink."))
                .collect(Collectors.joining("\n"));
        return Files.writeString(folder.resolve("tiers.conf"), sender + """

                a2.sources = in
                a2.channels = kept
                a2.sinks = roll
                a2.sources.in.type = link
                a2.sources.in.channels = kept
                a2.sources.in.bind = 127.0.0.1
                a2.sources.in.port = %2$d
                a2.sources.in.receiveBytes = 64m
                a2.channels.kept.type = file
                a2.channels.kept.dataDirs = %1$s/log2
                a2.channels.kept.minimumRequiredSpace = 0
                a2.channels.kept.byteCapacity = 64m
                a2.sinks.roll.type = file_roll
                a2.sinks.roll.channel = kept
                a2.sinks.roll.sink.directory = %1$s/out
                a2.sinks.roll.sink.rollInterval = 0
                """.formatted(folder, port));
    }
}
