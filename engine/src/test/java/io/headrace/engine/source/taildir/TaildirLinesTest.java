package io.headrace.engine.source.taildir;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.headrace.frame.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How bytes of a file become events. */
class TaildirLinesTest extends TailRigTest {
    @AfterEach
    @Override
    void closeRig() {
        super.closeRig();
        rig.channel.frames.forEach(frame -> assertThat(frame.references()).isZero());
    }

    @Test
    void shouldMakeOneEventOfEachLine() throws IOException {
        rig.write("a.log", "one\ntwo\r\n\nthree\r\r\nfo\rur\n");
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "", "three\r", "fo\rur");
        assertThat(rig.count("EventReceivedCount")).isEqualTo(5);
        assertThat(rig.count("EventAcceptedCount")).isEqualTo(5);
    }

    @Test
    void shouldKeepLineEndingsExactly() throws IOException {
        rig.write("a.log", "one\ntwo\r\n\nthree\r\r\nfo\rur\n\r\n");
        rig.with("lineEnding", "keep").start().poll();
        assertThat(rig.channel.texts()).containsExactly("one\n", "two\r\n", "\n", "three\r\r\n", "fo\rur\n", "\r\n");
    }

    @Test
    void shouldPassNulAndInvalidUtf8Untouched() throws IOException {
        byte[] nasty = {0, (byte) 0xff, (byte) 0xc3, '\n', (byte) 0x8a, 0x0b, '\n'};
        rig.write("a.log", nasty);
        rig.start().poll();
        assertThat(rig.channel.events.get(0).body()).containsExactly(0, 0xff, 0xc3);
        assertThat(rig.channel.events.get(1).body()).containsExactly(0x8a, 0x0b);
    }

    @Test
    void shouldDeliverUnfinishedLineOnlyWhenIdle() throws IOException {
        rig.write("a.log", "one\ntw");
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("one");
        rig.clock.advanceMillis(5_000);
        rig.write("a.log", "o");
        rig.poll();
        rig.clock.advanceMillis(8_000);
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one");
        rig.clock.advanceMillis(2_000);
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
        rig.write("a.log", "three\nfour\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two", "three", "four");
        assertThat(rig.channel.events.get(2).headers()).containsEntry("line.part", "last");
        assertThat(rig.channel.events.get(3).headers()).isEmpty();
    }

    @Test
    void shouldCloseIdleFilesAndOpenThemWhenTheyGrow() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().idle().idle();
        assertThat(rig.metrics.values().get("OpenFileCount").longValue()).isZero();
        rig.write("a.log", "two\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
        assertThat(rig.channel.inputs).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {2047, 2048, 2049, 4096, 4097, 10_000, 700_000})
    void shouldSplitLongLinesWithoutLoss(int length) throws IOException {
        byte[] line = new byte[length];
        new Random(length).nextBytes(line);
        for (int i = 0; i < length; i++) {
            line[i] = line[i] == '\n' ? (byte) '\r' : line[i];
        }
        line[2047 - 1] = '\r';
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes("before\n".getBytes(UTF_8));
        content.writeBytes(line);
        content.writeBytes("\nafter\n".getBytes(UTF_8));
        rig.write("a.log", content.toByteArray());
        rig.with("lineEnding", "keep").with("maxLineBytes", "2048").start().poll();
        assertThat(rig.channel.bytes()).isEqualTo(content.toByteArray());
        assertThat(rig.channel.events).allMatch(event -> event.body().length <= 2048);
        assertThat(rig.channel.events.get(0).headers()).isEmpty();
        int last = rig.channel.events.size() - 1;
        assertThat(rig.channel.events.get(last).headers()).isEmpty();
        if (length + 1 > 2048) {
            assertThat(rig.channel.events.get(1).headers()).containsEntry("line.part", "first");
            assertThat(rig.channel.events.get(last - 1).headers()).containsEntry("line.part", "last");
            for (int i = 2; i < last - 1; i++) {
                assertThat(rig.channel.events.get(i).headers()).containsEntry("line.part", "middle");
            }
            assertThat(rig.count("SplitLineCount")).isEqualTo(1);
        } else {
            assertThat(rig.channel.events).hasSize(3);
        }
    }

    @Test
    void shouldDeliverLineOfFiveMebibytesWhole() throws IOException {
        byte[] line = new byte[5 * 1024 * 1024];
        Arrays.fill(line, (byte) 'x');
        rig.write("a.log", "before\n");
        rig.write("a.log", line);
        rig.write("b.log", "other\n");
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("before", "other");
        rig.write("a.log", "y".repeat(1000));
        rig.poll();
        rig.write("b.log", "another\n");
        rig.poll();
        rig.write("a.log", "\nafter\n");
        rig.poll();
        assertThat(rig.channel.events.stream().map(event -> event.body().length).toList())
                .containsExactlyInAnyOrder(6, 5, 7, line.length + 1000, 5);
    }

    @Test
    void shouldCloseFramesAtBatchSizeAndFrameBytes() throws IOException {
        rig.write("a.log", "0123456789\n".repeat(1000));
        rig.with("batchSize", "64").with("frameBytes", "1024").start().poll();
        assertThat(rig.channel.events).hasSize(1000);
        assertThat(rig.channel.puts).allMatch(put -> put.events() <= 1024 / 18);
        assertThat(rig.channel.puts.get(0).events()).isBetween(50, 56);
        assertThat(rig.channel.puts).allMatch(put -> put.position() % 11 == 0);
    }

    @Test
    void shouldAddHeadersOfGroupFileAndOffset() throws IOException {
        Path file = rig.write("a.log", "one\ntwo\n");
        rig.with("headers.f1.kind", "access")
                .with("headers.f1.a.b", "c")
                .with("fileHeader", "true")
                .with("fileHeaderKey", "path")
                .with("byteOffsetHeader", "true")
                .start()
                .poll();
        assertThat(rig.channel.events.get(1).headers())
                .containsEntry("kind", "access")
                .containsEntry("a.b", "c")
                .containsEntry("path", file.toString())
                .containsEntry("byteoffset", "4")
                .hasSize(4);
    }

    @Test
    void shouldWaitAMomentForSinksThatAreAtWork() throws IOException {
        rig.write("a.log", "one\n");
        rig.start();
        rig.channel.crowded = true;
        rig.poll();
        assertThat(rig.channel.events).isEmpty();
        rig.channel.crowded = false;
        rig.source.poll();
        assertThat(rig.channel.texts()).containsExactly("one");

        rig.channel.crowded = true;
        rig.write("a.log", "two\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one");
        rig.clock.advanceMillis(10);
        rig.source.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
        assertThat(rig.count("ChannelFullCount")).isZero();
    }

    /** What keeps the source from its files meanwhile may cost lines where files are truncated or replaced. */
    @Test
    void shouldNotWaitForSinksThatAreSlowerThanItself() throws IOException {
        rig.start();
        rig.channel.crowded = true;
        for (int i = 0; i < FrameOutlet.MOST_IN_VAIN; i++) {
            rig.write("a.log", i + "\n");
            rig.poll();
            assertThat(rig.channel.texts()).as("line %d", i).hasSize(i);
            rig.clock.advanceMillis(10);
            rig.source.poll();
            assertThat(rig.channel.texts()).as("line %d", i).hasSize(i + 1);
        }
        rig.write("a.log", "at once\n");
        rig.poll();
        assertThat(rig.channel.texts()).contains("at once");

        // They caught up once: what comes is for memory again.
        rig.channel.crowded = false;
        rig.write("a.log", "between\n");
        rig.poll();
        rig.channel.crowded = true;
        rig.write("a.log", "waits\n");
        rig.poll();
        assertThat(rig.channel.texts()).contains("between").doesNotContain("waits");
    }

    @Test
    void shouldPutAtStopWhatWaitsForSinks() throws IOException {
        rig.write("a.log", "one\n");
        rig.start();
        rig.channel.crowded = true;
        rig.poll();
        rig.channel.makeSafe();
        Thread.currentThread().interrupt();
        rig.source.stop();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(rig.channel.texts()).containsExactly("one");
    }

    @Test
    void shouldKeepFrameWhileChannelIsFull() throws IOException {
        rig.write("a.log", "one\ntwo\n");
        rig.write("b.log", "three\n");
        rig.start();
        rig.channel.full = true;
        rig.poll();
        rig.poll();
        assertThat(rig.channel.events).isEmpty();
        assertThat(rig.count("ChannelFullCount")).isEqualTo(1);
        rig.channel.full = false;
        rig.channel.wake.run();
        assertThat(rig.source.poll()).isPositive();
        rig.poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("one", "two", "three");
        assertThat(rig.count("EventReceivedCount")).isEqualTo(3);
    }

    @Test
    void shouldReadAgainWhatNoChannelTookBeforeStop() throws IOException {
        rig.write("a.log", "one\ntwo\n");
        rig.start();
        rig.channel.full = true;
        rig.poll();
        rig.source.stop();
        rig.channel.full = false;
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
    }

    @Test
    void shouldNeverBuildFrameAcrossBoundary_R7() throws IOException {
        rig.write("a.log", "0123456789\n".repeat(100) + "tail");
        rig.channel.boundaries.add(11L * 10);
        rig.channel.boundaries.add(11L * 20 + 4);
        rig.channel.boundaries.add(11L * 100 + 4);
        rig.with("lineEnding", "keep").start().poll();
        assertThat(rig.channel.puts.stream().map(RecordingProcessor.Put::position))
                .containsExactly(110L, 224L, 1104L);
        assertThat(rig.channel.bytes()).isEqualTo(Files.readAllBytes(rig.logs.resolve("a.log")));
        assertThat(rig.channel.events.get(20).text()).isEqualTo("0123");
    }

    @Test
    void shouldShareTurnsBetweenFiles() throws IOException {
        rig.write("a.log", "0123456789\n".repeat(1000));
        rig.write("b.log", "0123456789\n".repeat(1000));
        rig.with("batchSize", "100").with("maxBatchCount", "2").start();
        rig.clock.advanceMillis(1000);
        rig.source.poll();
        assertThat(rig.channel.puts.stream().map(RecordingProcessor.Put::input).distinct())
                .hasSize(2);
        assertThat(rig.channel.puts).hasSize(4);
        rig.poll();
        assertThat(rig.channel.events).hasSize(2000);
    }

    @Test
    void shouldEndWhenChannelFails() throws IOException {
        rig.write("a.log", "one\n");
        rig.start();
        rig.channel.closed = true;
        assertThat(catchThrowable(() -> rig.poll()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("CLOSED");
        assertThat(rig.count("ChannelWriteFail")).isEqualTo(1);
    }

    @Test
    void shouldNameTheSettingWhenChannelTakesNoSuchLine() throws IOException {
        rig.write("a.log", "x".repeat(5000) + "\n");
        rig.start();
        rig.channel.largestFrame = 1000;
        assertThat(catchThrowable(() -> rig.poll()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("maxLineBytes");
        rig.with("maxLineBytes", "1024").with("frameBytes", "1024");
        rig.channel.largestFrame = 2000;
        rig.start().poll();
        assertThat(rig.channel.events).hasSize(5);
    }

    @Test
    void shouldReleaseFrames() throws IOException {
        rig.write("a.log", "one\n".repeat(5000));
        rig.start().poll();
        assertThat(rig.channel.frames).hasSizeGreaterThan(4).allMatch((Frame frame) -> frame.references() == 0);
    }
}
