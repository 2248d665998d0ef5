package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.wal.FileStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As {@link TwoFoldersTest}, on file systems of their own: ext4 in loop-mounted files of 64 MiB, one of which is filled up
 * and one of which fails. Needs root, {@code losetup} and {@code mkfs.ext4}.
 */
@Tag("rig")
class TwoDisksRigTest {
    private static final int EVENTS = 3_000_000;
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final List<String> DISKS = List.of("one", "two", "three");

    @TempDir
    Path folder;

    private final CollectingSink sink = new CollectingSink("collect");
    private final AtomicBoolean taking = new AtomicBoolean();
    private Agent agent;

    @BeforeEach
    void mount() throws Exception {
        for (String disk : DISKS) {
            Files.createDirectory(folder.resolve(disk));
            run("truncate", "-s", "64M", folder + "/" + disk + ".img");
            run("mkfs.ext4", "-q", "-F", folder + "/" + disk + ".img");
            run("mount", "-o", "loop,errors=remount-ro", folder + "/" + disk + ".img", folder + "/" + disk);
        }
        sink.atDelivery = () -> {
            if (!taking.get()) {
                throw new IOException("nobody there");
            }
        };
    }

    @AfterEach
    void unmount() throws Exception {
        if (agent != null) {
            agent.stopNow();
        }
        for (String disk : DISKS) {
            run("umount", folder + "/" + disk);
        }
    }

    @Test
    void shouldWaitWhileBothDisksAreFullAndGoOn() throws Exception {
        start();
        await().atMost(LONG).until(() -> segmentsIn("one") > 0 && segmentsIn("two") > 0);
        // The rest of both disks is somebody else's.
        fill("one");
        fill("two");
        await().atMost(LONG).until(() -> healthNames("free"));
        assertThat(agent.channel("c1").ledger().accepted()).isLessThan(EVENTS);
        Files.delete(folder.resolve("two/ballast"));
        taking.set(true);
        await().atMost(LONG).until(() -> sink.bodies.size() == EVENTS);
        assertThat(List.copyOf(sink.bodies))
                .isEqualTo(IntStream.range(0, EVENTS).mapToObj(String::valueOf).toList());
        await().atMost(LONG).until(() -> agent.health().isHealthy());
    }

    @Test
    void shouldFailWithTheNameOfTheDiskThatFails() throws Exception {
        taking.set(true);
        start();
        await().atMost(LONG).until(() -> segmentsIn("two") > 0);
        String device = run("findmnt", "-n", "-o", "SOURCE", folder + "/two").strip();
        Files.writeString(
                Path.of("/sys/fs/ext4/" + Path.of(device).getFileName() + "/trigger_fs_error"),
                "test of a failing disk");
        await().atMost(LONG).until(() -> healthNames(folder.resolve("two").toString()));
        run("umount", "-l", folder + "/two");
        run("mount", "-o", "loop,errors=remount-ro", folder + "/two.img", folder + "/two");
    }

    private boolean healthNames(String text) {
        return agent.health().reasons().stream()
                .anyMatch(reason -> reason.startsWith("channel c1: ") && reason.contains(text));
    }

    /** As much as there is, with a few hundred KiB left. */
    private void fill(String disk) throws Exception {
        long free = Files.getFileStore(folder.resolve(disk)).getUsableSpace();
        run("fallocate", "-l", Long.toString(Math.max(4096, free - 400_000)), folder + "/" + disk + "/ballast");
    }

    private long segmentsIn(String disk) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(disk))) {
            return files.filter(file -> file.toString().endsWith(".wal")).count();
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", List.of(command), said).isZero();
        return said;
    }

    private void start() {
        agent = TwoFoldersAgent.start(folder, sink, new FileStorage(), EVENTS);
    }
}
