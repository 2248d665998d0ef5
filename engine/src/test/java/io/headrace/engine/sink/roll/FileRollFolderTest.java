package io.headrace.engine.sink.roll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.frame.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The output folder, when it is not as it should be or not ours alone. */
class FileRollFolderTest {
    @TempDir
    Path folder;

    private RollRig rig;
    private TestChannel channel;

    @BeforeEach
    void setUp() {
        rig = new RollRig(folder);
        channel = new TestChannel(true);
    }

    @AfterEach
    void tearDown() {
        channel.frames().forEach(Frame::release);
    }

    @Test
    void shouldTakeWhatASettingSays() throws Exception {
        rig.with("sink.batchSize", "7").with("sink.maxBatchBytes", "9");
        FileRollSink sink = rig.start(channel);
        assertThat(sink.maxBatchEvents()).isEqualTo(7);
        assertThat(sink.maxBatchBytes()).isEqualTo(9);
        sink.stop();
    }

    @Test
    void shouldMakeTheFolderWithAllItsParents() throws Exception {
        rig.with("sink.directory", folder.resolve("a/b/c").toString());
        channel.add(Map.of(), "one");
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 1);
        sink.stop();
        assertThat(folder.resolve("a/b/c/1700000000000-1")).hasContent("one");
    }

    @Test
    void shouldSayWhyTheFolderCannotBeUsed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        rig.with("sink.directory", file.toString());
        assertThatThrownBy(() -> rig.start(channel))
                .isInstanceOf(IOException.class)
                .hasMessage("sink.directory: " + file
                        + ": exists and is no folder (expected: a folder that this user may write to)");
        rig.with("sink.directory", file.resolve("below").toString());
        assertThatThrownBy(() -> rig.start(channel))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("sink.directory: " + file.resolve("below") + ": ")
                .hasMessageEndingWith("(expected: a folder that this user may write to)");
    }

    @Test
    void shouldGoOnWhenTheFolderIsBack() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two").add(Map.of(), "three");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        Path away = folder.resolve("away");
        Files.move(rig.folder, away);
        for (int attempt = 0; attempt < 3; attempt++) {
            assertThatThrownBy(() -> channel.deliver(sink, 1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(rig.folder.toString())
                    .hasMessageContaining("no such file or folder");
        }
        Files.createDirectory(rig.folder);
        channel.drain(sink, 1);
        sink.stop();
        try (Stream<Path> lost = Files.list(away)) {
            assertThat(lost.toList()).singleElement().asString().endsWith("-1.open");
        }
        String rest = rig.names().stream().map(rig::content).reduce("", String::concat);
        assertThat(rest).isEqualTo("twothree");
    }

    /** It held up the opening of the channel anew for five seconds. */
    @Test
    void shouldNotWaitAtItsStopForACheckpointOfAChannelThatFailed() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        channel.checkpointAtOnce = false;
        channel.deliver(sink, 1);
        channel.failed = true;
        channel.looks = 0;
        sink.stop();
        assertThat(channel.looks)
                .as("looks at the checkpoint, one a millisecond")
                .isBetween(1, 5);
        assertThat(rig.names()).singleElement().asString().endsWith("-1.open");
    }

    /** What is written to a file that has no name any more is lost. */
    @Test
    void shouldBeginAFileInPlaceOfOneThatWasRemovedWhileItIsOpen() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two").add(Map.of(), "three");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        Files.delete(rig.folder.resolve(rig.names().get(0)));
        channel.drain(sink, 1);
        assertThat(rig.metrics.values().get("OpenFileCount").intValue()).isEqualTo(1);
        sink.stop();
        assertThat(rig.names()).containsExactly("1700000000000-2");
        assertThat(rig.content("1700000000000-2")).isEqualTo("twothree");
        assertThat(rig.metrics.counter("DamagedFileCount").get()).isEqualTo(1);
    }

    @Test
    void shouldNotFillWithZerosWhatWasRemovedBeforeItWasCutBack() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        channel.deliverOnly(sink, 1);
        Files.delete(rig.folder.resolve(rig.names().get(0)));
        channel.drain(sink, 1);
        sink.stop();
        assertThat(rig.names()).containsExactly("1700000000000-2");
        assertThat(rig.content("1700000000000-2")).isEqualTo("two");
    }

    /** A disk died, its folder was taken out of the configuration: what comes goes on elsewhere. */
    @Test
    void shouldGoOnElsewhereWhenTheFolderBeforeIsGone() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two").add(Map.of(), "three");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        Files.move(rig.folder, folder.resolve("away"));
        RollRig elsewhere = new RollRig(folder.resolve("elsewhere"));
        FileRollSink next = elsewhere.start(channel);
        channel.deliver(next, 1);
        assertThat(rig.folder).doesNotExist();

        Files.move(elsewhere.folder, folder.resolve("away too"));
        Files.writeString(elsewhere.folder, "no folder");
        rig.with("sink.directory", folder.resolve("third").toString());
        FileRollSink third = rig.start(channel);
        channel.drain(third, 1);
        third.stop();
        assertThat(folder.resolve("third").resolve("1700000000000-1")).hasContent("three");
    }

    /** What stood before would be a hole. */
    @Test
    void shouldNotMakeAFileAnewThatHeldSomething() throws Exception {
        Path path = folder.resolve("f");
        OutputFile file = new OutputFile("", 1, "f", path, 0, 0, new DirectWrites(folder));
        file.open();
        file.append(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        file.close();
        Files.delete(path);
        assertThatThrownBy(file::open).isInstanceOf(IOException.class).hasMessageContaining("no such file");
        assertThat(path).doesNotExist();
    }

    /** Started in the same millisecond, with the same prefix: nothing is replaced. */
    @Test
    void shouldTellTwoSinksOfOneFolderApart() throws Exception {
        rig.with("sink.pathManager.extension", "log");
        TestChannel other = new TestChannel(true);
        channel.add(Map.of(), "one");
        other.add(Map.of(), "two");
        FileRollSink first = rig.start(channel);
        FileRollSink second = rig.start(other);
        channel.drain(first, 1);
        other.drain(second, 1);
        first.stop();
        second.stop();
        assertThat(rig.names()).containsExactly("1700000000000-1.1122334455667789.log", "1700000000000-1.log");
        List<String> contents = rig.names().stream().map(rig::content).toList();
        assertThat(contents).containsExactly("two", "one");
        other.close();
    }

    /** The final name is a second link until the first is removed; a kill between the two leaves both. */
    @Test
    void shouldCompleteOnceThoughKilledBetweenTheTwoNames() throws Exception {
        channel.add(Map.of(), "one");
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 1);
        Path inProgress = rig.folder.resolve(rig.names().get(0));
        Files.createLink(rig.folder.resolve("1700000000000-1"), inProgress);
        channel.crash();
        FileRollSink next = rig.start(channel);
        next.stop();
        assertThat(rig.names()).containsExactly("1700000000000-1");
        assertThat(rig.content("1700000000000-1")).isEqualTo("one");
    }

    @Test
    void shouldRefuseNamesThatCannotBe() {
        assertThatThrownBy(() -> rig.with("sink.pathManager.extension", "a\0b").start(channel))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("sink.pathManager.extension");
        rig.settings.remove("sink.pathManager.extension");
        assertThatThrownBy(() ->
                        rig.with("sink.pathManager.prefix", "ü".repeat(65)).start(channel))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("at most 128 bytes");
    }
}
