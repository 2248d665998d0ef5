package io.headrace.tools.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A channel whose segments stand on two file systems (ext4 in loop-mounted files of 64 MiB), in an agent that is killed by
 * SIGKILL while it puts and while it delivers. Needs root, {@code losetup} and {@code mkfs.ext4}.
 */
@Timeout(600)
@Tag("rig")
class TwoDisksKillRigTest {
    private static final List<String> DISKS = List.of("one", "two");
    private static final int KILLS = 8;
    private static final int LINES_A_LIFE = 30_000;
    private static final long SEED = Long.getLong("headrace.rig.seed", 20261121);

    @TempDir
    private Path folder;

    private final Random random = new Random(SEED);
    private final List<String> mounted = new ArrayList<>();
    private RunningAgent agent;
    private int written;

    @BeforeEach
    void mount() throws Exception {
        for (String disk : DISKS) {
            Files.createDirectory(folder.resolve(disk));
            run("truncate", "-s", "64M", folder + "/" + disk + ".img");
            run("mkfs.ext4", "-q", "-F", folder + "/" + disk + ".img");
            run("mount", "-o", "loop", folder + "/" + disk + ".img", folder + "/" + disk);
            mounted.add(disk);
        }
        Files.createDirectory(folder.resolve("in"));
        Files.createDirectory(folder.resolve("out"));
        Files.writeString(folder.resolve("nobody"), "no folder");
    }

    @AfterEach
    void unmount() throws Exception {
        if (agent != null) {
            agent.close();
        }
        for (String disk : mounted) {
            run("umount", folder + "/" + disk);
        }
    }

    @Test
    void shouldKeepOneOrderOverBothDisksAndDeliverEachLineOnceHoweverOftenItIsKilled() throws Exception {
        for (int kill = 0; kill < KILLS; kill++) {
            int before = written;
            append();
            start("a1.sinks.roll.sink.directory = " + folder + "/nobody");
            int moment = before + random.nextInt(LINES_A_LIFE);
            await().atMost(RunningAgent.LONG).until(() -> agent.metric("CHANNEL.kept", "ChannelSize") >= moment);
            agent.close();
        }
        assertThat(segmentsIn("one")).as("segments on the first disk").isGreaterThanOrEqualTo(2);
        assertThat(segmentsIn("two")).as("segments on the second disk").isGreaterThanOrEqualTo(2);

        for (int kill = 0; kill < KILLS; kill++) {
            append();
            start("");
            int moment = delivered().size() + 1 + random.nextInt(LINES_A_LIFE);
            await().atMost(RunningAgent.LONG).until(() -> delivered().size() >= moment);
            agent.close();
        }
        start("");
        agent.awaitHealth(200, "\"healthy\":true");
        await().atMost(RunningAgent.LONG).until(() -> delivered().size() >= written);
        assertThat(agent.stop()).isZero();

        assertThat(delivered())
                .as("seed %d", SEED)
                .isEqualTo(IntStream.range(0, written)
                        .mapToObj(TwoDisksKillRigTest::line)
                        .toList());
    }

    private void append() throws IOException {
        Path input = folder.resolve("in/a.log");
        List<String> lines = IntStream.range(written, written + LINES_A_LIFE)
                .mapToObj(TwoDisksKillRigTest::line)
                .toList();
        Files.write(input, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        written += LINES_A_LIFE;
    }

    private static String line(int number) {
        return "line " + number + " " + "x".repeat(number % 100);
    }

    private void start(String more) throws IOException {
        Path file = folder.resolve("a1.conf");
        Files.writeString(file, Configurations.tailToFolder(folder, """
                        a1.channels.kept.dataDirs = %1$s/one/data, %1$s/two/data
                        a1.channels.kept.maxFileSize = 1m
                        a1.channels.kept.maxEventBytes = 64k
                        a1.channels.kept.byteCapacity = 1m
                        a1.sinks.roll.sink.batchSize = 2000
                        """.formatted(folder) + more));
        agent = RunningAgent.start(file, "--metrics-port", "0");
    }

    private long segmentsIn(String disk) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(disk).resolve("data"))) {
            return files.filter(file -> file.toString().endsWith(".wal")).count();
        }
    }

    private List<String> delivered() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(folder.resolve("out"))) {
            for (Path file : files.sorted().toList()) {
                all.append(Files.readString(file, StandardCharsets.UTF_8));
            }
        }
        return all.toString().lines().toList();
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", List.of(command), said).isZero();
    }
}
