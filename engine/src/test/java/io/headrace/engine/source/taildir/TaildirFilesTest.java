package io.headrace.engine.source.taildir;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which files are read, from where, and as what. */
class TaildirFilesTest extends TailRigTest {
    @Test
    void shouldFindFilesThatAppearLater() throws IOException {
        rig.start().poll();
        rig.write("a.log", "one\n");
        rig.write("b.txt", "not matching\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one");
    }

    @Test
    void shouldFindFolderThatAppearsLater() throws IOException {
        Files.delete(rig.logs);
        rig.start().poll();
        Files.createDirectories(rig.logs);
        rig.write("a.log", "one\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one");
    }

    @Test
    void shouldStartEmptyFileWhenItGrows() throws IOException {
        rig.write("a.log", "");
        rig.start().idle();
        assertThat(rig.channel.inputs).isEmpty();
        rig.write("a.log", "one\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one");
    }

    @Test
    void shouldReadRenamedFileOnceOnly() throws IOException {
        Path file = rig.write("a.log", "one\n");
        rig.start().poll();
        rig.write("a.log", "two\n");
        Files.move(file, rig.logs.resolve("a.1.log"));
        rig.write("a.log", "three\n");
        rig.poll();
        rig.write("a.1.log", "late\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "two", "three", "late");
        assertThat(rig.channel.inputs).hasSize(2);
        assertThat(rig.count("RenameCount")).isEqualTo(1);
    }

    @Test
    void shouldReadFileRenamedOutOfThePatternToItsEnd() throws IOException {
        Path file = rig.write("a.log", "one\n");
        rig.start().poll();
        rig.write("a.log", "two\nunfinished");
        Files.move(file, rig.logs.resolve("a.log.1"));
        rig.write("a.log", "three\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "two", "three");
        rig.idle();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "two", "three", "unfinished");
    }

    @Test
    void shouldReadDeletedFileToItsEnd() throws IOException {
        Path file = rig.write("a.log", "one\n");
        rig.start().poll();
        rig.write("a.log", "two\nunfinished");
        Files.delete(file);
        rig.idle().idle();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "unfinished");
        assertThat(rig.metrics.values().get("OpenFileCount").longValue()).isZero();
        assertThat(rig.health).contains("0 files");
    }

    @Test
    void shouldReadRenamedFileOnceOnlyAcrossRestart() throws IOException {
        Path file = rig.write("a.log", "one\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        Files.move(file, rig.logs.resolve("a.1.log"));
        rig.write("a.log", "two\n");
        rig.channel.restart();
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
    }

    @Test
    void shouldReadTruncatedFileFromItsStart() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\nthree\n");
        rig.start().poll();
        Files.writeString(file, "four\n", StandardOpenOption.TRUNCATE_EXISTING);
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three", "four");
        assertThat(rig.count("TruncationCount")).isEqualTo(1);
        assertThat(rig.channel.inputs).hasSize(2);
    }

    @Test
    void shouldReadFileTruncatedToTheSameBeginning() throws IOException {
        Path file = rig.write("a.log", HEADER + "one\ntwo\n");
        rig.start().poll();
        Files.writeString(file, HEADER + "three\n", StandardOpenOption.TRUNCATE_EXISTING);
        rig.poll();
        Files.writeString(file, HEADER + "4\n", StandardOpenOption.TRUNCATE_EXISTING);
        rig.poll();
        assertThat(rig.channel.texts())
                .containsExactly(HEADER.strip(), "one", "two", HEADER.strip(), "three", HEADER.strip(), "4");
        assertThat(rig.channel.inputs).hasSize(3);
    }

    @Test
    void shouldNoticeTruncationWhenTheFileGrewPastItsPosition() throws IOException {
        Path file = rig.write("a.log", HEADER + "one\n");
        rig.start().poll();
        Files.writeString(file, HEADER + "two\nthree\n", StandardOpenOption.TRUNCATE_EXISTING);
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", HEADER.strip(), "two", "three");
    }

    @Test
    void shouldReadFileTruncatedWhileStopped() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\nthree\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        Files.writeString(file, "four\n", StandardOpenOption.TRUNCATE_EXISTING);
        rig.channel.restart();
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three", "four");
    }

    @Test
    void shouldNotTakeThePositionOfWhatWasThereBeforeItWasTruncatedWhenItIsKilledSoonAfter() throws IOException {
        rig.write("a.log", "one\ntwo\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.restart();
        Files.writeString(rig.logs.resolve("a.log"), "other\nlines\nthan\nbefore\n");
        rig.start().poll();
        rig.kill();
        rig.channel.events.clear();
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("other", "lines", "than", "before");
    }

    @Test
    void shouldTellFileThatReusesAnInodeFromTheOneBefore() throws IOException {
        Path file = rig.write("a.log", HEADER + "one\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.restart();
        // Truncating and writing anew is what a reused inode looks like, and no file system is needed that reuses one.
        Files.writeString(file, HEADER + "two and more\n", StandardOpenOption.TRUNCATE_EXISTING);
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", HEADER.strip(), "two and more");
    }

    /** When its registry has nothing but what the file began with. */
    @Test
    void shouldTellFileThatReusesAnInodeFromOneThatWasJustBegunWhenItWasKilled() throws IOException {
        rig.write("a.log", HEADER);
        rig.with("writePosInterval", "100000000").start().poll();
        rig.write("a.log", "one\n");
        rig.poll();
        rig.channel.makeSafe();
        Files.writeString(rig.logs.resolve("a.log"), HEADER + "two and more\n", StandardOpenOption.TRUNCATE_EXISTING);
        rig.kill().poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", HEADER.strip(), "two and more");
    }

    @Test
    void shouldNoticeTruncationOfFileThatWasNotReadSinceTheRestart() throws IOException {
        Path file = rig.write("a.log", HEADER + "one\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.restart().poll();
        Files.writeString(file, HEADER + "two\nthree\n", StandardOpenOption.TRUNCATE_EXISTING);
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", HEADER.strip(), "two", "three");
    }

    @Test
    void shouldNotSendOldFileAgainHoweverLongItLies() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        for (int i = 0; i < 3; i++) {
            rig.channel.makeSafe();
            rig.restart().poll();
            rig.clock.advanceMillis(TimeUnit.DAYS.toMillis(31));
        }
        assertThat(rig.channel.texts()).containsExactly("one");
    }

    @Test
    void shouldForgetOldFileThatIsGone() throws IOException {
        Path file = rig.write("a.log", "one\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        Files.delete(file);
        rig.clock.advanceMillis(TimeUnit.DAYS.toMillis(31));
        rig.channel.restart();
        rig.start();
        rig.write("b.log", "two\n");
        rig.poll();
        assertThat(registryPath()).content().contains("b.log").doesNotContain("a.log");
    }

    /** Where each hour brings new files, it would else grow until memory is short. */
    @Test
    void shouldForgetFilesThatAreGoneWithoutARestart() throws IOException {
        Path deleted = rig.write("deleted.log", "one\n");
        Path closed = rig.write("closed.log", "two\n");
        rig.write("there.log", "three\n");
        rig.start().poll();
        rig.channel.makeSafe();
        Files.delete(deleted);
        rig.idle().idle();
        Files.delete(closed);
        rig.idle();
        rig.clock.advanceMillis(TimeUnit.DAYS.toMillis(2));
        rig.poll();
        rig.write("b.log", "four\n");
        rig.poll();
        assertThat(registryPath())
                .content()
                .contains("b.log", "there.log", "closed.log")
                .doesNotContain("deleted.log");
        rig.clock.advanceMillis(TimeUnit.DAYS.toMillis(30));
        rig.poll();
        rig.write("c.log", "five\n");
        rig.poll();
        assertThat(registryPath())
                .content()
                .contains("b.log", "c.log", "there.log")
                .doesNotContain("closed.log");
        rig.channel.makeSafe();
        rig.restart().poll();
        assertThat(rig.channel.texts()).hasSize(5);
    }

    /** What has its inode next may begin as it did. */
    @Test
    void shouldKeepThatAFileWasDeletedThoughNoPositionMovedBeforeTheStop() throws IOException {
        Path file = rig.write("a.log", "one\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.clock.advanceMillis(3_000);
        rig.poll();
        Files.delete(file);
        rig.poll();
        assertThat(registryPath()).content().contains("\"retired\":0");
        rig.source.stop();
        assertThat(registryPath()).content().contains("\"retired\":1");
    }

    @Test
    void shouldForgetTruncatedFilesInTheEnd() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\n");
        rig.start().poll();
        String first = rig.channel.inputs.keySet().iterator().next();
        Files.writeString(file, "3\n", StandardOpenOption.TRUNCATE_EXISTING);
        rig.poll();
        rig.channel.makeSafe();
        assertThat(registryPath()).content().contains("\"" + first + "\"");
        rig.source.stop();
        rig.clock.advanceMillis(TimeUnit.DAYS.toMillis(31));
        rig.channel.restart();
        rig.start();
        rig.write("b.log", "4\n");
        rig.poll();
        assertThat(registryPath()).content().contains("a.log").doesNotContain("\"" + first + "\"");
        assertThat(rig.channel.texts()).containsExactly("one", "two", "3", "4");
    }

    @Test
    void shouldGoOnWithOtherFilesWhenOneCannotBeLookedAt() throws IOException {
        Path loop = rig.logs.resolve("a.log");
        Files.createSymbolicLink(loop, loop);
        rig.write("b.log", "one\n");
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("one");
        assertThat(rig.count("EventReadFail")).isPositive();
        Files.delete(loop);
        rig.write("a.log", "two\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
    }

    @Test
    void shouldFollowLinkWhoseTargetIsReplacedInAnotherFolder() throws IOException {
        Path target = Files.createDirectories(folder.resolve("pods")).resolve("0.txt");
        Files.writeString(target, "one\n");
        Files.createSymbolicLink(rig.logs.resolve("a.log"), target);
        // Old enough for its listing to be trusted.
        Files.setLastModifiedTime(rig.logs, FileTime.fromMillis(0));
        rig.start().poll();
        Files.writeString(target, "two\n", StandardOpenOption.APPEND);
        Files.move(target, target.resolveSibling("0.txt.rotated"));
        Files.writeString(target, "three\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "two", "three");
    }

    @Test
    void shouldKeepIdentityWhileFileGrows() throws IOException {
        rig.write("a.log", "1\n");
        rig.start().poll();
        for (int i = 0; i < 5; i++) {
            rig.write("a.log", "line ".repeat(30) + i + "\n");
            rig.poll();
            rig.channel.makeSafe();
            rig.restart();
        }
        rig.poll();
        assertThat(rig.channel.events).hasSize(6);
        assertThat(rig.channel.inputs).hasSize(1);
    }

    @Test
    void shouldHaveIdentityOnDiskBeforeTheFirstFrame() throws IOException {
        rig.write("a.log", "");
        rig.start().poll();
        rig.write("a.log", "one\n");
        rig.poll();
        assertThat(rig.channel.events).hasSize(1);
        assertThat(registryPath())
                .content()
                .contains("\"" + rig.channel.inputs.keySet().iterator().next() + "\"");
    }

    @Test
    void shouldMakeAllNewFilesKnownAtOnce() throws IOException {
        for (int i = 0; i < 20; i++) {
            rig.write(i + ".log", "");
        }
        rig.start().poll();
        for (int i = 0; i < 20; i++) {
            rig.write(i + ".log", "line " + i + "\n");
        }
        // The first frame waits for room: what the registry holds now was written before it.
        rig.channel.full = true;
        rig.poll();
        for (int i = 0; i < 20; i++) {
            assertThat(registryPath()).content().contains("/" + i + ".log\"");
        }
        rig.channel.full = false;
        rig.poll();
        assertThat(rig.channel.texts()).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void shouldNotTrustChannelsForNewFileOfTheSameIdentity() throws IOException {
        Path file = rig.write("a.log", "same\n");
        rig.start().poll();
        rig.source.stop();
        rig.channel.restart();
        long inode = FileId.of(file).id().inode();
        // The old file is forgotten here, but the channel remembers an input that looks like the new one.
        Files.writeString(registryPath(), "[]");
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("same", "same");
        assertThat(rig.channel.inputs.keySet()).anyMatch(id -> id.contains(":" + inode + ":") && id.endsWith(":1"));
    }

    @Test
    void shouldResumeFromChannelWhenRegistryIsLost() throws IOException {
        rig.write("a.log", "one\n".repeat(100));
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.restart();
        Files.delete(registryPath());
        rig.write("a.log", "two\n");
        rig.start().poll();
        assertThat(rig.channel.events).hasSize(101);
    }

    @Test
    void shouldResumeFromChannelWhenRegistryOfShortFileIsLost() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        rig.write("a.log", "two\n".repeat(100));
        rig.poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.restart();
        Files.delete(registryPath());
        rig.write("a.log", "three\n");
        rig.start().poll();
        assertThat(rig.channel.events).hasSize(102);
    }

    @Test
    void shouldSayThatItCannotReadAndThatItCanAgain() throws IOException {
        rig.write("a.log", "one\n");
        Files.createDirectories(rig.positions);
        assertThatThrownBy(() -> rig.start()).isInstanceOf(IOException.class);
        Files.delete(rig.positions);
        rig.start().poll();
        Files.createDirectories(rig.positions);
        rig.clock.advanceMillis(3_000);
        rig.poll();
        assertThat(rig.health).contains("cannot write " + rig.positions);
        assertThat(rig.count("PositionWriteFail")).isEqualTo(1);
        Files.delete(rig.positions);
        for (int i = 0; i < 10; i++) {
            rig.poll();
        }
        assertThat(rig.health).isEqualTo("following 1 file");
    }

    @Test
    void shouldResumeFromWhatIsSafeAfterKill() throws IOException {
        rig.write("a.log", "one\ntwo\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.write("a.log", "three\nfour\n");
        rig.poll();
        rig.kill().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three", "four", "three", "four");
    }

    @Test
    void shouldWritePositionsOfWhatIsSafeOnly() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\n");
        rig.start().poll();
        rig.clock.advanceMillis(3_000);
        rig.poll();
        assertThat(rig.positions).content().contains("\"pos\":0");
        rig.channel.makeSafe();
        rig.clock.advanceMillis(3_000);
        rig.poll();
        assertThat(rig.positions)
                .content()
                .isEqualTo("[{\"inode\":" + FileId.of(file).id().inode() + ",\"pos\":8,\"file\":\"" + file + "\"}]");
    }

    @Test
    void shouldGoOnFromFlumesPositionFile() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\n");
        writePositions(FileId.of(file).id().inode(), 4, file);
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("two");
    }

    @Test
    void shouldPreferChannelsToPositionFile() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\nthree\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.restart();
        writePositions(FileId.of(file).id().inode(), 4, file);
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three");
    }

    @Test
    void shouldGiveAChannelThatForgetsWhatThePositionFileDoesNotCallSafe() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\nthree\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.restart();
        rig.channel.forgetful = true;
        writePositions(FileId.of(file).id().inode(), 4, file);
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three", "two", "three");
    }

    /** Inode numbers of two file systems are often the same. */
    @Test
    void shouldNotTakeThePositionOfAFileOnAnotherFileSystem() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\nthree\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.forget();
        long inode = FileId.of(file).id().inode();
        Files.writeString(
                rig.positions,
                "[" + position(inode, 4, file) + "," + position(inode, 8, Path.of("/other/b.log")) + "]");
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three", "two", "three");
    }

    private static String position(long inode, long position, Path file) {
        return "{\"inode\":" + inode + ",\"pos\":" + position + ",\"file\":\"" + file + "\"}";
    }

    @Test
    void shouldKeepPositionOfUnknownInputUntilSomethingNewIsSafe() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\n");
        writePositions(FileId.of(file).id().inode(), 4, file);
        rig.start();
        rig.clock.advanceMillis(3_000);
        rig.source.poll();
        assertThat(rig.positions).content().contains("\"pos\":4");
    }

    @Test
    void shouldSetDamagedPositionFileAside() throws IOException {
        rig.write("a.log", "one\n");
        Files.createDirectories(rig.positions.getParent());
        Files.writeString(rig.positions, "[{\"inode\":1,\"pos\"");
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("one");
        try (Stream<Path> files = Files.list(rig.positions.getParent())) {
            assertThat(files.filter(path -> path.toString().contains(".damaged-")))
                    .hasSize(1);
        }
    }

    @Test
    void shouldSetDamagedRegistryAside() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.restart();
        Files.writeString(registryPath(), "[{\"version\":1");
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("one");
    }

    @Test
    void shouldSkipToEndOfUnknownFilesAtStartOnly() throws IOException {
        rig.write("a.log", "one\n");
        rig.with("skipToEnd", "true").start().poll();
        assertThat(rig.channel.marks.values()).contains(4L);
        rig.write("a.log", "two\n");
        rig.write("b.log", "three\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("two", "three");
    }

    @Test
    void shouldNotSkipAfterKillWhatAppearedBeforeIt() throws IOException {
        rig.write("a.log", "skipped\n");
        rig.with("skipToEnd", "true").start().poll();
        rig.write("a.log", "one\n");
        rig.write("b.log", "two\n");
        rig.poll();
        rig.channel.events.clear();
        // Nothing was safe: neither a channel nor the position file knows these files, but they are not unknown.
        rig.channel.forget();
        Files.deleteIfExists(rig.positions);
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void shouldMarkInputOnlyWhenItMoved() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        rig.poll();
        assertThat(rig.channel.marks).hasSize(1);
        rig.channel.marks.clear();
        rig.poll();
        rig.poll();
        assertThat(rig.channel.marks).isEmpty();
    }

    @Test
    void shouldNotMarkWhatWaitsForRoom() throws IOException {
        rig.write("a.log", "one\n");
        rig.start();
        rig.channel.full = true;
        rig.poll();
        rig.poll();
        assertThat(rig.channel.marks).isEmpty();
        rig.source.stop();
        assertThat(rig.channel.marks).isEmpty();
    }

    @Test
    void shouldGoOnWithOtherFilesWhenOneCannotBeRead() throws IOException {
        Files.createDirectories(rig.logs.resolve("folder.log"));
        rig.write("a.log", "one\n");
        Path gone = rig.write("b.log", "two\n");
        rig.start();
        Files.delete(gone);
        rig.poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void shouldRefuseSettingsThatCannotWork() {
        assertThatThrownBy(() -> rig.with("filegroups.f1", "relative/.*").start())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("absolute");
        assertThatThrownBy(() -> rig.with("filegroups.f1", "/tmp/[").start())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("regular expression");
        assertThatThrownBy(() -> rig.with("filegroups.f1", "/tmp/a")
                        .with("headers.f1", "y")
                        .start())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("headers.f1");
    }

    @Test
    void shouldRefuseWhatCannotBeFollowedBeforeAnythingIsStarted() {
        String config = """
                a1.sources = r1
                a1.channels = c1
                a1.sources.r1.type = TAILDIR
                a1.sources.r1.channels = c1
                a1.sources.r1.filegroups = f1
                a1.sources.r1.filegroups.f1 = /var/log/[
                a1.channels.c1.type = memory
                """;
        ConfigurationReport report =
                ConfigurationLoader.standard(false).readText(Path.of("a.properties"), config, "a1");
        assertThat(report.errors())
                .singleElement()
                .asString()
                .contains("a.properties:6")
                .contains("a1.sources.r1.filegroups.f1: /var/log/[ (expected: a regular expression after the last /)");
    }

    private Path registryPath() {
        return rig.positions.resolveSibling("positions.json.r1.inputs");
    }

    private void writePositions(long inode, long position, Path file) throws IOException {
        Files.createDirectories(rig.positions.getParent());
        Files.write(
                rig.positions,
                ("[ {\"inode\":" + inode + ", \"pos\":" + position + ", \"file\":\"" + file + "\"}\n]")
                        .getBytes(UTF_8));
    }
}
