package io.headrace.engine.source.taildir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** Names, links and files that cannot be read. */
class TaildirNamesTest extends TailRigTest {
    @Test
    void shouldReadFileOfTwoNamesOnce() throws IOException {
        Path file = rig.write("b.log", "one\n");
        Files.createSymbolicLink(rig.logs.resolve("a.log"), file);
        Files.createLink(rig.logs.resolve("c.log"), file);
        rig.start().poll();
        rig.write("b.log", "two\n");
        rig.poll();
        rig.channel.makeSafe();
        rig.restart().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
    }

    @Test
    void shouldFollowNamesOutsideOfAscii() throws IOException {
        rig.write("log \u00e4\u6587 \ud83d\ude00.log", "one\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.write("log \u00e4\u6587 \ud83d\ude00.log", "two\n");
        rig.restart().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
    }

    @Test
    void shouldFollowNamesThatAreNotUtf8() throws Exception {
        shell("printf 'one\\n' > \"$(printf 'a\\377\\376.log')\"");
        shell("printf 'two\\n' > \"$(printf 'a\\377\\375.log')\"");
        rig.with("fileHeader", "true").start().poll();
        rig.channel.makeSafe();
        shell("printf 'three\\n' >> \"$(printf 'a\\377\\376.log')\"");
        rig.restart().poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "two", "three");
        shell("mv \"$(printf 'a\\377\\376.log')\" \"$(printf 'b\\377.log')\"");
        rig.poll();
        assertThat(rig.channel.texts()).hasSize(3);
    }

    @Test
    void shouldWarnOnceOfFileThatCannotBeReadAndReadItWhenItCan() throws IOException {
        Path file = rig.write("a.log", "one\n");
        rig.write("b.log", "two\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(file), "this user may read everything");
        try (Warnings warnings = new Warnings()) {
            rig.start();
            for (int i = 0; i < 5; i++) {
                rig.poll();
            }
            assertThat(warnings.messages()).singleElement().asString().contains(file + ": cannot be read");
        }
        assertThat(rig.channel.texts()).containsExactly("two");
        assertThat(rig.health).contains("cannot read " + file);
        assertThat(rig.count("EventReadFail")).isGreaterThan(1);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("two", "one");
    }

    @Test
    void shouldTellOnceOfAFolderThatIsNotThere() throws IOException {
        Files.delete(rig.logs);
        try (Warnings said = new Warnings()) {
            rig.start();
            for (int i = 0; i < 5; i++) {
                rig.poll();
            }
            assertThat(said.messages(Level.INFO)).singleElement().asString().contains(rig.logs + ": no such folder");
            Files.createDirectories(rig.logs);
            rig.write("a.log", "one\n");
            rig.poll();
            rig.channel.makeSafe();
            Files.delete(rig.logs.resolve("a.log"));
            Files.delete(rig.logs);
            rig.poll();
            rig.poll();
            assertThat(said.messages(Level.INFO))
                    .filteredOn(each -> each.contains("no such folder"))
                    .hasSize(2);
        }
        assertThat(rig.channel.texts()).containsExactly("one");
    }

    @Test
    void shouldReadFileOfNulsAndOneThatGrowsAfterItsLastLineWasDelivered() throws IOException {
        rig.write("a.log", new byte[3_000]);
        rig.start().idle();
        assertThat(rig.channel.events).singleElement().satisfies(event -> assertThat(event.body())
                .isEqualTo(new byte[3_000]));
        rig.write("a.log", "rest\nnext\n");
        rig.poll();
        assertThat(rig.channel.texts().subList(1, 3)).containsExactly("rest", "next");
    }

    @Test
    void shouldNotConfuseSparseFileWithTruncatedOne() throws IOException {
        // A program that did not open its log for appending goes on at its old offset after a copytruncate.
        Path file = rig.write("a.log", "one\ntwo\n");
        rig.start().poll();
        byte[] holeAndLine = new byte[20];
        System.arraycopy("three\n".getBytes(), 0, holeAndLine, 14, 6);
        Files.write(file, holeAndLine, StandardOpenOption.TRUNCATE_EXISTING);
        rig.poll();
        assertThat(rig.channel.events).hasSize(3);
        assertThat(rig.channel.events.get(2).text()).endsWith("\0three");
    }

    private void shell(String command) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", command)
                .directory(rig.logs.toFile())
                .redirectErrorStream(true)
                .start();
        assertThat(process.waitFor()).isZero();
    }
}
