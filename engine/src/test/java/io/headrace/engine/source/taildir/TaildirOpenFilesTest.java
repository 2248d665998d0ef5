package io.headrace.engine.source.taildir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** At most {@code maxOpenFiles} files are open. */
class TaildirOpenFilesTest extends TailRigTest {
    @Test
    void shouldFollowTwoThousandFilesWithFiftyOpen() throws IOException {
        int files = 2_000;
        for (int i = 0; i < files; i++) {
            rig.write(i + ".log", "first " + i + "\n");
        }
        rig.with("maxOpenFiles", "50").start();
        assertThat(openUnder(rig.logs)).isEqualTo(50);
        rig.poll();
        for (int i = 0; i < files; i++) {
            rig.write(i + ".log", "second " + i + "\nunfinished " + i);
        }
        rig.poll();
        assertThat(openUnder(rig.logs)).isEqualTo(50);
        assertThat(rig.channel.events).hasSize(2 * files);
        rig.idle();
        assertThat(rig.channel.texts()).hasSize(3 * files).doesNotHaveDuplicates();
        assertThat(openUnder(rig.logs)).isZero();
        assertThat(rig.count("ClosedForOthersCount")).isGreaterThanOrEqualTo(2 * (files - 50L));
        assertThat(rig.count("UnreadBytesLostCount")).isZero();
    }

    @Test
    void shouldCloseFirstWhatDidNotGrowForTheLongest() throws IOException {
        Path a = rig.write("a.log", "1\n");
        rig.write("b.log", "1\n");
        rig.with("maxOpenFiles", "2").start().poll();
        rig.write("a.log", "2\n");
        rig.poll();
        rig.write("c.log", "1\n");
        rig.poll();
        assertThat(opened()).containsExactlyInAnyOrder(a.toString(), rig.logs + "/c.log");
    }

    @Test
    void shouldNotCloseRenamedAndDeletedFilesThatAreStillRead() throws IOException {
        Path renamed = rig.write("a.log", "a1\n");
        Path deleted = rig.write("b.log", "b1\n");
        rig.with("maxOpenFiles", "2").start().poll();
        rig.write("a.log", "a2\nunfinished");
        rig.write("b.log", "b2\nunfinished");
        Files.move(renamed, folder.resolve("elsewhere"));
        Files.delete(deleted);
        for (int i = 0; i < 20; i++) {
            rig.write("c" + i + ".log", "c\n");
        }
        rig.poll();
        assertThat(opened()).anyMatch(path -> path.contains("elsewhere")).anyMatch(path -> path.contains("(deleted)"));
        rig.idle();
        assertThat(rig.channel.texts())
                .hasSize(26)
                .contains("a2", "b2", "unfinished")
                .endsWith("unfinished");
        assertThat(rig.count("UnreadBytesLostCount")).isZero();
    }

    /** Nobody can open it again. */
    @Test
    void shouldCountWhatWasNotDeliveredOfADeletedFileWhenItStops() throws IOException {
        Path file = rig.write("a.log", "delivered\n");
        rig.write("b.log", "b\nunfinished");
        rig.with("batchSize", "10").start().poll();
        rig.channel.full = true;
        rig.write("a.log", "0123456789\n".repeat(100));
        Files.delete(file);
        rig.poll();
        rig.source.stop();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("delivered", "b");
        assertThat(rig.count("UnreadBytesLostCount")).isEqualTo(100 * 11);
    }

    @Test
    void shouldNotCallLostWhatTheChannelHasNotAcknowledgedYet() throws IOException {
        Path file = rig.write("a.log", "delivered\n");
        rig.with("batchSize", "10").start().poll();
        rig.channel.acknowledges = false;
        rig.write("a.log", "0123456789\n".repeat(10));
        rig.poll();
        rig.channel.full = true;
        rig.write("a.log", "0123456789\n".repeat(30));
        Files.delete(file);
        rig.poll();
        rig.source.stop();
        assertThat(rig.channel.texts()).hasSize(1 + 10);
        assertThat(rig.count("UnreadBytesLostCount")).isEqualTo(30 * 11);
    }

    @Test
    void shouldLookThroughDescriptorsOnceHoweverManyFilesAreDeleted() throws IOException {
        int files = 1_000;
        List<Path> deleted = new ArrayList<>();
        for (int i = 0; i < files; i++) {
            deleted.add(rig.write(i + ".log", "first " + i + "\nunfinished " + i));
        }
        rig.start().poll();
        for (Path file : deleted) {
            Files.delete(file);
        }
        rig.idle();
        assertThat(rig.channel.texts()).hasSize(2 * files);
        assertThat(rig.source.catalog().files()).isEmpty();
        assertThat(rig.source.catalog().scans()).isBetween(1, 10);
    }

    /** What has its inode next would else be taken for it. */
    @Test
    void shouldSeeThatAFileWasDeletedSinceItsNamesWereCounted() throws IOException {
        Path path = rig.write("a.log", "one\n");
        OpenFiles openFiles = new OpenFiles(1, null);
        try (TailedFile file = new TailedFile(FileId.of(path).id(), path, Map.of(), openFiles, 0)) {
            assertThat(file.open()).isTrue();
            openFiles.lookBegins();
            assertThat(openFiles.isDeleted(file)).isFalse();
            Files.delete(path);
            openFiles.lookBegins();
            assertThat(openFiles.isDeleted(file)).isTrue();
        }
    }

    @Test
    void shouldReadAgainFromAFileThatWasRenamedWhileItWasClosed() throws IOException {
        Path file = rig.write("a.log", "one\n");
        rig.write("b.log", "one\n");
        rig.with("maxOpenFiles", "1").start().poll();
        rig.write("a.log", "two\n");
        Files.move(file, rig.logs.resolve("a.log.1"));
        rig.poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "one", "two");
    }

    @Test
    void shouldCountWhatWasSeenInAFileThatIsGoneWhileItWasClosed() throws IOException {
        Path file = rig.write("a.log", "0123456789\n".repeat(1000));
        rig.with("maxOpenFiles", "1").with("batchSize", "100").with("maxBatchCount", "1");
        rig.start();
        rig.clock.advanceMillis(1000);
        rig.source.poll();
        rig.write("b.log", "other\n");
        rig.clock.advanceMillis(1000);
        rig.source.poll();
        Files.delete(file);
        rig.poll();
        long read = rig.channel.texts().stream()
                .filter(text -> text.startsWith("0"))
                .count();
        assertThat(read * 11 + rig.count("UnreadBytesLostCount")).isEqualTo(11_000);
    }

    private long openUnder(Path path) throws IOException {
        return opened().stream()
                .filter(name -> name.startsWith(path.toString()))
                .count();
    }

    private List<String> opened() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .map(TaildirOpenFilesTest::target)
                    .filter(name -> name.startsWith(folder.toString()))
                    .filter(name -> !name.contains("/state"))
                    .toList();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "gone";
        }
    }
}
