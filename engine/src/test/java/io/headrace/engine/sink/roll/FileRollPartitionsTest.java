package io.headrace.engine.sink.roll;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** One output for each value of a header: any value, and many of them. */
class FileRollPartitionsTest {
    /** In memory where the system has such a folder: files by the thousand are synced one by one. */
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    @TempDir(factory = InMemory.class)
    Path folder;

    /** Makes the test's folder. */
    static final class InMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
                throws IOException {
            return Files.isWritable(SHARED_MEMORY)
                    ? Files.createTempDirectory(SHARED_MEMORY, "headrace-roll")
                    : Files.createTempDirectory("headrace-roll");
        }
    }

    private RollRig rig;
    private TestChannel channel;

    @BeforeEach
    void setUp() {
        rig = new RollRig(folder).with("sink.partitionHeader", "p");
        channel = new TestChannel(true);
    }

    @AfterEach
    void tearDown() {
        channel.frames().forEach(Frame::release);
    }

    @Test
    void shouldHaveOneFileInTheFolderForAnyValue() throws Exception {
        List<String> values = List.of(
                "a/b",
                "..",
                ".",
                "../../etc/passwd",
                "NUL \0 in it",
                "\n",
                "\u0007",
                "tab\t",
                "ü",
                "\u4e2d\u6587",
                "\ud83d\ude00",
                "%2F",
                "~",
                "UPPER",
                "upper",
                " ",
                "-",
                "x".repeat(100_000),
                "x".repeat(100_001),
                "a-1700000000000-1",
                "*",
                "$(reboot)",
                "\\",
                "con:");
        for (String value : values) {
            channel.add(Map.of("p", value), value);
        }
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 5);
        sink.stop();
        List<String> found = new ArrayList<>();
        for (String name : rig.names()) {
            assertThat(name).matches("[A-Za-z0-9_.%~-]{1,255}").doesNotStartWith(".");
            found.add(rig.content(name));
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(values);
    }

    @Test
    void shouldTreatAnEmptyValueLikeNone() throws Exception {
        channel.add(Map.of("p", ""), "empty;").add(Map.of(), "missing;").add(Map.of("q", "a"), "other;");
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 1);
        sink.stop();
        assertThat(rig.names()).containsExactly("1700000000000-1");
        assertThat(rig.content("1700000000000-1")).isEqualTo("empty;missing;other;");
    }

    @Test
    void shouldLeaveRoomForPrefixAndExtensionInTheLongestName() throws Exception {
        rig.with("sink.pathManager", "rolltime")
                .with("sink.pathManager.prefix", "p".repeat(100))
                .with("sink.pathManager.extension", "e".repeat(28));
        channel.add(Map.of("p", "/".repeat(300)), "one").add(Map.of("p", "/".repeat(301)), "two");
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 1);
        sink.stop();
        assertThat(rig.names()).hasSize(2).allMatch(name -> name.length() <= 255);
    }

    @Test
    void shouldWriteManyValuesThroughFewHandles() throws Exception {
        rig.with("sink.maxOpenFiles", "10");
        int values = 5_000;
        for (int round = 0; round < 3; round++) {
            for (int value = 0; value < values; value++) {
                channel.add(Map.of("p", "v" + value), round + ";");
            }
        }
        FileRollSink sink = rig.start(channel);
        channel.deliver(sink, values);
        channel.deliverOnly(sink, 2 * values);
        channel.drain(sink, 2 * values);
        assertThat(rig.metrics.values().get("OpenFileCount").intValue()).isEqualTo(10);
        // Once a delivery, one of which was taken back, though between two lines of a value came 4,999 others.
        assertThat(rig.metrics.counter("FileSyncCount").get()).isEqualTo(3 * values);
        sink.stop();
        List<String> names = rig.names();
        assertThat(names).hasSize(values);
        for (String name : names) {
            assertThat(rig.content(name)).as(name).isEqualTo("0;1;2;");
        }
    }

    /** The one used last is closed last: two values that alternate beside many others are not opened again. */
    @Test
    void shouldCloseTheLeastRecentlyUsedFile() throws Exception {
        rig.with("sink.maxOpenFiles", "3");
        for (int i = 0; i < 20; i++) {
            channel.add(Map.of("p", "often"), "o").add(Map.of("p", "rare" + i), "r");
        }
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 1);
        assertThat(rig.metrics.counter("ConnectionCreatedCount").get()).isEqualTo(21);
        sink.stop();
    }

    @Test
    void shouldBoundWhatIsInProgressHoweverManyValuesThereAre() throws Exception {
        rig.with("sink.maxOpenFiles", "10").with("sink.maxFilesInProgress", "50");
        for (int value = 0; value < 400; value++) {
            channel.add(Map.of("p", "v" + value, "long", "x"), value + ";");
        }
        FileRollSink sink = rig.start(channel);
        int longestToken = 0;
        while (channel.left() > 0) {
            channel.deliver(sink, 10);
            longestToken = Math.max(longestToken, channel.token().length);
        }
        assertThat(RollToken.decode(channel.token()).files()).hasSizeBetween(50, 80);
        assertThat(longestToken).isLessThan(80 * 120);
        assertThat(rig.names().stream().filter(name -> name.endsWith(".open"))).hasSizeLessThan(80);
        sink.stop();
        assertThat(rig.names()).hasSize(400).noneMatch(name -> name.endsWith(".open"));
    }

    /** Each delivery rolls something, and checkpoints come behind: what an old one covers is completed all the same. */
    @Test
    void shouldCompleteWhatIsCoveredThoughMoreIsRolledAllTheTime() throws Exception {
        rig.with("sink.maxFilesInProgress", "1");
        FileRollSink sink = rig.start(channel);
        channel.checkpointAtOnce = false;
        channel.checkpoint();
        for (int value = 0; value < 30; value++) {
            channel.add(Map.of("p", "v" + value), value + ";");
            if (value % 3 == 0) {
                channel.checkpoint();
            }
            channel.deliver(sink, 1);
        }
        assertThat(rig.names().stream().filter(name -> !name.endsWith(".open"))).hasSizeGreaterThan(20);
        channel.checkpointAtOnce = true;
        channel.checkpoint();
        sink.stop();
        assertThat(rig.names()).hasSize(30);
    }

    @Test
    void shouldKeepTokensShortThoughValuesAreLong() throws Exception {
        channel.add(Map.of("p", "x".repeat(1_000_000)), "one");
        FileRollSink sink = rig.start(channel);
        channel.drain(sink, 1);
        assertThat(channel.token().length).isLessThan(1_000);
        channel.crash();
        FileRollSink next = rig.start(channel);
        channel.add(Map.of("p", "x".repeat(1_000_000)), "two");
        channel.drain(next, 1);
        next.stop();
        assertThat(rig.names()).singleElement().extracting(rig::content).isEqualTo("onetwo");
    }

    @Test
    void shouldGoOnFromATokenOfTheFirstVersion() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(1);
            out.writeLong(5);
            out.writeLong(1_600_000_000_000L);
            out.writeLong(2);
            text(out, rig.folder.toString());
            out.writeInt(1);
            out.writeLong(1);
            out.writeLong(3);
            out.writeLong(1_600_000_000_000L);
            out.writeByte(0);
            text(out, "a/b");
            text(out, "a%2Fb-1600000000000-1");
        }
        Files.createDirectories(rig.folder);
        Files.writeString(rig.folder.resolve("a%2Fb-1600000000000-1.0000000000000005-1.open"), "one, and more");
        channel.recover(bytes.toByteArray());
        FileRollSink sink = rig.start(channel);
        channel.add(Map.of("p", "a/b"), "two");
        channel.drain(sink, 1);
        sink.stop();
        assertThat(rig.names()).containsExactly("a%2Fb-1600000000000-1");
        assertThat(rig.content("a%2Fb-1600000000000-1")).isEqualTo("onetwo");
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
