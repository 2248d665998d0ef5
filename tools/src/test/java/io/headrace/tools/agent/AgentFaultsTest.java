package io.headrace.tools.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.tools.ExitCode;
import io.headrace.tools.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can go wrong around an agent: one message that says what and where, the others run, nothing is lost. */
@Timeout(120)
@Tag("slow")
class AgentFaultsTest {
    private static final int LINES = 2_000;
    private static final String DEBUG = "-Dheadrace.log.level=debug";

    @TempDir
    private Path folder;

    private Path input;
    private Path output;
    private Path log;
    private RunningAgent agent;
    private final StringWriter said = new StringWriter();

    @BeforeEach
    void prepare() throws IOException {
        input = Files.createDirectories(folder.resolve("in")).resolve("a.log");
        output = Files.createDirectories(folder.resolve("out"));
        log = folder.resolve("log");
        Files.write(input, lines(LINES));
    }

    @AfterEach
    void stop() {
        if (agent != null) {
            agent.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a1.sources.tail.type = TAILDIRR",
                "a1.sources.tail.filegroups.logs = /x/([",
                "a1.sources.tail.batchSize = many",
                "a1.sources.tail.interceptors = i\na1.sources.tail.interceptors.i.type = nobody",
                "a1.sources.tail.selector.type = multiplexing\na1.sources.tail.selector.mapping.x = nowhere",
                "a1.channels.kept.capacity = -1",
                "a1.channels.kept.sync = sometimes",
                "a1.sinks.roll.channel = nowhere",
                "a1.sinks.roll.sink.serializer = nobody",
                "a1.sinks.roll.sink.batchSize = 1000000"
            })
    void shouldExit78BeforeAnythingStartsWhenTheConfigurationIsBroken(String broken) throws Exception {
        agent = RunningAgent.start(configuration(broken), "--metrics-port", "0");

        assertThat(agent.exitCode()).as(agent::text).isEqualTo(ExitCode.CONFIGURATION);

        String key = broken.substring(broken.lastIndexOf('\n') + 1, broken.lastIndexOf(" ="));
        List<String> errors = agent.complaints().stream()
                .filter(line -> !line.contains("warning"))
                .toList();
        assertThat(errors).as(agent::text).hasSize(1);
        assertThat(errors.get(0)).contains("a1.conf:").contains(key.substring(0, key.lastIndexOf('.')));
        assertThat(log).doesNotExist();
        assertThat(output).isEmptyDirectory();
        assertThat(folder.resolve("positions.json")).doesNotExist();
        assertThat(agent.count("metrics and health")).isZero();
        assertThat(agent.count("\tat ")).isZero();
    }

    @Test
    void shouldRunTheOthersWhileAPortIsInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            agent = RunningAgent.start(configuration("""
                            a1.sources = tail link
                            a1.sources.link.type = link
                            a1.sources.link.channels = kept
                            a1.sources.link.bind = 127.0.0.1
                            a1.sources.link.port = %d
                            """.formatted(taken.getLocalPort())), "--metrics-port", "0");
            agent.awaitHealth(503, "source link: retrying: 127.0.0.1:" + taken.getLocalPort() + ": the port is in use");
            awaitDelivered(LINES);
            agent.awaitHealth(503, "\"reasons\":[\"source link: retrying");
        }

        agent.awaitHealth(200, "\"reasons\":[]");

        assertThat(agent.complaints()).hasSize(1);
        assertThat(agent.complaints().get(0)).contains("ERROR", "source link: 127.0.0.1:", "the port is in use");
        assertThat(agent.count("source link: works again")).isOne();
        assertThat(agent.stop()).isZero();
        assertDelivered(LINES);
    }

    @Test
    void shouldRunWhileTheMetricsPortIsInUseAndServeItWhenItIsFree() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            agent = RunningAgent.start(configuration(""), "--metrics-port", Integer.toString(taken.getLocalPort()));
            awaitDelivered(LINES);
            assertThat(agent.complaints()).hasSize(1);
            assertThat(agent.complaints().get(0))
                    .contains("no metrics and health: 127.0.0.1:" + taken.getLocalPort() + ": the port is in use");
        }

        agent.awaitHealth(200, "\"healthy\":true");
        assertThat(agent.complaints()).hasSize(1);
    }

    @Test
    void shouldDeliverWhenTheFolderOfASinkCanBeUsedAtLast() throws Exception {
        Files.delete(output);
        Files.writeString(output, "no folder");
        agent = RunningAgent.start(configuration(""), "--metrics-port", "0");
        agent.awaitHealth(503, "sink roll: retrying: sink.directory: " + output);
        await().until(() -> agent.metric("CHANNEL.kept", "ChannelSize") == LINES);

        Files.delete(output);
        Files.createDirectory(output);

        agent.awaitHealth(200, "\"healthy\":true");
        awaitDelivered(LINES);
        assertThat(agent.stop()).isZero();
        assertThat(agent.complaints()).as(agent::text).hasSize(1);
        assertThat(agent.complaints().get(0)).contains("ERROR", "sink roll: sink.directory: " + output);
        assertDelivered(LINES);
    }

    @Test
    void shouldOpenAChannelWhoseFolderCanBeUsedAtLast() throws Exception {
        Files.writeString(log, "no folder");
        agent = RunningAgent.start(
                configuration("a1.channels.kept.dataDirs = " + log + "/data"), "--metrics-port", "0", DEBUG);
        agent.awaitHealth(503, "channel kept: retrying: " + log);
        // More tries than a failing device gets.
        awaitTries("channel kept", 4);
        agent.awaitHealth(503, "channel kept: retrying: " + log);
        agent.awaitHealth(503, "source tail: starting: waits for channel kept");

        Files.delete(log);

        agent.awaitHealth(200, "\"healthy\":true");
        awaitDelivered(LINES);
        assertThat(agent.stop()).isZero();
        assertThat(agent.complaints()).as(agent::text).hasSize(1);
        assertDelivered(LINES);
    }

    @Test
    void shouldTailWhenTheFolderOfThePositionFileCanBeUsedAtLast() throws Exception {
        Path positions = folder.resolve("positions");
        Files.writeString(positions, "no folder");
        agent = RunningAgent.start(
                configuration("a1.sources.tail.positionFile = " + positions + "/p.json"), "--metrics-port", "0");
        agent.awaitHealth(503, "source tail: retrying: " + positions + "/p.json: Not a directory");

        Files.delete(positions);

        agent.awaitHealth(200, "\"healthy\":true");
        awaitDelivered(LINES);
        assertThat(agent.stop()).isZero();
        assertThat(agent.complaints()).as(agent::text).hasSize(1);
        assertDelivered(LINES);
    }

    /** What a folder without the right to write to it does, for whatever user. */
    @Test
    void shouldSayOnceThatPositionsCannotBeWritten() throws Exception {
        Path temporary = folder.resolve("positions.json.tail.inputs.tmp");
        Files.createDirectories(temporary.resolve("full"));
        agent = RunningAgent.start(configuration(""), "--metrics-port", "0", DEBUG);
        awaitTries("source tail", 4);
        agent.awaitHealth(503, "source tail: retrying: " + temporary);
        assertThat(agent.complaints()).as(agent::text).hasSize(1);

        Files.delete(temporary.resolve("full"));
        Files.delete(temporary);

        agent.awaitHealth(200, "\"healthy\":true");
        awaitDelivered(LINES);
        assertThat(agent.stop()).isZero();
        assertThat(agent.complaints()).as(agent::text).hasSize(1);
        assertDelivered(LINES);
    }

    @Test
    void shouldSetADamagedPositionFileAsideAndTakeThePositionsOfTheChannel() throws Exception {
        agent = RunningAgent.start(configuration(""));
        awaitDelivered(LINES);
        assertThat(agent.stop()).isZero();
        Path positions = folder.resolve("positions.json");
        assertThat(positions).isNotEmptyFile();
        Files.writeString(positions, "[{\"inode\": 17, \"po");
        Files.write(input, lines(LINES + 100));

        agent = RunningAgent.start(configuration(""), "--metrics-port", "0");

        awaitDelivered(LINES + 100);
        agent.awaitHealth(200, "\"healthy\":true");
        assertThat(agent.stop()).isZero();
        assertThat(agent.complaints()).as(agent::text).hasSize(1);
        assertThat(agent.complaints().get(0)).contains("WARN", positions.toString(), "set aside as ", "channels");
        assertDelivered(LINES + 100);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.filter(file -> file.toString().contains("positions.json.damaged")))
                    .singleElement()
                    .satisfies(aside -> assertThat(aside).hasContent("[{\"inode\": 17, \"po"));
        }
    }

    @Test
    void shouldExit1WithAReportWhenALogIsDamaged() throws Exception {
        keepEverythingInTheLog();
        Path segment = segment();
        flip(segment, 20);

        agent = RunningAgent.start(configuration(""), "--metrics-port", "0");

        assertThat(agent.exitCode()).as(agent::text).isEqualTo(ExitCode.FAILED);
        assertThat(agent.complaints()).as(agent::text).hasSize(1);
        assertThat(agent.complaints().get(0))
                .startsWith("headrace: channel kept: ")
                .contains(segment.getFileName().toString(), "sequences", "nothing was changed")
                .endsWith("headrace wal repair " + log);
        assertThat(agent.count("\tat ")).isZero();

        // Nothing was changed indeed: with the byte as it was, every line is there.
        flip(segment, 20);
        agent = RunningAgent.start(configuration(""));
        awaitDelivered(LINES);
        assertThat(agent.stop()).isZero();
        assertDelivered(LINES);
    }

    @Test
    void shouldExit1WhenOneLogOfSeveralIsDamaged() throws Exception {
        keepEverythingInTheLog();
        flip(segment(), 20);

        agent = RunningAgent.start(configuration("""
                a1.channels = other kept
                a1.sources.tail.channels = kept other
                a1.channels.other.type = memory
                """));

        assertThat(agent.exitCode()).as(agent::text).isEqualTo(ExitCode.FAILED);
        assertThat(output).isEmptyDirectory();
    }

    @Test
    void shouldDeliverAllButWhatARepairReportedAsLost() throws Exception {
        Files.write(input, lines(500));
        awaitHeld(500);
        Files.write(input, lines(LINES));
        keepEverythingInTheLog();
        Map<String, List<String>> before = bySequence();
        assertThat(before).hasSizeGreaterThan(2);
        flip(segment(), Files.readString(segment(), StandardCharsets.ISO_8859_1).indexOf("line 700"));
        assertThat(wal("check")).isEqualTo(ExitCode.INTEGRITY);
        String reported = said.toString();

        assertThat(wal("repair", "--apply")).as(said::toString).isEqualTo(ExitCode.OK);

        Map<String, List<String>> after = bySequence();
        List<String> lost = before.keySet().stream()
                .filter(sequence -> !after.containsKey(sequence))
                .toList();
        assertThat(lost).hasSize(1);
        assertThat(before.get(lost.get(0))).contains("line 700");
        assertThat(reported).contains("1 sequence missing: " + lost.get(0) + ";");
        agent = RunningAgent.start(configuration(""));
        awaitDelivered(LINES - before.get(lost.get(0)).size());
        assertThat(agent.stop()).isZero();
        List<String> expected = new ArrayList<>(lines(LINES));
        expected.removeAll(before.get(lost.get(0)));
        assertThat(delivered()).isEqualTo(expected);
    }

    @Test
    void shouldGiveUpAChannelWhoseBacklogTurnsOutToBeDamagedWhileOthersRun() throws Exception {
        keepEverythingInTheLog();
        flip(segment(), 4_096 + 200);

        agent = RunningAgent.start(configuration("""
                        a1.sources = tail count
                        a1.channels = kept other
                        a1.sinks = roll show
                        a1.sources.count.type = seq
                        a1.sources.count.channels = other
                        a1.channels.other.type = memory
                        a1.sinks.show.type = null
                        a1.sinks.show.logEveryNEvents = 1000000000
                        a1.sinks.show.channel = other
                        """), "--metrics-port", "0");

        agent.awaitHealth(503, "channel kept: failed: " + segment());
        assertThat(agent.get("/health").body()).contains("damaged at", "headrace wal repair " + log);
        double before = agent.metric("SINK.show", "EventDrainSuccessCount");
        await().until(() -> agent.metric("SINK.show", "EventDrainSuccessCount") > before);
        assertThat(agent.complaints().get(0)).contains("ERROR", "channel kept: given up");
        assertThat(agent.metric("CHANNEL.kept", "EventTakeErrorCount")).isOne();
        assertThat(agent.count("damaged at")).isOne();
    }

    @Test
    void shouldRefuseAFolderOfFlumesByName() throws Exception {
        Files.createDirectories(log);
        Files.writeString(log.resolve("log-7"), "Flume's");
        Files.writeString(log.resolve("log-7.meta"), "Flume's");

        agent = RunningAgent.start(configuration(""), "--metrics-port", "0");

        assertThat(agent.exitCode()).as(agent::text).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(agent.complaints()).as(agent::text).hasSize(1);
        assertThat(agent.complaints().get(0))
                .startsWith("headrace: " + folder.resolve("a1.conf") + ":")
                .contains("a1.channels.kept.dataDirs: " + log + ": holds log-7, a file of Flume's file channel");
        try (Stream<Path> files = Files.list(log)) {
            assertThat(files).hasSize(2);
        }
        assertThat(output).isEmptyDirectory();
    }

    @Test
    void shouldHoldTheSourceWhileTheDiskIsFullAndLoseNothingWhenStoppedThen() throws Exception {
        int many = 400_000;
        Files.write(input, lines(many));
        String full = "a1.channels.kept.byteCapacity = 1m\na1.channels.kept.minimumRequiredSpace = 1000000000000000\n";
        Path nobody = folder.resolve("file");
        Files.writeString(nobody, "no folder");
        agent = RunningAgent.start(
                configuration(full + "a1.sinks.roll.sink.directory = " + nobody),
                "--metrics-port",
                "0",
                "--drain",
                "1");
        agent.awaitHealth(503, "channel kept: impaired: its log takes no more until there is room: " + log);
        assertThat(agent.metric("CHANNEL.kept", "ChannelSize")).isLessThan(many);
        assertThat(agent.stop()).isZero();
        assertThat(agent.count("channel kept: its log takes no more until there is room"))
                .isOne();

        agent = RunningAgent.start(configuration(""), "--metrics-port", "0");

        awaitDelivered(many);
        agent.awaitHealth(200, "\"healthy\":true");
        assertThat(agent.stop()).isZero();
        assertDelivered(many);
    }

    /** A file system of 48 MiB; needs root. */
    @Test
    @Tag("rig")
    void shouldGoOnByItselfWhenAFullDiskHasRoomAgain() throws Exception {
        Path disk = Files.createDirectories(folder.resolve("disk"));
        run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk.toString());
        try {
            int many = 400_000;
            Files.write(input, lines(many));
            Files.write(disk.resolve("ballast"), new byte[40 << 20]);
            Files.delete(output);
            Files.writeString(output, "no folder");
            agent = RunningAgent.start(
                    configuration("a1.channels.kept.byteCapacity = 1m\na1.channels.kept.dataDirs = " + disk + "/log\n"
                            + "a1.channels.kept.maxFileSize = 34m\na1.channels.kept.maxEventBytes = 1m"),
                    "--metrics-port",
                    "0");
            agent.awaitHealth(503, "channel kept: impaired: its log takes no more until there is room: " + disk);

            Files.delete(disk.resolve("ballast"));
            Files.delete(output);
            Files.createDirectory(output);

            awaitDelivered(many);
            agent.awaitHealth(200, "\"healthy\":true");
            assertThat(agent.stop()).isZero();
            assertThat(agent.count("channel kept: its log takes no more until there is room"))
                    .isOne();
            assertDelivered(many);
        } finally {
            agent.close();
            run("umount", disk.toString());
        }
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** All lines are in the log and none is delivered. */
    private void keepEverythingInTheLog() throws Exception {
        awaitHeld(LINES);
    }

    /** Starts an agent that cannot deliver, and stops it when so many lines stand in its log. */
    private void awaitHeld(int count) throws Exception {
        Path nobody = folder.resolve("file");
        Files.writeString(nobody, "no folder");
        agent = RunningAgent.start(configuration("a1.sinks.roll.sink.directory = " + nobody), "--metrics-port", "0");
        await().atMost(RunningAgent.LONG).until(() -> agent.metric("CHANNEL.kept", "ChannelSize") == count);
        assertThat(agent.stop()).isZero();
    }

    /** {@code headrace wal COMMAND} on the log. */
    private int wal(String... command) {
        said.getBuffer().setLength(0);
        List<String> arguments = new ArrayList<>(List.of("wal"));
        arguments.addAll(List.of(command));
        arguments.add(log.toString());
        return Main.run(new PrintWriter(said), new PrintWriter(said, true), arguments.toArray(String[]::new));
    }

    /** The lines in the log by the sequence of their frame. */
    private Map<String, List<String>> bySequence() {
        assertThat(wal("cat", "--headers")).as(said::toString).isEqualTo(ExitCode.OK);
        return said.toString()
                .lines()
                .collect(Collectors.groupingBy(
                        line -> line.substring(0, line.indexOf('.')),
                        Collectors.mapping(line -> line.substring(line.indexOf("line ")), Collectors.toList())));
    }

    private Path segment() throws IOException {
        try (Stream<Path> files = Files.list(log)) {
            return files.filter(file -> file.toString().endsWith(".wal") && holdsFrames(file))
                    .min(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    private static boolean holdsFrames(Path segment) {
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "r")) {
            file.seek(4_096);
            return file.length() > 4_096 && file.readInt() != 0;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void flip(Path file, long at) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int before = bytes.read();
            bytes.seek(at);
            bytes.write(before ^ 0x10);
        }
    }

    /** A tailed file, a channel on disk and a folder of output; {@code more} replaces keys. */
    private Path configuration(String more) throws IOException {
        return Files.writeString(folder.resolve("a1.conf"), Configurations.tailToFolder(folder, more));
    }

    private static List<String> lines(int count) {
        return IntStream.range(0, count).mapToObj(i -> "line " + i).toList();
    }

    /** Of an agent with {@link #DEBUG}: each try that failed is said there. */
    private void awaitTries(String component, int count) {
        await().atMost(RunningAgent.LONG).until(() -> agent.count(component + ": where it failed") >= count);
    }

    private void awaitDelivered(int count) {
        await().atMost(RunningAgent.LONG).until(() -> delivered().size() >= count);
    }

    private void assertDelivered(int count) throws IOException {
        assertThat(delivered()).isEqualTo(lines(count));
    }

    private List<String> delivered() throws IOException {
        if (!Files.isDirectory(output)) {
            return List.of();
        }
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(output)) {
            for (Path file : files.sorted().toList()) {
                all.append(Files.readString(file, StandardCharsets.UTF_8));
            }
        }
        return all.toString().lines().toList();
    }
}
