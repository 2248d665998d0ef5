package io.headrace.engine.sink.roll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationProblem;
import io.headrace.frame.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileRollSinkTest {
    private static final String SERIES = "1122334455667788";

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
        channel.frames().forEach(frame -> assertThat(frame.references()).isEqualTo(1));
        channel.close();
    }

    @Test
    void shouldWriteOneFileThatIsCompletedAtStop() throws Exception {
        channel.add(Map.of(), "one\n", "two\n").add(Map.of(), "three\n");
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 1);
        assertThat(rig.names()).containsExactly("1700000000000-1." + SERIES + "-1.open");
        sink.stop();
        assertThat(rig.names()).containsExactly("1700000000000-1");
        assertThat(rig.content("1700000000000-1")).isEqualTo("one\ntwo\nthree\n");
    }

    @Test
    void shouldNameFilesAsConfigured() throws Exception {
        rig.with("sink.pathManager", "ROLLTIME")
                .with("sink.pathManager.prefix", "web-")
                .with("sink.pathManager.extension", "log")
                .with("sink.partitionHeader", "file");
        channel.add(Map.of("file", "/var/log/a.log"), "one");
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 1);
        sink.stop();
        assertThat(rig.names())
                .singleElement()
                .asString()
                .matches("web-%2Fvar%2Flog%2Fa\\.log-2023111[45]\\d{6}-1\\.log");
    }

    @Test
    void shouldSeparatePartitionsByHeader() throws Exception {
        rig.with("sink.partitionHeader", "file");
        channel.add(Map.of("file", "a"), "a1", "a2")
                .add(Map.of("file", "b"), "b1")
                .add(Map.of("file", "b"), Map.of("file", "a"), "a3")
                .add(Map.of(), "none")
                .add(Map.of("file", "b"), "b2");
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 3);
        sink.stop();
        assertThat(rig.bytesOf("a-")).asString().isEqualTo("a1a2a3");
        assertThat(rig.bytesOf("b-")).asString().isEqualTo("b1b2");
        assertThat(rig.bytesOf("1700000000000-3")).asString().isEqualTo("none");
    }

    @Test
    void shouldUseSerializerWithItsSettings() throws Exception {
        rig.with("sink.serializer", "header_and_text").with("sink.serializer.appendNewline", "true");
        channel.add(Map.of("k", "v"), "one");
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 1);
        sink.stop();
        assertThat(rig.content("1700000000000-1")).isEqualTo("{k=v} one\n");
        assertThatThrownBy(() -> rig.with("sink.serializer", "avro").start(channel))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("sink.serializer: avro");
    }

    @Test
    void shouldRefuseWhatCannotBeWrittenBeforeAnythingIsStarted() {
        assertThat(errors("k1.sink.serializer = avro"))
                .singleElement()
                .asString()
                .contains("a.properties:6", "a1.sinks.k1.sink.serializer: avro");
        assertThat(errors("k1.sink.serializer.appendNewline = no"))
                .singleElement()
                .asString()
                .contains("a.properties:6", "a1.sinks.k1.sink.serializer.appendNewline: no");
        assertThat(errors("k1.sink.pathManager.prefix = sub/web-"))
                .singleElement()
                .asString()
                .contains("a.properties:6", "a1.sinks.k1.sink.pathManager.prefix: sub/web-");
    }

    private static List<ConfigurationProblem> errors(String line) {
        String config = """
                a1.channels = c1
                a1.sinks = k1
                a1.channels.c1.type = memory
                a1.sinks.k1.type = file_roll
                a1.sinks.k1.sink.directory = /tmp/out
                a1.sinks.%s
                a1.sinks.k1.channel = c1
                """.formatted(line);
        return ConfigurationLoader.standard(false)
                .readText(Path.of("a.properties"), config, "a1")
                .errors();
    }

    @Test
    void shouldRollByTimeAndNeverMakeEmptyFiles() throws Exception {
        rig.with("sink.rollInterval", "30");
        FileRollSink sink = rig.start(channel);
        channel.add(Map.of(), "one");
        channel.drain(sink, 1);
        rig.nowMillis += 29_999;
        sink.idle();
        assertThat(rig.names()).singleElement().asString().endsWith(".open");
        rig.nowMillis += 1;
        sink.idle();
        sink.idle();
        assertThat(rig.names()).containsExactly("1700000000000-1");
        rig.nowMillis += 100_000;
        sink.idle();
        channel.add(Map.of(), "two");
        channel.drain(sink, 1);
        sink.stop();
        assertThat(rig.names()).containsExactly("1700000000000-1", "1700000000000-2");
        assertThat(rig.content("1700000000000-2")).isEqualTo("two");
    }

    /** Otherwise it would stay in progress until the clock is back where it was. */
    @Test
    void shouldRollThoughTheClockWasSetBack() throws Exception {
        rig.with("sink.rollInterval", "30");
        FileRollSink sink = rig.start(channel);
        channel.add(Map.of(), "one");
        channel.drain(sink, 1);
        rig.nowMillis -= 3_600_000;
        sink.idle();
        sink.idle();
        channel.add(Map.of(), "two");
        channel.drain(sink, 1);
        rig.nowMillis += 30_000;
        sink.idle();
        sink.idle();
        assertThat(rig.names()).containsExactly("1700000000000-1", "1700000000000-2");
        sink.stop();
    }

    @Test
    void shouldCompleteFileOnlyWhenCheckpointCoversIt_R8() throws Exception {
        rig.with("sink.rollInterval", "30");
        FileRollSink sink = rig.start(channel);
        channel.add(Map.of(), "one");
        channel.drain(sink, 1);
        channel.checkpointAtOnce = false;
        rig.nowMillis += 30_000;
        sink.idle();
        sink.idle();
        assertThat(rig.names()).singleElement().asString().endsWith(".open");
        channel.checkpoint();
        sink.idle();
        assertThat(rig.names()).containsExactly("1700000000000-1");
    }

    @Test
    void shouldHaveDurableTokenBeforeTheFirstFile_R8() throws Exception {
        channel.checkpointAtOnce = false;
        channel.add(Map.of(), "one");
        FileRollSink sink = rig.start(channel);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> channel.deliver(sink, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("first token");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(rig.names()).isEmpty();
        channel.checkpoint();
        channel.deliver(sink, 1);
        assertThat(rig.names()).hasSize(1);
        channel.checkpointAtOnce = true;
        sink.stop();
    }

    @Test
    void shouldCutToTokenAfterKillBetweenWriteAndCommit_R8() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two").add(Map.of(), "three");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        channel.deliverOnly(sink, 2);
        assertThat(rig.bytesOf("1700000000000-1")).asString().isEqualTo("onetwothree");
        channel.crash();
        FileRollSink next = rig.start(channel);
        assertThat(rig.bytesOf("1700000000000-1")).asString().isEqualTo("one");
        channel.drain(next, 1);
        next.stop();
        assertThat(rig.names()).containsExactly("1700000000000-1");
        assertThat(rig.content("1700000000000-1")).isEqualTo("onetwothree");
    }

    @Test
    void shouldKeepOfAGroupWhatWasCommitted_R8() throws Exception {
        rig.with("sink.partitionHeader", "p");
        channel.add(Map.of("p", "a"), "one")
                .add(Map.of("p", "a"), "two")
                .add(Map.of("p", "a"), "three")
                .add(Map.of("p", "b"), "four");
        FileRollSink sink = rig.start(channel);
        channel.deliverGroup(sink, 4, 2);
        assertThat(rig.bytesOf("a-1700000000000-1")).asString().isEqualTo("onetwothree");
        sink.idle();
        assertThat(rig.bytesOf("a-1700000000000-1")).asString().isEqualTo("onetwo");
        channel.deliverGroup(sink, 2, 0);
        channel.deliverGroup(sink, 2, 2);
        sink.stop();
        assertThat(rig.names()).containsExactly("a-1700000000000-1", "b-1700000000000-2");
        assertThat(rig.content("a-1700000000000-1")).isEqualTo("onetwothree");
        assertThat(rig.content("b-1700000000000-2")).isEqualTo("four");
    }

    @Test
    void shouldCutNothingAtStopThatMayStillBeCommitted_R8() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        Runnable commit = channel.deliverAndCommitLater(sink);
        sink.stop();
        commit.run();
        FileRollSink next = rig.start(channel);
        assertThat(rig.metrics.counter("DamagedFileCount").get()).isZero();
        next.stop();
        assertThat(rig.names()).hasSize(1);
        assertThat(rig.content(rig.names().get(0))).isEqualTo("onetwo");
    }

    @Test
    void shouldCutWhatAFailedWriteLeftBehindALeaseWithoutBytes() throws Exception {
        rig.with("sink.partitionHeader", "p");
        channel.add(Map.of("p", "a"), "one")
                .add(Map.of("p", "a"), "")
                .add(Map.of("p", "a"), "two")
                .add(Map.of("p", "b"), "three");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        Path inTheWay = Files.createDirectory(rig.folder.resolve("b-1700000000000-2." + SERIES + "-2.open"));
        assertThatThrownBy(() -> channel.writeOnly(sink, 1, 2)).hasMessageContaining(inTheWay.toString());
        assertThat(rig.bytesOf("a-")).asString().isEqualTo("onetwo");
        Files.delete(inTheWay);
        channel.drain(sink, 1);
        sink.stop();
        assertThat(rig.bytesOf("a-")).asString().isEqualTo("onetwo");
        assertThat(rig.bytesOf("b-")).asString().isEqualTo("three");
    }

    @Test
    void shouldGoOnAfterAKillAtAnyCommitOfAGroup_R8() throws Exception {
        for (int commits = 0; commits <= 3; commits++) {
            TestChannel killed = new TestChannel(true);
            killed.add(Map.of(), "one").add(Map.of(), "two").add(Map.of(), "three");
            rig = new RollRig(folder.resolve("kill-" + commits));
            FileRollSink sink = rig.start(killed);
            killed.deliverGroup(sink, 3, commits);
            killed.checkpoint();
            killed.crash();
            FileRollSink next = rig.start(killed);
            killed.drain(next, 1);
            next.stop();
            assertThat(rig.names()).hasSize(1);
            assertThat(rig.content(rig.names().get(0))).isEqualTo("onetwothree");
            killed.close();
        }
    }

    @Test
    void shouldRemoveOnlyFilesOfItsSeriesWithLargerIndex_R8() throws Exception {
        rig.with("sink.partitionHeader", "p");
        channel.add(Map.of("p", "a"), "one").add(Map.of("p", "b"), "two");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        channel.deliverOnly(sink, 1);
        String foreign = "b-1700000000000-2.ffffffffffffffff-2.open";
        Files.writeString(rig.folder.resolve(foreign), "foreign");
        Files.writeString(rig.folder.resolve("b-1700000000000-3"), "completed by somebody");
        assertThat(rig.names()).hasSize(4);
        channel.crash();
        FileRollSink next = rig.start(channel);
        assertThat(rig.names())
                .containsExactly("a-1700000000000-1." + SERIES + "-1.open", foreign, "b-1700000000000-3");
        channel.drain(next, 1);
        next.stop();
        assertThat(rig.names()).containsExactly("a-1700000000000-1", "b-1700000000000-2", foreign, "b-1700000000000-3");
    }

    @Test
    void shouldNeverChangeCompletedFileAfterKill_R8() throws Exception {
        rig.with("sink.rollInterval", "30");
        channel.add(Map.of(), "one").add(Map.of(), "two");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        rig.nowMillis += 30_000;
        sink.idle();
        channel.checkpointAtOnce = false;
        sink.idle();
        assertThat(rig.names()).containsExactly("1700000000000-1");
        channel.deliverOnly(sink, 1);
        channel.crash();
        FileRollSink next = rig.start(channel);
        assertThat(rig.content("1700000000000-1")).isEqualTo("one");
        channel.checkpointAtOnce = true;
        channel.drain(next, 1);
        next.stop();
        assertThat(rig.content("1700000000000-1")).isEqualTo("one");
        assertThat(rig.content("1700000000000-2")).isEqualTo("two");
    }

    /** The sink fails and is started anew in the same process; what it finds is newer than the newest checkpoint. */
    @Test
    void shouldNotCompleteFileAtItsRestartBeforeCheckpointCoversIt_R8() throws Exception {
        rig.with("sink.rollInterval", "30");
        channel.add(Map.of(), "one").add(Map.of(), "two");
        FileRollSink failing = rig.start(channel);
        channel.deliver(failing, 1);
        channel.checkpointAtOnce = false;
        channel.deliver(failing, 1);
        rig.nowMillis += 30_000;
        failing.idle();
        FileRollSink again = rig.start(channel);
        again.idle();
        assertThat(rig.names()).singleElement().asString().endsWith(".open");
        channel.crash();
        channel.checkpointAtOnce = true;
        FileRollSink next = rig.start(channel);
        channel.drain(next, 1);
        next.stop();
        assertThat(rig.names()).containsExactly("1700000000000-1", "1700000000000-2");
        assertThat(rig.content("1700000000000-1")).isEqualTo("one");
        assertThat(rig.content("1700000000000-2")).isEqualTo("two");
    }

    @Test
    void shouldGoOnAfterOrderlyRestart() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        sink.stop();
        FileRollSink next = rig.start(channel);
        channel.drain(next, 1);
        next.stop();
        assertThat(rig.names()).containsExactly("1700000000000-1", "1700000000000-2");
    }

    @Test
    void shouldLeaveFilesInProgressWhenStopIsNotCheckpointed() throws Exception {
        channel.add(Map.of(), "one");
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 1);
        channel.checkpointAtOnce = false;
        Thread.currentThread().interrupt();
        sink.stop();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(rig.names()).singleElement().asString().endsWith(".open");
        channel.checkpoint();
        channel.crash();
        channel.checkpointAtOnce = true;
        rig.start(channel).stop();
        assertThat(rig.names()).containsExactly("1700000000000-1");
    }

    @Test
    void shouldCutBackFailedDelivery() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two");
        rig.with("sink.partitionHeader", "p");
        channel.add(Map.of("p", "x".repeat(10)), "three");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        Path blocked = rig.folder.resolve("xxxxxxxxxx-1700000000000-2." + SERIES + "-2.open");
        Files.createDirectory(blocked);
        assertThatThrownBy(() -> channel.deliver(sink, 2))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(blocked.toString());
        assertThat(rig.bytesOf("1700000000000-1")).asString().isEqualTo("onetwo");
        assertThat(rig.metrics.counter("ConnectionFailedCount").get()).isEqualTo(1);
        Files.delete(blocked);
        // The engine rolled back; this time the lease is smaller.
        channel.deliver(sink, 1);
        assertThat(rig.bytesOf("1700000000000-1")).asString().isEqualTo("onetwo");
        channel.drain(sink, 1);
        sink.stop();
        assertThat(rig.bytesOf("1700000000000-1")).asString().isEqualTo("onetwo");
        assertThat(rig.bytesOf("xxx")).asString().isEqualTo("three");
    }

    @Test
    void shouldCutBackDeliveryThatWasNotCommitted() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two").add(Map.of(), "three");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        channel.deliverOnly(sink, 2);
        channel.deliver(sink, 1);
        assertThat(rig.bytesOf("1700000000000-1")).asString().isEqualTo("onetwo");
        channel.deliverOnly(sink, 1);
        sink.idle();
        sink.stop();
        assertThat(rig.content("1700000000000-1")).isEqualTo("onetwo");
        FileRollSink next = rig.start(channel);
        channel.drain(next, 1);
        next.stop();
        assertThat(rig.content("1700000000000-2")).isEqualTo("three");
    }

    @Test
    void shouldNameFileAndCauseWhenTheDiskIsFull() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two");
        FileRollSink sink = rig.start(channel);
        Path file = rig.folder.resolve("1700000000000-1." + SERIES + "-1.open");
        Files.createSymbolicLink(file, Path.of("/dev/full"));
        assertThatThrownBy(() -> channel.deliver(sink, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("No space left on device");
        Files.delete(file);
        channel.drain(sink, 1);
        sink.stop();
        assertThat(rig.content("1700000000000-1")).isEqualTo("onetwo");
    }

    @Test
    void shouldHoldAtMostMaxOpenFiles() throws Exception {
        rig.with("sink.partitionHeader", "p").with("sink.maxOpenFiles", "3");
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 10; i++) {
                channel.add(Map.of("p", "p" + i), "r" + round + ";");
            }
        }
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 7);
        assertThat(rig.metrics.values().get("OpenFileCount").intValue()).isEqualTo(3);
        sink.stop();
        for (int i = 0; i < 10; i++) {
            assertThat(rig.bytesOf("p" + i + "-")).asString().isEqualTo("r0;r1;r2;");
        }
    }

    @Test
    void shouldGoOnInNewFileWhenCommittedOnesAreGone() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        channel.crash();
        Files.delete(rig.folder.resolve(rig.names().get(0)));
        FileRollSink next = rig.start(channel);
        channel.drain(next, 1);
        next.stop();
        assertThat(rig.names()).containsExactly("1700000000000-2");
        assertThat(rig.metrics.counter("DamagedFileCount").get()).isEqualTo(1);
    }

    @Test
    void shouldGoOnWhenFileInProgressIsRemovedBeforeItIsCompleted() throws Exception {
        rig.with("sink.rollInterval", "30");
        channel.add(Map.of(), "one").add(Map.of(), "two");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        Files.delete(rig.folder.resolve(rig.names().get(0)));
        rig.nowMillis += 30_000;
        sink.idle();
        sink.idle();
        channel.drain(sink, 1);
        sink.stop();
        assertThat(rig.names()).containsExactly("1700000000000-2");
        assertThat(rig.content("1700000000000-2")).isEqualTo("two");
        assertThat(rig.metrics.counter("DamagedFileCount").get()).isEqualTo(1);
    }

    @Test
    void shouldNotFillWithZerosWhatWasRemovedWhileItWasNotHeldOpen() throws Exception {
        rig.with("sink.partitionHeader", "p").with("sink.maxOpenFiles", "1");
        channel.add(Map.of("p", "a"), "one").add(Map.of("p", "b"), "two").add(Map.of("p", "a"), "three");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        channel.deliver(sink, 1);
        Files.delete(rig.folder.resolve(rig.names().get(0)));
        channel.drain(sink, 1);
        sink.stop();
        assertThat(rig.bytesOf("a-")).asString().isEqualTo("three");
        assertThat(rig.bytesOf("b-")).asString().isEqualTo("two");
    }

    @Test
    void shouldLeaveTooShortFileAsItIs() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        channel.crash();
        Path file = rig.folder.resolve(rig.names().get(0));
        Files.writeString(file, "o", StandardOpenOption.TRUNCATE_EXISTING);
        FileRollSink next = rig.start(channel);
        channel.drain(next, 1);
        next.stop();
        assertThat(rig.content("1700000000000-2")).isEqualTo("two");
        assertThat(file).hasContent("o");
    }

    @Test
    void shouldCompleteOldFolderWhenItIsChanged() throws Exception {
        channel.add(Map.of(), "one").add(Map.of(), "two");
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, 1);
        channel.deliverOnly(sink, 1);
        channel.crash();
        RollRig other = new RollRig(folder.resolve("other"));
        FileRollSink next = other.start(channel);
        assertThat(rig.content("1700000000000-1")).isEqualTo("one");
        channel.drain(next, 1);
        next.stop();
        assertThat(other.content("1700000000000-1")).isEqualTo("two");
    }

    @Test
    void shouldBeginNewSeriesAtEachStartWithoutTokens() throws Exception {
        TestChannel memory = new TestChannel(false);
        memory.add(Map.of(), "one").add(Map.of(), "two");
        FileRollSink sink = rig.start(memory);
        memory.deliver(sink, 1);
        rig.nowMillis += 1;
        FileRollSink next = rig.start(memory);
        memory.drain(next, 1);
        next.stop();
        assertThat(rig.names()).containsExactly("1700000000000-1." + SERIES + "-1.open", "1700000000001-1");
        memory.close();
    }

    @Test
    void shouldNeverReplaceFileOfTheSameName() throws Exception {
        channel.add(Map.of(), "one");
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 1);
        Files.writeString(rig.folder.resolve("1700000000000-1"), "precious");
        sink.stop();
        assertThat(rig.content("1700000000000-1")).isEqualTo("precious");
        assertThat(rig.content("1700000000000-1." + SERIES)).isEqualTo("one");
    }

    @Test
    void shouldWriteEventsLargerThanTheBuffer() throws Exception {
        String large = "x".repeat(5 * 1024 * 1024);
        channel.add(Map.of(), "a").add(Map.of(), large).add(Map.of(), "b");
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 3);
        sink.stop();
        assertThat(rig.content("1700000000000-1")).isEqualTo("a" + large + "b");
    }

    @Test
    void shouldHaveEachEventOnceHoweverOftenItIsKilled_R8() throws Exception {
        rig.with("sink.partitionHeader", "p").with("sink.rollInterval", "30").with("sink.maxOpenFiles", "2");
        for (int seed = 0; seed < 12; seed++) {
            killRandomly(new Random(seed), seed);
        }
    }

    private void killRandomly(Random random, int seed) throws Exception {
        RollRig random1 = new RollRig(folder.resolve("seed" + seed));
        random1.settings.putAll(rig.settings);
        random1.with("sink.directory", random1.folder.toString());
        TestChannel numbers = new TestChannel(true);
        StringBuilder[] expected = {new StringBuilder(), new StringBuilder(), new StringBuilder(), new StringBuilder()};
        for (int i = 0; i < 60; i++) {
            int partition = random.nextInt(4);
            numbers.add(Map.of("p", "p" + partition), i + ";");
            expected[partition].append(i).append(';');
        }
        FileRollSink sink = random1.start(numbers);
        numbers.checkpoint();
        numbers.checkpointAtOnce = false;
        Set<String> completed = new HashSet<>();
        Map<String, String> contents = new java.util.HashMap<>();
        while (numbers.left() > 0) {
            int what = random.nextInt(10);
            if (what < 4) {
                numbers.deliver(sink, 1 + random.nextInt(5));
            } else if (what < 6) {
                numbers.checkpoint();
            } else if (what < 8) {
                random1.nowMillis += 17_000;
                sink.idle();
            } else {
                if (random.nextBoolean()) {
                    numbers.deliverOnly(sink, 1 + random.nextInt(5));
                }
                numbers.crash();
                sink = random1.start(numbers);
            }
            for (String name : random1.names()) {
                if (!name.endsWith(".open")) {
                    String before = contents.putIfAbsent(name, random1.content(name));
                    completed.add(name);
                    assertThat(before == null || before.equals(random1.content(name)))
                            .as("seed %d: %s changed", seed, name)
                            .isTrue();
                }
            }
        }
        numbers.checkpointAtOnce = true;
        numbers.checkpoint();
        sink.stop();
        assertThat(random1.names()).containsAll(completed).noneMatch(name -> name.endsWith(".open"));
        for (int i = 0; i < 4; i++) {
            String prefix = "p" + i + "-";
            List<String> files = random1.names().stream()
                    .filter(name -> name.startsWith(prefix))
                    .sorted(java.util.Comparator.comparingInt(
                            name -> Integer.parseInt(name.substring(name.lastIndexOf('-') + 1))))
                    .toList();
            StringBuilder found = new StringBuilder();
            files.forEach(name -> found.append(random1.content(name)));
            assertThat(found.toString()).as("seed %d, partition %d", seed, i).isEqualTo(expected[i].toString());
        }
        numbers.frames().forEach(Frame::release);
    }
}
