package io.headrace.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.headrace.wal.CursorState;
import io.headrace.wal.FileStorage;
import io.headrace.wal.LogCheck;
import io.headrace.wal.LogPlace;
import io.headrace.wal.StreamId;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code headrace wal} on every kind of folder: message and exit code. */
class WalCommandTest {
    private static final int VERSION_OFFSET = 8;

    @TempDir
    private Path folder;

    private Path log;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void name() {
        log = folder.resolve("c1/log");
    }

    @Test
    void shouldFindAHealthyLogSoundFromItsParent() throws IOException {
        healthy();
        assertThat(run("wal", "check", folder.resolve("c1").toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains(log + ": sound, 47 frames, 47 events", "up to sequence 50");
        assertThat(err.toString()).isEmpty();
        assertThat(run("wal", "status", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("by nobody, stopped in order", "low water 3, durable 50, last 50")
                .contains("47 events in at most 47 frames", "50 accepted = 3 delivered + 47 held + 0 dropped");
        assertThat(run("wal", "status", "--json", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("\"backlogEvents\" : 47", "\"holder\" : null", "\"lowWater\" : 3");
        assertThat(run("wal", "repair", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("nothing to repair");
    }

    @Test
    void shouldShowCursorsAndDropOneOnlyWhenTold() throws IOException {
        try (LogMaker maker = new LogMaker(log)) {
            maker.append(50, 5000);
            CursorState audit =
                    new CursorState("audit", new StreamId(1, 2), "oldest", 10, System.currentTimeMillis() - 3_600_000);
            maker.log().state().cursors().put("audit", audit);
            maker.checkpoint(30);
            assertThat(run("wal", "cursors", "--drop", "audit", "--apply", log.toString()))
                    .isEqualTo(ExitCode.FAILED);
            assertThat(err.toString()).contains("pid " + ProcessHandle.current().pid());
            maker.stop();
        }
        assertThat(run("wal", "status", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("1 beside the sinks'", "audit  from sequence 11, at most 40 frames");
        assertThat(run("wal", "cursors", "--json", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("\"name\" : \"audit\"", "\"lowWater\" : 10", "\"dropped\" : null");
        assertThat(run("wal", "cursors", "--drop", "audti", log.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--drop audti (expected: one of audit)");
        out.getBuffer().setLength(0);
        assertThat(run("wal", "cursors", "--drop", "audit", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("sinks  from sequence 31, at most 20 frames to come")
                .contains("made with start = oldest, used 1 h 0 min ago")
                .contains("Nothing was changed");
        assertThat(run("wal", "cursors", "--drop", "audit", "--apply", log.toString()))
                .isEqualTo(ExitCode.OK);
        out.getBuffer().setLength(0);
        assertThat(run("wal", "cursors", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).doesNotContain("audit");
        try (LogMaker maker = new LogMaker(log)) {
            assertThat(maker.log().state().cursors()).isEmpty();
            assertThat(maker.log().recovery().cleanStop()).isTrue();
            assertThat(maker.log().state().committed().floor()).isEqualTo(30);
        }
    }

    @Test
    void shouldTellATornTailWithoutCallingItDamage() throws IOException {
        try (LogMaker maker = new LogMaker(log)) {
            maker.append(10, 100).checkpoint(0).append(5, 100);
        }
        Path segment = segment(1);
        String text = Files.readString(segment, StandardCharsets.ISO_8859_1);
        flip(segment, text.indexOf("14:xxx"));

        assertThat(run("wal", "check", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("sound, 13 frames", segment + ":", "torn tail of at least");
        assertThat(run("wal", "check", "--json", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("\"tornTail\"", "\"sound\" : true");
        assertThat(run("wal", "repair", "--apply", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("nothing to repair");
    }

    @Test
    void shouldTellWhatIsDamagedAndRepairItOnlyWhenTold() throws IOException {
        healthy();
        Path segment = segment(2);
        int at = Files.readString(segment, StandardCharsets.ISO_8859_1).indexOf(":xxxx");
        long lost = Long.parseLong(
                Files.readString(segment, StandardCharsets.ISO_8859_1).substring(at - 2, at));
        flip(segment, at + 9);
        byte[] damaged = Files.readAllBytes(segment);

        assertThat(run("wal", "check", log.toString())).isEqualTo(ExitCode.INTEGRITY);
        assertThat(out.toString())
                .contains(segment + ":4096: damaged up to ", "acknowledged data, sequence " + lost + " missing")
                .contains("1 sequence missing: " + lost)
                .contains("headrace wal repair " + log);
        assertThat(run("wal", "check", "--json", log.toString())).isEqualTo(ExitCode.INTEGRITY);
        assertThat(out.toString()).contains("\"sound\" : false", "\"offset\" : 4096", "\"first\" : " + lost);
        assertThat(run("wal", "cat", log.toString())).isEqualTo(ExitCode.INTEGRITY);
        assertThat(err.toString()).contains("headrace: " + segment + ":4096: damaged");
        assertThat(out.toString().lines().filter(line -> line.contains(":xxxx")))
                .hasSize(46)
                .noneMatch(line -> line.startsWith(lost + ":"));

        out.getBuffer().setLength(0);
        assertThat(run("wal", "repair", log.toString())).isEqualTo(ExitCode.INTEGRITY);
        assertThat(out.toString())
                .contains("Would be lost: 1 place, 1 sequence missing: " + lost + ", 1 event")
                .contains("Would be copied aside: " + segment, "nothing was changed", "--apply");
        assertThat(segment).hasBinaryContent(damaged);
        assertThat(run("wal", "repair", "--apply", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("Lost: 1 place", log + ": repaired");
        try (Stream<Path> aside = Files.walk(log)) {
            assertThat(aside.filter(path ->
                                    path.getParent().getFileName().toString().startsWith("repair-"))
                            .map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            segment.getFileName().toString(), "checkpoint-a", "checkpoint-b", "identity");
        }
        assertThat(run("wal", "check", log.toString())).isEqualTo(ExitCode.OK);
        try (LogMaker maker = new LogMaker(log)) {
            assertThat(maker.log().state().dropped()).containsEntry("damaged", 1L);
        }
        out.getBuffer().setLength(0);
        assertThat(run("wal", "cat", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString().lines().map(line -> Integer.parseInt(line.substring(0, line.indexOf(':')))))
                .containsExactlyElementsOf(IntStream.rangeClosed(4, 50)
                        .filter(sequence -> sequence != lost)
                        .boxed()
                        .toList());
    }

    @Test
    void shouldTellAMissingSegmentAndBothSlotsBad() throws IOException {
        healthy();
        Files.delete(segment(2));
        assertThat(run("wal", "check", log.toString())).isEqualTo(ExitCode.INTEGRITY);
        assertThat(out.toString()).contains(segment(2) + ": segment: missing", "acknowledged data, sequences ");
        assertThat(run("wal", "status", log.toString())).isEqualTo(ExitCode.INTEGRITY);
        assertThat(out.toString()).contains(segment(2) + " is missing or its header is damaged");

        flip(log.resolve("checkpoint-a"), 40);
        flip(log.resolve("checkpoint-b"), 40);
        assertThat(run("wal", "check", log.toString())).isEqualTo(ExitCode.INTEGRITY);
        assertThat(out.toString()).contains("no valid checkpoint", "what of the log is committed is not known");
        assertThat(run("wal", "status", log.toString())).isEqualTo(ExitCode.INTEGRITY);
        assertThat(run("wal", "repair", "--apply", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(run("wal", "check", log.toString())).isEqualTo(ExitCode.OK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "check", "cat", "export", "repair"})
    void shouldRefuseWhatIsNoLog(String command) throws IOException {
        assertThat(run("wal", command, folder.resolve("none").toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("none: no such folder");
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertThat(run("wal", command, empty.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("empty: empty (expected: the folder of a log");
        Files.writeString(empty.resolve("notes.txt"), "x");
        assertThat(run("wal", command, empty.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("no log, but notes.txt");
        Path flume = Files.createDirectories(folder.resolve("flume/data"));
        Files.writeString(flume.resolve("log-1"), "x");
        Files.writeString(flume.resolve("log-1.meta"), "x");
        assertThat(run("wal", command, flume.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(run("wal", command, flume.getParent().toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString())
                .contains("log-1, a file of Flume's file channel")
                .doesNotContain("\tat ");
        assertThat(run("wal", command)).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void shouldAskWhichOfSeveralLogs() throws IOException {
        new LogMaker(log).append(1, 10).stop();
        new LogMaker(folder.resolve("c1/other")).append(1, 10).stop();
        assertThat(run("wal", "status", folder.resolve("c1").toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("holds 2 logs", "other", "(expected: one of them)");
    }

    @Test
    void shouldSayThatALogIsACopy() throws IOException {
        healthy();
        Path copy = folder.resolve("copy");
        Files.createDirectory(copy);
        try (Stream<Path> files = Files.list(log)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        assertThat(run("wal", "status", copy.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("a copy, moved or restored", "takes a new stream id", "inode");
        assertThat(run("wal", "check", copy.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("sound, 47 frames", copy + ": a copy, moved or restored");
    }

    @Test
    void shouldRefuseALaterVersionByName() throws IOException {
        healthy();
        for (String slot : List.of("checkpoint-a", "checkpoint-b")) {
            laterVersion(log.resolve(slot));
        }
        for (String command : List.of("status", "check", "cat", "export", "repair")) {
            assertThat(run("wal", command, log.toString())).isEqualTo(ExitCode.FAILED);
        }
        assertThat(err.toString())
                .contains("checkpoint version: 99 (expected: ")
                .doesNotContain("Exception");
    }

    @Test
    void shouldLookIntoAnOpenLogAndRefuseToRepairIt() throws IOException {
        try (LogMaker maker = new LogMaker(log)) {
            maker.append(50, 20_000).checkpoint(3).append(2, 100);
            assertThat(run("wal", "check", log.toString())).isEqualTo(ExitCode.OK);
            assertThat(out.toString())
                    .contains(
                            "sound, 47 frames",
                            "open by pid " + ProcessHandle.current().pid());
            assertThat(run("wal", "status", log.toString())).isEqualTo(ExitCode.OK);
            assertThat(out.toString())
                    .contains("by pid " + ProcessHandle.current().pid(), "durable 50, last 50");
            assertThat(run("wal", "repair", "--apply", log.toString())).isEqualTo(ExitCode.FAILED);
            assertThat(err.toString()).contains("locked by this process");
            assertThat(run("wal", "repair", log.toString())).isEqualTo(ExitCode.FAILED);
            assertThat(err.toString()).contains("(expected: a log that nobody has open)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cat", "export"})
    void shouldEndBesideAnAgentAtWhatWasDurableWhenItBegan(String command) throws IOException {
        try (LogMaker maker = new LogMaker(log)) {
            maker.append(20, 1_000).checkpoint(3).append(2, 100);
            Path file = folder.resolve("waiting");
            if (command.equals("export")) {
                assertThat(run("wal", command, "--out", file.toString(), log.toString()))
                        .isEqualTo(ExitCode.OK);
                assertThat(Files.readAllLines(file)).hasSize(17);
            } else {
                assertThat(lines("wal", command, log.toString())).hasSize(17);
            }
        }
    }

    @Test
    void shouldSayWhatOnlyACursorMisses() throws IOException {
        try (LogMaker maker = new LogMaker(log)) {
            maker.append(50, 20_000);
            maker.log().state().cursors().put("audit", new CursorState("audit", new StreamId(1, 2), "oldest", 0, 1));
            maker.checkpoint(40).stop();
        }
        flip(segment(1), 4096 + 1000);
        assertThat(run("wal", "check", log.toString())).isEqualTo(ExitCode.INTEGRITY);
        assertThat(out.toString())
                .contains("acknowledged data, nothing missing; on cursor audit sequence 1")
                .contains("Missing on cursor audit: 1 sequence: 1");
        assertThat(run("wal", "check", "--json", log.toString())).isEqualTo(ExitCode.INTEGRITY);
        assertThat(out.toString().replaceAll("\\s", ""))
                .contains("\"lost\":[],\"lostOnCursors\":{\"audit\":[{\"first\":1,\"last\":1}]}");
        assertThat(run("wal", "repair", "--apply", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("Lost on cursor audit: 1 sequence: 1", "0 events, counted as dropped");
        assertThat(run("wal", "check", log.toString())).isEqualTo(ExitCode.OK);
    }

    @Test
    @Timeout(30)
    void shouldEndACheckAtWhatWasDurableWhenItBegan() throws IOException {
        try (LogMaker maker = new LogMaker(log)) {
            maker.append(20, 1_000).checkpoint(3).append(2, 100);
            FileStorage storage = new FileStorage();
            LogCheck check = LogCheck.run(storage, LogPlace.find(storage, log, null), (bytes, ofBytes) -> {
                try {
                    maker.append(1, 1_000);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThat(check.frames()).isEqualTo(17);
            assertThat(check.last()).isEqualTo(20);
        }
    }

    @Test
    @Timeout(30)
    void shouldSayTheStatusAgainUntilItsReaderIsGone() throws IOException {
        healthy();
        StringWriter seen = new StringWriter();
        PrintWriter gone = new PrintWriter(seen) {
            @Override
            public boolean checkError() {
                return seen.toString().split("stream id", -1).length > 2;
            }
        };
        assertThat(Main.run(gone, new PrintWriter(err, true), "wal", "status", "--watch", "1", log.toString()))
                .isEqualTo(ExitCode.OK);
        assertThat(seen.toString().split("stream id", -1)).hasSize(3);
        assertThat(run("wal", "status", "--watch", "0", log.toString())).isEqualTo(ExitCode.USAGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--watch LOG", "LOG --watch", "--watch=1 LOG", "--watch --json LOG"})
    @Timeout(30)
    void shouldTakeTheFolderBehindWatchForAFolder(String arguments) throws IOException {
        healthy();
        StringWriter seen = new StringWriter();
        AtomicInteger looks = new AtomicInteger();
        PrintWriter gone = new PrintWriter(seen) {
            @Override
            public boolean checkError() {
                looks.incrementAndGet();
                return true;
            }
        };
        String[] all = ("wal status " + arguments).split(" ");
        Arrays.setAll(all, i -> all[i].equals("LOG") ? log.toString() : all[i]);
        assertThat(Main.run(gone, new PrintWriter(err, true), all))
                .as(err::toString)
                .isEqualTo(ExitCode.OK);
        assertThat(seen.toString()).containsIgnoringCase("durable");
        assertThat(looks).as("asked whether to go on").hasPositiveValue();
    }

    @Test
    void shouldFindTheFoldersOfALogThatHasSeveral() throws IOException {
        Path second = folder.resolve("c2/log");
        try (LogMaker maker = new LogMaker(log, second)) {
            maker.append(50, 20_000).checkpoint(3);
        }
        assertThat(run("wal", "check", second.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains(log + ": sound, 47 frames");
        Files.move(second, folder.resolve("away"));
        assertThat(run("wal", "check", log.toString())).isEqualTo(ExitCode.INTEGRITY);
        assertThat(run("wal", "status", log.toString())).isEqualTo(ExitCode.INTEGRITY);
        assertThat(out.toString()).contains(second + " is not there");
        assertThat(run("wal", "repair", "--apply", log.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains(second + ": not there", "is the disk mounted?");
    }

    @Test
    void shouldPrintOneLineAnEventWhateverItsBody() throws IOException {
        try (LogMaker maker = new LogMaker(log)) {
            maker.append("a\nb\\\t\u001b[31m\u202e größe".getBytes(StandardCharsets.UTF_8), Map.of("k", "v\n"));
            maker.append(new byte[] {'x', (byte) 0xff, 'y'}, Map.of());
            maker.append(new byte[0], Map.of("k", "w"));
            maker.checkpoint(0);
        }
        assertThat(run("wal", "cat", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString().lines()).containsExactly("a\\nb\\\\\\t\\x1b[31m\\u202e größe", "x\\xffy", "");
        assertThat(lines("wal", "cat", "--hex", "--from", "2", "--limit", "1", log.toString()))
                .containsExactly("78ff79");
        assertThat(lines("wal", "cat", "--where", "k=w", "--headers", log.toString()))
                .singleElement()
                .asString()
                .startsWith("3.0 20")
                .endsWith("Z {k=w} ");
        assertThat(lines("wal", "cat", "--json", log.toString()))
                .hasSize(3)
                .anyMatch(line -> line.contains("\"sequence\":1,\"index\":0,\"time\":\"20")
                        && line.contains("\"headers\":{\"k\":\"v\\n\"},\"body\":\"a\\nb\\\\\\t\\u001B[31m"))
                .anyMatch(line -> line.contains("\"bodyBase64\":\"eP95\""));
        for (String option : List.of("--where=k", "--limit=-1", "--from=0")) {
            assertThat(run("wal", "cat", option, log.toString())).isEqualTo(ExitCode.USAGE);
        }
        assertThat(run("wal", "cat", "--json", "--hex", log.toString())).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void shouldReadFramesThatZstdCompressed() throws IOException {
        try (LogMaker maker = new LogMaker(log)) {
            maker.append(10, 2_000);
            maker.compressing().append(10, 2_000);
            maker.checkpoint(0);
        }
        assertThat(run("wal", "check", log.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("sound, 20 frames, 20 events");
        List<String> bodies = lines("wal", "cat", log.toString());
        assertThat(bodies).hasSize(20).last().isEqualTo("20:" + "x".repeat(2_000));
        assertThat(lines("wal", "cat", "--where", "host=h1", log.toString()))
                .isEqualTo(bodies.stream()
                        .filter(line -> Integer.parseInt(line.substring(0, line.indexOf(':'))) % 2 == 1)
                        .toList());
        Path file = folder.resolve("raw");
        assertThat(run("wal", "export", "--raw", "--out", file.toString(), log.toString()))
                .isEqualTo(ExitCode.OK);
        assertThat(Files.readAllLines(file)).isEqualTo(bodies);
        assertThat(lines("wal", "cat", "--json", log.toString()))
                .hasSize(20)
                .last()
                .asString()
                .contains("\"headers\":{\"host\":\"h0\"},\"body\":\"20:xxx");
    }

    @Test
    void shouldNameTheFileThatCannotTakeAnExport() throws IOException {
        assumeThat(Path.of("/dev/full")).exists();
        healthy();
        assertThat(run("wal", "export", "--out", "/dev/full", log.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString().strip()).isEqualTo("headrace: /dev/full: No space left on device");
    }

    @Test
    void shouldExportEverythingThatWaits() throws IOException {
        healthy();
        Path file = folder.resolve("waiting");
        assertThat(run("wal", "export", "--out", file.toString(), log.toString()))
                .isEqualTo(ExitCode.OK);
        assertThat(err.toString()).isEqualTo("47 events exported" + System.lineSeparator());
        assertThat(Files.readAllLines(file)).hasSize(47).allMatch(line -> line.startsWith("{\"sequence\":"));
        assertThat(run("wal", "export", "--raw", "--out", file.toString(), log.toString()))
                .isEqualTo(ExitCode.OK);
        assertThat(Files.readAllLines(file)).hasSize(47).first().asString().startsWith("4:xxx");
        assertThat(run("wal", "export", "--committed", "--out", file.toString(), log.toString()))
                .isEqualTo(ExitCode.OK);
        assertThat(Files.readAllLines(file)).hasSize(50);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    @Timeout(30)
    void shouldFollowWhatComes() throws Exception {
        try (LogMaker maker = new LogMaker(log)) {
            maker.append(3, 20_000).checkpoint(0);
            Thread follower =
                    new Thread(() -> run("wal", "cat", "--follow", "--from", "2", "--limit", "40", log.toString()));
            follower.start();
            for (int i = 0; i < 38; i++) {
                maker.append(1, 20_000);
            }
            follower.join();
            assertThat(out.toString().lines().map(line -> Integer.parseInt(line.substring(0, line.indexOf(':')))))
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(2, 41).boxed().toList());
        }
    }

    private void healthy() throws IOException {
        new LogMaker(log).append(50, 20_000).checkpoint(3).stop();
    }

    private Path segment(int index) {
        return log.resolve(String.format("%016x.wal", index));
    }

    private static void flip(Path file, long at) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int old = bytes.read();
            bytes.seek(at);
            bytes.write(old ^ 4);
        }
    }

    /** Another version with a header checksum that holds. */
    private static void laterVersion(Path slot) throws IOException {
        java.nio.ByteBuffer bytes =
                java.nio.ByteBuffer.wrap(Files.readAllBytes(slot)).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(VERSION_OFFSET, 99);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(bytes.array(), 0, 28);
        bytes.putInt(28, (int) crc.getValue());
        Files.write(slot, bytes.array());
    }

    private List<String> lines(String... arguments) {
        out.getBuffer().setLength(0);
        assertThat(run(arguments)).as(err::toString).isEqualTo(ExitCode.OK);
        return out.toString().lines().toList();
    }

    private int run(String... arguments) {
        return Main.run(new PrintWriter(out), new PrintWriter(err, true), arguments);
    }
}
