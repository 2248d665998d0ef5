package io.headrace.engine.source.taildir;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Flume's position file: taken over, kept, and set aside when it is damaged. */
class TaildirPositionsTest extends TailRigTest {
    static Stream<String> damaged() {
        Random random = new Random(3);
        Stream<String> noise = random.longs(20).mapToObj(seed -> {
            byte[] bytes = new byte[200];
            new Random(seed).nextBytes(bytes);
            return new String(bytes, ISO_8859_1);
        });
        return Stream.concat(
                Stream.of(
                        "",
                        " \n",
                        "\0".repeat(100),
                        "\0\0\u00fe\u00ff\u00ff\u00ff\u00ff\u00ff",
                        "[",
                        "[{\"inode\":1,\"pos\":1,\"file\":\"/a\"}",
                        "[{\"inode\":1,\"pos\":1,\"file\":\"/a",
                        "[{\"inode\":1,\"pos\":1,\"file\":\"/a\"}] and more",
                        "{\"inode\":1,\"pos\":1,\"file\":\"/a\"}",
                        "null",
                        "[1, 2]",
                        "[{\"inode\":\"1\",\"pos\":1,\"file\":\"/a\"}]",
                        "[{\"inode\":1,\"pos\":1.5,\"file\":\"/a\"}]",
                        "[{\"inode\":1,\"pos\":-1,\"file\":\"/a\"}]",
                        "[{\"inode\":1,\"pos\":99999999999999999999,\"file\":\"/a\"}]",
                        "[{\"inode\":1,\"pos\":1,\"file\":7}]",
                        "[{\"inode\":1,\"pos\":1,\"file\":null}]",
                        "[{\"inode\":1,\"pos\":1,\"file\":{\"a\":[]}}]",
                        "[{\"inode\":1,\"pos\":1}]",
                        "[{}]"),
                noise);
    }

    @ParameterizedTest
    @MethodSource("damaged")
    void shouldSetDamagedFileAsideAndGoOnFromTheChannel(String content) throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.source.stop();
        rig.channel.restart();
        Files.write(rig.positions, content.getBytes(ISO_8859_1));
        rig.write("a.log", "two\n");
        try (Warnings warnings = new Warnings()) {
            rig.start().poll();
            assertThat(warnings.messages())
                    .singleElement()
                    .asString()
                    .contains(rig.positions.toString())
                    .contains("set aside as");
        }
        assertThat(rig.channel.texts()).containsExactly("one", "two");
        rig.channel.makeSafe();
        rig.clock.advanceMillis(3_000);
        rig.poll();
        assertThat(new PositionFile(rig.positions).read())
                .singleElement()
                .satisfies(entry -> assertThat(entry.position()).isEqualTo(8));
        try (Stream<Path> files = Files.list(rig.positions.getParent())) {
            List<Path> aside = files.filter(path -> path.toString().contains("positions.json.damaged-"))
                    .toList();
            assertThat(aside).singleElement().satisfies(path -> assertThat(Files.readAllBytes(path))
                    .isEqualTo(content.getBytes(ISO_8859_1)));
        }
    }

    @Test
    void shouldKeepBothOfTwoFilesThatWereSetAside() throws IOException {
        rig.write("a.log", "one\n");
        for (int i = 0; i < 2; i++) {
            Files.createDirectories(rig.positions.getParent());
            Files.writeString(rig.positions, "damage " + i);
            rig.start();
        }
        try (Stream<Path> files = Files.list(rig.positions.getParent())) {
            assertThat(files.filter(path -> path.toString().contains(".damaged-")))
                    .hasSize(2);
        }
    }

    @Test
    void shouldTakeOverFromFlume() throws IOException {
        Path read = rig.write("a.log", "one\ntwo\n");
        Path half = rig.write("b.log", "three\nfour\n");
        Path other = rig.write("c.log", "five\nsix\n");
        rig.write("d.log", "seven\n");
        Path shorter = rig.write("e.log", "8\n");
        Files.createDirectories(rig.positions.getParent());
        // Gson writes one line, Flume one object a file; a position beyond the end means a truncated file.
        Files.writeString(
                rig.positions,
                "[{\"inode\":" + inode(read) + ",\"pos\":8,\"file\":\"" + read + "\"},"
                        + "{\"inode\":" + inode(half) + ",\"pos\":6,\"file\":\"" + half + "\"},"
                        + "{\"inode\":" + inode(other) + ",\"pos\":5,\"file\":\"/elsewhere/c.log\"},"
                        + "{\"inode\":" + inode(shorter) + ",\"pos\":500,\"file\":\"" + shorter + "\"},"
                        + "{\"inode\":1,\"pos\":77,\"file\":\"/gone.log\"}]");
        rig.start().poll();
        assertThat(rig.channel.texts()).containsExactlyInAnyOrder("four", "five", "six", "seven", "8");
    }

    @Test
    void shouldLeaveTheOldContentWhenItDiesWhileWriting() throws IOException {
        rig.write("a.log", "one\n");
        rig.start().poll();
        rig.channel.makeSafe();
        rig.clock.advanceMillis(3_000);
        rig.poll();
        byte[] before = Files.readAllBytes(rig.positions);
        // What a process leaves that is killed before it renames.
        Files.writeString(rig.positions.resolveSibling("positions.json.tmp"), "[{\"ino");
        rig.restart();
        assertThat(Files.readAllBytes(rig.positions)).isEqualTo(before);
        rig.write("a.log", "two\n");
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "two");
    }

    private static long inode(Path path) throws IOException {
        return FileId.of(path).id().inode();
    }
}
