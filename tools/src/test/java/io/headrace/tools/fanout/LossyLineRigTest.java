package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An agent that tails growing files and a collector, each a process on a machine of its own, as far as the network goes, and
 * between them a line of 10 ms each way that loses 2 % of the packets and lets a twentieth of them overtake. For half a
 * minute more is written than the line carries, and the collector is killed twice: every line arrives once, and those of a
 * file in order. Needs root, {@code ip}, {@code perl}, {@code curl} and {@code /dev/net/tun}.
 */
@Timeout(600)
@Tag("rig")
class LossyLineRigTest {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(240);
    private static final long LOAD_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int KILLS = 2;
    private static final String PORT = "4141";
    private static final String AGENT = "agent";
    private static final String COLLECTOR = "collector";
    private static final Pattern ACCEPTED = Pattern.compile("\"EventAcceptedCount\":\"(\\d+)\"");
    private static final Pattern SIZE = Pattern.compile("\"ChannelSize\":\"(\\d+)\"");

    private static final String SENDING = """
            a1.sources = tail
            a1.channels = c1
            a1.sinks = up
            a1.sources.tail.type = TAILDIR
            a1.sources.tail.channels = c1
            a1.sources.tail.filegroups = f
            a1.sources.tail.filegroups.f = @DIR@/in/.*
            a1.sources.tail.positionFile = @DIR@/position.json
            a1.channels.c1.type = file
            a1.channels.c1.dataDirs = @DIR@/log
            a1.channels.c1.minimumRequiredSpace = 1048576
            a1.sinks.up.type = link
            a1.sinks.up.channel = c1
            a1.sinks.up.hostname = @HOST@
            a1.sinks.up.port = @PORT@
            a1.sinks.up.connections = @CONNECTIONS@
            a1.sinks.up.max-backoff = 500
            """;

    private static final String RECEIVING = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = out
            a1.sources.r1.type = link
            a1.sources.r1.bind = 0.0.0.0
            a1.sources.r1.port = @PORT@
            a1.sources.r1.channels = c1
            a1.channels.c1.type = file
            a1.channels.c1.dataDirs = @DIR@/log
            a1.channels.c1.minimumRequiredSpace = 1048576
            a1.sinks.out.type = file_roll
            a1.sinks.out.channel = c1
            a1.sinks.out.sink.directory = @DIR@/out
            a1.sinks.out.sink.rollInterval = 1
            """;

    @TempDir
    private Path folder;

    private LossyNetwork network;
    private GrowingFiles files;
    private RolledOutput output;
    private KilledAgent collector;
    private KilledAgent sender;

    @BeforeEach
    void makeTheLine() throws Exception {
        network = new LossyNetwork(AGENT, COLLECTOR);
    }

    @AfterEach
    void end() throws Exception {
        try {
            if (files != null) {
                files.end();
            }
        } finally {
            if (sender != null) {
                sender.close();
            }
            if (collector != null) {
                collector.close();
            }
            network.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldDeliverOnceAndInOrderThoughPacketsAreLostAndOvertake(int connections) throws Exception {
        start(connections);
        long begun = System.nanoTime();
        for (int kill = 1; kill <= KILLS; kill++) {
            long until = begun + LOAD_NANOS * kill / (KILLS + 1);
            await("time for a kill", () -> System.nanoTime() - until > 0);
            long before = output.bytes();
            collector.kill();
            collector.start();
            await("lines since the kill", () -> output.bytes() > before);
        }
        await("the end of the load", () -> System.nanoTime() - begun > LOAD_NANOS);
        files.end();
        network.heal();
        long lines = 0;
        for (int file = 0; file < GrowingFiles.NAMES.size(); file++) {
            lines += files.lines(file);
        }
        long all = lines;
        await("everything is sent", () -> {
            String metrics = sender.metrics();
            return number(ACCEPTED, metrics) == all && number(SIZE, metrics) == 0;
        });
        await("the collector is drained", () -> number(SIZE, collector.metrics()) == 0 && isRolled());
        assertThat(sender.stop()).as(sender.log()).isZero();
        assertThat(collector.stop()).as(collector.log()).isZero();
        check();
        LossyNetwork.Packets packets = network.end();
        System.out.printf("%d lines, %d connections, %s%n", all, connections, packets);
        assertThat(packets.lost()).isGreaterThan(100);
        assertThat(packets.overtook()).isGreaterThan(100);
    }

    private void start(int connections) throws Exception {
        Path home = Files.createDirectories(folder.resolve(COLLECTOR));
        Files.createDirectories(home.resolve("out"));
        output = new RolledOutput(home.resolve("out"));
        collector = agent(home, RECEIVING, connections, COLLECTOR);
        sender = agent(folder, SENDING, connections, AGENT);
        files = new GrowingFiles(folder.resolve("in"), connections);
        collector.start();
        sender.start();
        files.start();
        await("the first lines", () -> output.bytes() > 0);
    }

    private KilledAgent agent(Path home, String text, int connections, String machine) throws IOException {
        Path config = home.resolve("a1.properties");
        Files.writeString(
                config,
                text.replace("@DIR@", home.toString())
                        .replace("@HOST@", network.address(COLLECTOR))
                        .replace("@PORT@", PORT)
                        .replace("@CONNECTIONS@", Integer.toString(connections)));
        return new KilledAgent(config, home.resolve("agent.log"), network.on(machine));
    }

    /** Each line of each file, in the order of the file, and nothing else. */
    private void check() throws IOException {
        Map<String, Integer> next = new HashMap<>();
        for (RolledOutput.Line line : output.lines()) {
            int expected = next.merge(line.file(), 1, Integer::sum) - 1;
            assertThat(line).isEqualTo(new RolledOutput.Line(line.file(), expected));
        }
        for (int file = 0; file < GrowingFiles.NAMES.size(); file++) {
            String name = GrowingFiles.NAMES.get(file);
            assertThat(next).as("lines by file").containsEntry(name, files.lines(file));
        }
    }

    private boolean isRolled() throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve(COLLECTOR).resolve("out"))) {
            return all.noneMatch(file -> file.toString().endsWith(".open"));
        }
    }

    private static long number(Pattern pattern, String metrics) {
        Matcher matcher = pattern.matcher(metrics);
        assertThat(matcher.find()).as("%s in %s", pattern, metrics).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private void await(String what, Condition condition) throws IOException {
        long deadline = System.nanoTime() + LONGEST_WAIT_NANOS;
        boolean holds = false;
        while (!holds) {
            assertThat(System.nanoTime() - deadline)
                    .as("waited for: %s%n%s", what, sender.log())
                    .isNegative();
            LockSupport.parkNanos(LOOK_NANOS);
            try {
                holds = condition.holds();
            } catch (IOException e) {
                // An agent that has just begun has not opened its port yet.
                holds = false;
            }
        }
    }
}
