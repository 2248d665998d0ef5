package io.headrace.engine.source.taildir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A file under the path of another one: saved by an editor, or rotated. */
class TaildirSavedFilesTest extends TailRigTest {
    private Path log;

    @BeforeEach
    void setUp() {
        log = rig.logs.resolve("a.log");
    }

    @Test
    void shouldGoOnInFileThatWasRenamedOverTheOldOne() throws IOException {
        rig.write("a.log", "one\ntwo\n");
        rig.start().poll();
        saveOver("one\ntwo\nthree\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three");
        assertThat(rig.count("ResumedFileCount")).isEqualTo(1);
        assertThat(rig.count("TruncationCount")).isZero();
        rig.write("a.log", "four\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three", "four");
        assertThat(rig.channel.inputs.values().stream().filter(input -> input.put == 19))
                .hasSize(1);
    }

    @Test
    void shouldGoOnAfterSeveralSavesAndARestart() throws IOException {
        String text = "0\n";
        rig.write("a.log", text);
        rig.start().poll();
        for (int i = 1; i < 6; i++) {
            text += "line " + i + "\n";
            saveOver(text);
            rig.poll();
            if (i == 3) {
                rig.channel.makeSafe();
                rig.restart().poll();
            }
        }
        assertThat(rig.channel.texts()).containsExactly(text.split("\n"));
        assertThat(rig.count("ResumedFileCount")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.log~", "a.log.bak", "a.log.orig", "a.log.~1~"})
    void shouldGoOnWhenTheOldFileBecameABackup(String backup) throws IOException {
        rig.with("filegroups.f1", rig.logs + "/a.*");
        rig.write("a.log", HEADER + "one\ntwo\n");
        rig.start().poll();
        Files.move(log, rig.logs.resolve(backup));
        rig.write("a.log", HEADER + "one\ntwo\nthree\n");
        rig.poll();
        rig.channel.makeSafe();
        rig.restart().poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", "two", "three");
    }

    @Test
    void shouldGoOnWhenTheNewFileIsWrittenSlowly() throws IOException {
        rig.write("a.log", HEADER + "one\ntwo\n");
        rig.start().poll();
        Files.move(log, rig.logs.resolve("a.log~"));
        String text = HEADER + "one\ntwo\nthree\n";
        try (OutputStream out = Files.newOutputStream(log, StandardOpenOption.CREATE)) {
            for (int at = 0; at < text.length(); at += 50) {
                out.write(text.substring(at, Math.min(text.length(), at + 50)).getBytes());
                rig.clock.advanceMillis(300);
                while (rig.source.poll() > 0) {
                    rig.clock.advanceMillis(1);
                }
            }
        }
        Files.delete(rig.logs.resolve("a.log~"));
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", "two", "three");
    }

    @Test
    void shouldReadTheOldFileToItsEndBeforeTheNewOne() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        rig.write("a.log", "two\nunfini");
        saveOver("one\ntwo\nunfinished\n");
        rig.idle();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "unfinished");
    }

    @Test
    void shouldReadWhatIsWrittenToTheOldFileAfterwards() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        try (OutputStream daemon = Files.newOutputStream(log, StandardOpenOption.APPEND)) {
            saveOver("one\nedited\n");
            rig.poll();
            daemon.write("late\n".getBytes());
            rig.poll();
            rig.write("a.log", "new\n");
            rig.poll();
        }
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "edited", "late", "new");
    }

    /** What was not read before it was saved is in both. */
    @Test
    void shouldReadOnceWhatIsInBothFilesThoughTheOldOneGoesOn() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        try (OutputStream daemon = Files.newOutputStream(log, StandardOpenOption.APPEND)) {
            rig.channel.full = true;
            daemon.write("two\n".getBytes());
            rig.poll();
            daemon.write("2026 three\n".getBytes());
            saveOver("one\ntwo\n2026 three\n2026 edited\n");
            daemon.write("2026 late\n".getBytes());
            rig.channel.full = false;
            rig.channel.wake.run();
            rig.poll();
        }
        assertThat(rig.channel.texts())
                .containsExactlyInAnyOrder("one", "two", "2026 three", "2026 edited", "2026 late");
    }

    /** For want of room the new file was closed when the old one was opened. */
    @Test
    void shouldReadWhatIsWrittenToTheOldFileThoughOneFileMayBeOpen() throws IOException {
        rig.write("a.log", "one\n");
        rig.with("maxOpenFiles", "1").start().idle().idle();
        Path backup = Files.move(log, rig.logs.resolve("a.log~"));
        Files.writeString(backup, "late\n", StandardOpenOption.APPEND);
        rig.write("a.log", "one\nedited\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "edited", "late");
    }

    @Test
    void shouldGoOnInFileThatWasSavedWhileIdle() throws IOException {
        rig.write("a.log", "one\ntwo\n");
        rig.start().idle().idle();
        saveOver("one\ntwo\nthree\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three");
    }

    @Test
    void shouldNotTakeFileWithTheInodeOfTheOldOneForTheOldOne() throws IOException {
        rig.write("a.log", HEADER + "one\n");
        rig.start().idle().idle();
        FileId old = FileId.of(log).id();
        saveOver(HEADER + "one\ntwo\n");
        boolean reused = false;
        for (int i = 0; i < 500 && !reused; i++) {
            Path other = Files.writeString(rig.logs.resolve("other." + i), "other\n");
            reused = FileId.of(other).id().equals(old);
        }
        assumeTrue(reused, "this file system does not soon use inodes again");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", "two");
    }

    @Test
    void shouldReadFileThatHasTheInodeOfADeletedOneFromItsStart() throws IOException {
        // No other file may take the inode meanwhile.
        rig.with("writePosInterval", "100000000");
        rig.write("a.log", "one\n");
        rig.start().poll();
        FileId old = FileId.of(log).id();
        Files.delete(log);
        rig.idle().idle();
        rig.write("a.log", "one\ntwo\n");
        assumeTrue(FileId.of(log).id().equals(old), "this file system does not soon use inodes again");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "one", "two");
    }

    /** It was closed before that was known. */
    @Test
    void shouldNotTakeFileWithTheInodeOfADeletedOneForItWhenAnotherOneCameAfterThat() throws IOException {
        rig.with("writePosInterval", "100000000");
        rig.write("a.log", "one\n");
        rig.start().poll();
        FileId old = FileId.of(log).id();
        Files.delete(log);
        Files.createFile(log);
        rig.idle().idle();
        Path reused = rig.write("b.tmp", "one\ntwo\n");
        assumeTrue(FileId.of(reused).id().equals(old), "this file system does not soon use inodes again");
        rig.write("a.log", "other\n");
        rig.poll();
        Files.move(reused, rig.logs.resolve("b.log"));
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "other", "one", "two");
    }

    @Test
    void shouldGiveFileThatHasTheInodeOfADeletedOneItsOwnHeaders() throws IOException {
        rig.write("a.log", HEADER + "one\n");
        rig.with("fileHeader", "true").start().idle().idle();
        FileId old = FileId.of(log).id();
        Files.delete(log);
        Path other = Files.writeString(rig.logs.resolve("b.log"), "two\n");
        assumeTrue(FileId.of(other).id().equals(old), "this file system does not soon use inodes again");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", "two");
        assertThat(rig.channel.events.get(2).headers()).containsEntry("file", other.toString());
    }

    @Test
    void shouldGoOnInFileThatWasSavedWhileStopped() throws IOException {
        rig.write("a.log", "one\ntwo\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.restart();
        saveOver("one\ntwo\nthree\n");
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three");
        rig.channel.makeSafe();
        rig.write("a.log", "four\n");
        rig.restart().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three", "four");
    }

    @Test
    void shouldSendWhatWasNotSafeFromTheNewFileAfterAKill() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.write("a.log", "two\n");
        rig.poll();
        saveOver("one\ntwo\nthree\n");
        rig.poll();
        rig.kill().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three", "two", "three");
    }

    @Test
    void shouldGoOnWhenItIsKilledBeforeItIsToldWhetherTheFileWasSaved() throws IOException {
        String lines = "line\n".repeat(1_000);
        rig.write("a.log", lines);
        rig.with("writePosInterval", "1").start().poll();
        // Not whole yet: it may still be written.
        saveOver(lines.substring(0, 2_000));
        rig.poll();
        rig.channel.makeSafe();
        rig.clock.advanceMillis(10);
        rig.source.poll();
        rig.clock.advanceMillis(10);
        rig.source.poll();
        Files.writeString(rig.logs.resolve("a.log"), lines + "more\n");

        rig.kill().poll();

        assertThat(rig.channel.texts()).hasSize(1_001).endsWith("line", "more");
    }

    /** Lines that came since, and what an unfinished one holds: registry and position file are minutes old. */
    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "30, 0", "60, 0", "1000, 0", "0, 300", "0, 5000", "30, 300", "1000, 5000"})
    void shouldGoOnWhenItIsKilledBeforeItsRegistryHasWhatWasRead(int lines, int unfinished) throws IOException {
        String text = "first\n";
        rig.write("a.log", text);
        rig.with("writePosInterval", "100000000").start().poll();
        for (int i = 0; i < lines; i++) {
            text += "this is line " + i + "\n";
            rig.write("a.log", "this is line " + i + "\n");
            rig.poll();
        }
        if (unfinished > 0) {
            text += "u".repeat(unfinished);
            rig.write("a.log", "u".repeat(unfinished));
            rig.idle();
        }
        String[] before = text.split("\n");
        assertThat(rig.channel.texts()).containsExactly(before);
        rig.channel.makeSafe();
        saveOver(text + (unfinished > 0 ? "\n" : "") + "more\n");

        rig.kill().poll();

        assertThat(rig.channel.texts()).startsWith(before).endsWith("more");
        assertThat(rig.channel.texts()).filteredOn(event -> !event.isEmpty()).hasSize(before.length + 1);
        assertThat(rig.count("ReplacedFileCount")).isZero();
    }

    /** What they begin with alike, as with a banner, is more than is else enough to know a file by. */
    @Test
    void shouldNotTakeAnotherFileForOneThatWasJustBegunWhenItIsKilled() throws IOException {
        String banner = "banner ".repeat(200) + "\n";
        rig.write("a.log", banner);
        rig.with("writePosInterval", "100000000").start().poll();
        rig.write("a.log", "line 1 of the old file\n");
        rig.poll();
        rig.channel.makeSafe();
        saveOver(banner + "line 1 of the new file\n");

        rig.kill().poll();

        assertThat(rig.channel.texts()).contains("line 1 of the old file", "line 1 of the new file");
    }

    @Test
    void shouldReadOnWhenWhatWasReadCannotBeNoted() throws IOException {
        Files.createDirectories(folder.resolve("state/positions.json.r1.inputs.read/in-the-way"));
        rig.write("a.log", "one\n");
        rig.start().poll();
        rig.write("a.log", "two\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
        assertThat(rig.count("PositionWriteFail")).isPositive();
        rig.channel.makeSafe();
        rig.write("a.log", "three\n");
        rig.kill().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three");
    }

    @Test
    void shouldReadFromItsStartWhatHasOtherContentBeforeThePosition() throws IOException {
        rig.write("a.log", HEADER + "one\n" + "same\n".repeat(1000));
        rig.start().poll();
        rig.channel.events.clear();
        saveOver(HEADER + "two\n" + "same\n".repeat(1000) + "three\n");
        rig.poll();
        assertThat(rig.channel.events).hasSize(1003);
        assertThat(rig.count("ReplacedFileCount")).isEqualTo(1);
        assertThat(rig.count("ResumedFileCount")).isZero();
    }

    @Test
    void shouldReadFromItsStartWhatBecameShorter() throws IOException {
        rig.write("a.log", HEADER + "one\ntwo\nthree\n");
        rig.start().poll();
        saveOver(HEADER + "one\n");
        rig.poll().poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", "two", "three", HEADER.strip(), "one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.log.1", "a.1.log", "0.log", "a.log-20261121", "a.log.old", "../a.log.1"})
    void shouldNeverTakeARotatedFileForASavedOne(String rotated) throws IOException {
        String same = HEADER + "tick\n".repeat(10);
        rig.write("a.log", same);
        rig.start().poll();
        rig.write("a.log", "last\n");
        Files.move(log, rig.logs.resolve(rotated));
        rig.write("a.log", same + "last\nand more\n");
        rig.poll();
        assertThat(rig.channel.events).hasSize(12 + 13);
        assertThat(rig.count("ResumedFileCount")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.log.1", "a.1.log", "0.log"})
    void shouldNeverTakeARotatedFileForASavedOneAfterARestart(String rotated) throws IOException {
        String same = HEADER + "tick\n".repeat(10);
        rig.write("a.log", same);
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.restart();
        rig.write("a.log", "last\n");
        Files.move(log, rig.logs.resolve(rotated));
        rig.write("a.log", same + "and more\n");
        rig.start().poll();
        assertThat(rig.channel.events).hasSize(12 + 12);
        assertThat(rig.count("ResumedFileCount")).isZero();
    }

    @Test
    void shouldNotHoldUpARotatedFileThatBeginsAlike() throws IOException {
        rig.write("a.log", HEADER + "one\n");
        rig.start().poll();
        Files.move(log, rig.logs.resolve("a.log.1"));
        rig.write("a.log", HEADER);
        rig.clock.advanceMillis(300);
        rig.source.poll();
        assertThat(rig.channel.texts()).containsExactly(HEADER.strip(), "one", HEADER.strip());
    }

    @Test
    void shouldReadWhatWasRotatedOutOfThePatternWhileStopped() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.restart();
        rig.write("a.log", "two\n");
        Files.move(log, rig.logs.resolve("a.log.1"));
        rig.write("a.log", "three\n");
        rig.with("fileHeader", "true").start().poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "two", "three");
        assertThat(rig.channel.events)
                .filteredOn(event -> event.text().equals("two"))
                .singleElement()
                .satisfies(event -> assertThat(event.headers()).containsEntry("file", log.toString()));
        rig.idle();
        rig.channel.makeSafe();
        rig.restart().idle();
        assertThat(rig.channel.texts()).hasSize(3);
    }

    @Test
    void shouldReadWhatWasRotatedOutOfThePatternOverSeveralKills() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.restart();
        rig.write("a.log", "two\n");
        Files.move(log, rig.logs.resolve("a.log.1"));
        rig.write("a.log", "three\n");
        rig.start();
        rig.channel.full = true;
        for (int i = 0; i < 3; i++) {
            rig.clock.advanceMillis(5_000);
            rig.poll();
            rig.kill();
        }
        rig.channel.full = false;
        rig.poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "two", "three");
    }

    @Test
    void shouldReadWhatWasRotatedOutOfThePatternWhileClosed() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().idle().idle();
        rig.write("a.log", "two\n");
        Files.move(log, rig.logs.resolve("a.log.1"));
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
    }

    @Test
    void shouldGoOnInAFolderThatVanishedAndCameBack() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        Path away = folder.resolve("away");
        Files.move(rig.logs, away);
        rig.idle().idle();
        Files.move(away, rig.logs);
        rig.write("a.log", "two\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.log", "b.log"})
    void shouldGoOnInSavedFileWhenAnotherGotTheInodeOfTheOldOne(String other) throws IOException {
        rig.write("a.log", "one\ntwo\n");
        rig.start().idle().idle();
        saveOverAndReuseInode(other);
        rig.poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "two", "three", "other", "lines");
        assertThat(rig.count("ResumedFileCount")).isEqualTo(1);
        assertThat(rig.count("TruncationCount")).isZero();
        rig.write("a.log", "four\n");
        rig.write(other, "more\n");
        rig.poll();
        assertThat(rig.channel.texts())
                .containsExactlyInAnyOrder("one", "two", "three", "other", "lines", "four", "more");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.log", "b.log"})
    void shouldGoOnAfterARestartWhenAnotherGotTheInodeOfTheOldOne(String other) throws IOException {
        rig.write("a.log", "one\ntwo\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.restart();
        saveOverAndReuseInode(other);
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "two", "three", "other", "lines");
    }

    @Test
    void shouldGoOnWhenOldFileIsClosedAndTheNewOneIsWrittenSlowly() throws IOException {
        rig.write("a.log", "one\ntwo\n");
        rig.start().idle().idle();
        saveOver("one\n");
        rig.clock.advanceMillis(300);
        rig.source.poll();
        rig.clock.advanceMillis(300);
        rig.source.poll();
        rig.write("a.log", "two\nthree\n");
        rig.poll();
        rig.write("a.log", "four\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three", "four");
    }

    /** An empty file at its path tells nothing, and at stop what is in the old one would be lost. */
    @Test
    void shouldSoonReadTheRestOfAFileThatWasDeletedThoughTheNextOneIsEmpty() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        rig.write("a.log", "two\n");
        Files.delete(log);
        Files.createFile(log);
        rig.poll().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
    }

    /** It is compared in parts, between which others have their turn; nothing is to be waited for. */
    @Test
    void shouldTellSoonWhetherALargeFileWasSavedAnew() throws IOException {
        String text = ("x".repeat(1023) + "\n").repeat(64 * 1024);
        rig.write("a.log", text);
        rig.with("backoffSleepIncrement", "1000")
                .with("maxBackoffSleep", "5000")
                .with("batchSize", "10000");
        rig.start().poll();
        saveOver(text + "more\n");
        rig.clock.advanceMillis(5_000);
        long begun = rig.clock.time();
        for (int i = 0; i < 100; i++) {
            rig.source.poll();
            rig.clock.advanceMillis(10);
        }
        assertThat(rig.clock.time() - begun).isEqualTo(1_000);
        assertThat(rig.channel.events).hasSize(64 * 1024 + 1);
        assertThat(rig.count("ResumedFileCount")).isEqualTo(1);
    }

    /** The old file's inode with other content and under another name is what an inode that is used again looks like. */
    private void saveOverAndReuseInode(String other) throws IOException {
        Files.move(log, rig.logs.resolve(other));
        Files.writeString(rig.logs.resolve(other), "other\nlines\n");
        saveOver("one\ntwo\nthree\n");
    }

    private void saveOver(String text) throws IOException {
        Path saved = Files.writeString(rig.logs.resolve("sedXa1b2c"), text);
        Files.move(saved, log, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
