package io.headrace.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command of {@code headrace wal} on every kind of folder: what it prints where, and its exit code. */
class WalFoldersTest {
    private static final List<String> COMMANDS =
            List.of("status", "check", "cat", "export", "repair", "repair --apply");
    private static final String NOTHING = "nothing to repair";
    private static final String MISSING = "acknowledged data, sequence 7 missing";
    private static final String MISSING_SEGMENT = "acknowledged data, sequences 5 to 8 missing";
    private static final String NO_CHECKPOINT = "no valid checkpoint: ";
    private static final String COPY = "takes a new stream id, duplicates are possible";
    private static final String SLOT = "checkpoint-a: body checksum: does not match";

    @TempDir
    private Path folder;

    /** What a command is to say: on standard output, or on standard error when it begins with {@code !}. */
    private record Row(WalFolderKind kind, String command, int code, String... said) {}

    static Stream<Arguments> rows() {
        List<Row> rows = new ArrayList<>();
        sound(rows, WalFolderKind.HEALTHY, "9 events in at most 9 frames", "sound, 9 frames, 9 events", NOTHING);
        sound(
                rows,
                WalFolderKind.EMPTY_LOG,
                "0 events in at most 0 frames",
                "sound, nothing is waiting in it",
                NOTHING);
        sound(rows, WalFolderKind.TORN, "by nobody, not stopped in order", "torn tail of at least", NOTHING);
        sound(rows, WalFolderKind.ONE_SLOT_BAD, SLOT, SLOT, NOTHING);
        sound(rows, WalFolderKind.COPIED, COPY, COPY, NOTHING);
        String pid = "pid " + ProcessHandle.current().pid();
        rows.add(new Row(WalFolderKind.LIVE, "status", 0, "by " + pid, "9 events in at most"));
        rows.add(new Row(WalFolderKind.LIVE, "check", 0, "sound, 9 frames, 9 events", "open by " + pid));
        rows.add(new Row(WalFolderKind.LIVE, "cat", 0));
        rows.add(new Row(WalFolderKind.LIVE, "export", 0, "!9 events exported"));
        rows.add(new Row(
                WalFolderKind.LIVE, "repair", 1, "!open, by " + pid, "!(expected: a log that nobody has open)"));
        rows.add(new Row(WalFolderKind.LIVE, "repair --apply", 1, "!locked by this process, " + pid));
        rows.add(new Row(WalFolderKind.CORRUPTED, "status", 0, "9 events in at most 9 frames"));
        damaged(rows, WalFolderKind.CORRUPTED, MISSING, "1 sequence missing: 7, 1 event", 8);
        rows.add(new Row(WalFolderKind.SEGMENT_MISSING, "status", 2, "is missing or its header is damaged"));
        damaged(rows, WalFolderKind.SEGMENT_MISSING, MISSING_SEGMENT, "4 sequences missing: 5 to 8, 4 events", 5);
        rows.add(new Row(WalFolderKind.BOTH_SLOTS_BAD, "status", 2, NO_CHECKPOINT, "not known without a checkpoint"));
        damaged(rows, WalFolderKind.BOTH_SLOTS_BAD, NO_CHECKPOINT, "all that is in the segments comes again", 12);
        refused(rows, WalFolderKind.LATER_VERSION, "!checkpoint version: 99 (expected: ");
        refused(rows, WalFolderKind.EMPTY, "!empty (expected: the folder of a log");
        refused(rows, WalFolderKind.FOREIGN, "!no log, but notes.txt (expected: the folder of a log");
        refused(rows, WalFolderKind.FLUME, "!holds log-1, a file of Flume's file channel");
        refused(rows, WalFolderKind.FILE, "!log: a file (expected: the folder of a log");
        refused(rows, WalFolderKind.NOT_THERE, "!no such folder (expected: the folder of a log");
        return rows.stream().map(row -> Arguments.of(row.kind, row.command, row.code, List.of(row.said)));
    }

    private static void sound(List<Row> rows, WalFolderKind kind, String status, String check, String repair) {
        rows.add(new Row(kind, "status", 0, status));
        rows.add(new Row(kind, "check", 0, "sound, ", check));
        rows.add(new Row(kind, "cat", 0));
        rows.add(new Row(kind, "export", 0, "!" + kind.waiting().size() + " events exported"));
        rows.add(new Row(kind, "repair", 0, repair));
        rows.add(new Row(kind, "repair --apply", 0, repair));
    }

    private static void damaged(List<Row> rows, WalFolderKind kind, String fault, String lost, int left) {
        rows.add(new Row(
                kind,
                "check",
                2,
                fault,
                "damaged, 1 place, ",
                "To go on without what is damaged: headrace wal repair"));
        rows.add(new Row(kind, "cat", 2, "!" + fault));
        rows.add(new Row(kind, "export", 2, "!" + fault, "!" + left + " events exported"));
        rows.add(new Row(kind, "repair", 2, fault, lost, "Would be copied aside: ", "nothing was changed"));
        rows.add(new Row(kind, "repair --apply", 0, fault, lost, "Copied aside: ", ": repaired"));
    }

    private static void refused(List<Row> rows, WalFolderKind kind, String why) {
        COMMANDS.forEach(command -> rows.add(new Row(kind, command, 1, why)));
    }

    @ParameterizedTest(name = "{0}: {1} ends with {2}")
    @MethodSource("rows")
    void shouldSayWhatIsThereAndEndWithItsCode(WalFolderKind kind, String command, int code, List<String> said)
            throws IOException {
        try (WalFolderKind.Made made = kind.make(folder.resolve("log"))) {
            Ran ran = run(command, made.log());

            assertThat(ran.code).as(ran::toString).isEqualTo(code);
            for (String text : said) {
                boolean error = text.startsWith("!");
                assertThat(error ? ran.err : ran.out).contains(error ? text.substring(1) : text);
            }
            assertThat(ran.out + ran.err).doesNotContain("Exception", "\tat ");
            if (kind != WalFolderKind.ONE_SLOT_BAD) {
                assertThat(ran.out).doesNotContain("the other slot holds");
            }
            if (code == ExitCode.FAILED) {
                assertThat(ran.out).isEmpty();
                assertThat(ran.err.lines()).singleElement().asString().startsWith("headrace: " + folder.resolve("log"));
            } else if (!command.equals("export") && said.stream().noneMatch(text -> text.startsWith("!"))) {
                assertThat(ran.err).isEmpty();
            }
            if (command.equals("cat") && code != ExitCode.FAILED) {
                assertThat(numbers(ran.out)).isEqualTo(kind.waiting());
            }
        }
    }

    @Test
    void shouldShowEachCommandOnEachKind() {
        assertThat(rows().map(row -> row.get()[0] + " " + row.get()[1]))
                .containsExactlyInAnyOrderElementsOf(Stream.of(WalFolderKind.values())
                        .flatMap(kind -> COMMANDS.stream().map(command -> kind + " " + command))
                        .toList());
    }

    @Test
    void shouldSayOnceThatNoCheckpointTellsOfCursors() throws IOException {
        Path log = WalFolderKind.BOTH_SLOTS_BAD.make(folder.resolve("log")).log();
        Ran ran = run("cursors", log);
        assertThat(ran.code).isEqualTo(ExitCode.INTEGRITY);
        assertThat(ran.err.lines())
                .singleElement()
                .asString()
                .startsWith("headrace: " + log + ": " + NO_CHECKPOINT)
                .containsOnlyOnce(NO_CHECKPOINT.strip());
    }

    @Test
    void shouldSayOfHowManyLostSequencesNobodyKnowsTheEvents() throws IOException {
        Path log = WalFolderKind.SEGMENT_MISSING.make(folder.resolve("log")).log();
        for (String slot : List.of("checkpoint-a", "checkpoint-b")) {
            Files.write(log.resolve(slot), new byte[64]);
        }
        assertThat(run("repair", log).out)
                .contains("4 sequences missing: 5 to 8, 0 events and those of 4 sequences of which nothing says");
        assertThat(run("repair --json", log).out).contains("\"uncountedSequences\" : 4");
    }

    /** What was reported, and only that, is missing afterwards, and the log opens. */
    @ParameterizedTest
    @MethodSource("damaged")
    void shouldGoOnAfterARepairWithAllButWhatWasReported(WalFolderKind kind) throws IOException {
        Path log = kind.make(folder.resolve("log")).log();
        assertThat(run("repair --apply", log).code).isEqualTo(ExitCode.OK);

        Ran check = run("check", log);
        assertThat(check.code).as(check::toString).isEqualTo(ExitCode.OK);
        assertThat(numbers(run("cat", log).out)).isEqualTo(kind.waiting());
        try (Stream<Path> files = Files.list(log)) {
            assertThat(files.map(path -> path.getFileName().toString())).anyMatch(name -> name.startsWith("repair-"));
        }
        int next = 0;
        try (LogMaker maker = new LogMaker(log)) {
            next = (int) maker.log().nextSequence();
            maker.append(1, 10);
        }
        List<Integer> more = new ArrayList<>(kind.waiting());
        more.add(next);
        assertThat(numbers(run("cat", log).out)).isEqualTo(more);
        assertThat(next).isGreaterThan(WalFolderKind.LAST);
    }

    static Stream<WalFolderKind> damaged() {
        return Stream.of(WalFolderKind.CORRUPTED, WalFolderKind.SEGMENT_MISSING, WalFolderKind.BOTH_SLOTS_BAD);
    }

    private record Ran(int code, String out, String err) {}

    private Ran run(String command, Path log) {
        List<String> arguments = new ArrayList<>(List.of("wal"));
        arguments.addAll(List.of(command.split(" ")));
        if (command.equals("export")) {
            arguments.add("--out=" + folder.resolve("exported"));
        }
        arguments.add(log.toString());
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out), new PrintWriter(err, true), arguments.toArray(String[]::new));
        return new Ran(code, out.toString(), err.toString());
    }

    /** The sequences of printed events, which their bodies begin with. */
    private static List<Integer> numbers(String printed) {
        return printed.lines()
                .filter(line -> line.contains(":x"))
                .map(line -> Integer.parseInt(line.substring(0, line.indexOf(':'))))
                .toList();
    }
}
