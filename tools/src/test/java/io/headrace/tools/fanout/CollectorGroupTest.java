package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An agent that tails growing files and sends them through a group of three links to three collectors, each a process with
 * a {@code file} channel. Collectors are killed in turn under load, then two of them stay away for a while: every line
 * arrives, and lines that arrive at two collectors are at most the events that the group counts as moved. Where their paths
 * meet again, at a third tier with {@code dedupe = origin}, which is killed, too, every line arrives once.
 */
@Timeout(600)
class CollectorGroupTest {
    private static final int COLLECTORS = 3;
    private static final long LONGEST_WAIT_SECONDS = 180;

    private static final String SENDER = """
            a1.sources = tail
            a1.channels = c1
            a1.sinks = k0 k1 k2
            a1.sources.tail.type = TAILDIR
            a1.sources.tail.channels = c1
            a1.sources.tail.filegroups = f
            a1.sources.tail.filegroups.f = @DIR@/in/.*
            a1.sources.tail.positionFile = @DIR@/position.json
            a1.channels.c1.type = file
            a1.channels.c1.dataDirs = @DIR@/log
            a1.channels.c1.minimumRequiredSpace = 1048576
            a1.sinkgroups = g1
            a1.sinkgroups.g1.sinks = k0 k1 k2
            a1.sinkgroups.g1.processor.type = @TYPE@
            """;

    private static final String COLLECTOR = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = out
            a1.sources.r1.type = link
            a1.sources.r1.bind = 127.0.0.1
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

    /** Of a collector that passes on what it gets, beside what it writes. */
    private static final String PASSING_ON = """
            a1.sources.r1.channels = c1 c2
            a1.channels = c1 c2
            a1.channels.c2.type = file
            a1.channels.c2.dataDirs = @DIR@/log2
            a1.channels.c2.minimumRequiredSpace = 1048576
            a1.sinks = out up
            a1.sinks.up.type = link
            a1.sinks.up.channel = c2
            a1.sinks.up.hostname = 127.0.0.1
            a1.sinks.up.port = @UP@
            a1.sinks.up.max-backoff = 500
            """;

    private static final String ORIGIN = "a1.sources.r1.dedupe = origin\n";

    @TempDir
    private Path folder;

    private final List<KilledAgent> collectors = new ArrayList<>();
    private final List<RolledOutput> outputs = new ArrayList<>();
    private KilledAgent sender;

    /** The third tier, or null. */
    private KilledAgent meeting;

    /** One after the other dies, each as soon as it is the one that gets everything, and the first is the first again. */
    @Test
    void shouldLoseNothingAndCountWhatMovedThoughCollectorsAreKilled() throws Exception {
        run("failover", false, () -> {
            for (int dies = 0; dies < COLLECTORS - 1; dies++) {
                RolledOutput heir = outputs.get(dies + 1);
                long before = heir.bytes();
                collectors.get(dies).kill();
                await("the next collector gets lines", () -> heir.bytes() > before);
            }
            for (int dead = COLLECTORS - 2; dead >= 0; dead--) {
                collectors.get(dead).start();
            }
            long before = outputs.get(0).bytes();
            await("the first collector gets lines again", () -> outputs.get(0).bytes() > before);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"failover", "hash"})
    @Tag("slow")
    void shouldLoseNothingWhenCollectorsAreKilledAgain(String kind) throws Exception {
        kills(kind, 3, TimeUnit.MILLISECONDS.toNanos(700), TimeUnit.SECONDS.toNanos(2));
    }

    /** Two minutes of kills, then two collectors away for a minute. */
    @ParameterizedTest
    @ValueSource(strings = {"failover", "round_robin", "hash"})
    @Tag("rig")
    void shouldLoseNothingInTwoMinutesOfKills(String kind) throws Exception {
        kills(kind, 30, TimeUnit.SECONDS.toNanos(4), TimeUnit.SECONDS.toNanos(60));
    }

    private void kills(String kind, int kills, long pauseNanos, long awayNanos) throws Exception {
        Random random = new Random(kills);
        run(kind, true, () -> {
            for (int kill = 0; kill < kills; kill++) {
                KilledAgent collector = collectors.get(kind.equals("failover") ? 0 : random.nextInt(COLLECTORS));
                pause(pauseNanos);
                collector.kill();
                pause(pauseNanos / 4);
                collector.start();
                if (kill % 5 == 2) {
                    meeting.kill();
                    meeting.start();
                }
            }
            collectors.get(0).kill();
            collectors.get(1).kill();
            pause(awayNanos);
            collectors.get(0).start();
            collectors.get(1).start();
            pause(pauseNanos);
        });
    }

    private void run(String kind, boolean meet, Trouble trouble) throws Exception {
        GrowingFiles files = new GrowingFiles(folder.resolve("in"), 5);
        try {
            open(kind, meet);
            if (meet) {
                meeting.start();
            }
            for (KilledAgent collector : collectors) {
                collector.start();
            }
            sender.start();
            files.start();
            // With failover all of them come to the first, unless it began later than the others.
            await(
                    "the first lines",
                    () -> (kind.equals("failover") ? outputs.get(0).bytes() : bytes()) > 0);
            trouble.happens();
            files.end();
            long lines = files.lines();
            // Lines that came twice say nothing of those that did not come, so bytes do not tell when all is sent.
            await(
                    "everything is sent",
                    () -> sender.count("EventAcceptedCount") == lines && sender.count("ChannelSize") == 0);
            long moved = sender.count("EventMovedCount");
            for (int i = 0; i < COLLECTORS; i++) {
                awaitDrained(collectors.get(i), outputs.get(i));
            }
            if (meet) {
                awaitDrained(meeting, new RolledOutput(folder.resolve("meeting").resolve("out")));
            }
            stopAll();
            assertThat(Arrivals.check(files, outputs))
                    .as("doubled, at most what moved")
                    .isLessThanOrEqualTo(moved);
            if (meet) {
                checkMeeting(files);
            }
        } finally {
            files.end();
            agents().forEach(KilledAgent::close);
        }
    }

    private void awaitDrained(KilledAgent agent, RolledOutput output) throws IOException {
        await("an agent is drained", () -> agent.count("ChannelSize") == 0 && output.isRolled());
    }

    /** All at once, which takes as long as the slowest. */
    private void stopAll() throws Exception {
        for (KilledAgent agent : agents()) {
            agent.askToStop();
        }
        for (KilledAgent agent : agents()) {
            assertThat(agent.stop()).as(agent.log()).isZero();
        }
    }

    private List<KilledAgent> agents() {
        List<KilledAgent> all = new ArrayList<>(collectors);
        Stream.of(sender, meeting).filter(Objects::nonNull).forEach(all::add);
        return all;
    }

    private void checkMeeting(GrowingFiles files) throws IOException {
        Map<String, int[]> times = new HashMap<>();
        for (RolledOutput.Line line : new RolledOutput(folder.resolve("meeting").resolve("out")).lines()) {
            times.computeIfAbsent(line.file(), name -> new int[files.lines(GrowingFiles.NAMES.indexOf(name))])[
                    line.number()]++;
        }
        for (int file = 0; file < GrowingFiles.NAMES.size(); file++) {
            int[] ofFile = times.getOrDefault(GrowingFiles.NAMES.get(file), new int[0]);
            assertThat(ofFile).as("where paths meet").hasSize(files.lines(file)).containsOnly(1);
        }
    }

    private void open(String kind, boolean meet) throws IOException {
        int up = KilledAgent.freePort();
        if (meet) {
            Path home = Files.createDirectories(folder.resolve("meeting"));
            Files.createDirectories(home.resolve("out"));
            Path config = home.resolve("a1.properties");
            Files.writeString(
                    config,
                    COLLECTOR.replace("@DIR@", home.toString()).replace("@PORT@", Integer.toString(up)) + ORIGIN);
            meeting = new KilledAgent(config, home.resolve("agent.log"));
        }
        StringBuilder text = new StringBuilder(SENDER.replace("@DIR@", folder.toString())
                .replace("@TYPE@", kind.equals("failover") ? kind : "load_balance"));
        for (int i = 0; i < COLLECTORS; i++) {
            Path home = Files.createDirectories(folder.resolve("collector" + i));
            Files.createDirectories(home.resolve("out"));
            int port = KilledAgent.freePort();
            Path config = home.resolve("a1.properties");
            Files.writeString(
                    config,
                    (meet ? passingOn() : COLLECTOR)
                            .replace("@DIR@", home.toString())
                            .replace("@PORT@", Integer.toString(port))
                            .replace("@UP@", Integer.toString(up)));
            collectors.add(new KilledAgent(config, home.resolve("agent.log")));
            outputs.add(new RolledOutput(home.resolve("out")));
            String sink = "a1.sinks.k" + i;
            text.append(sink).append(".type = link\n").append(sink).append(".channel = c1\n");
            text.append(sink).append(".hostname = 127.0.0.1\n");
            text.append(sink).append(".port = ").append(port).append('\n');
            text.append(sink).append(".max-backoff = 500\n");
            if (kind.equals("failover")) {
                text.append("a1.sinkgroups.g1.processor.priority.k").append(i);
                text.append(" = ").append(COLLECTORS - i).append('\n');
            }
        }
        text.append(
                kind.equals("failover")
                        ? "a1.sinkgroups.g1.processor.maxpenalty = 300\n"
                        : "a1.sinkgroups.g1.processor.selector = " + kind + "\n");
        Path config = folder.resolve("a1.properties");
        Files.writeString(config, text);
        sender = new KilledAgent(config, folder.resolve("agent.log"));
    }

    /** A key stands once in a configuration. */
    private static String passingOn() {
        return COLLECTOR
                        .lines()
                        .filter(line -> PASSING_ON
                                .lines()
                                .noneMatch(other -> other.startsWith(line.substring(0, line.indexOf('=') + 1))))
                        .collect(Collectors.joining("\n", "", "\n"))
                + PASSING_ON;
    }

    private long bytes() throws IOException {
        long sum = 0;
        for (RolledOutput output : outputs) {
            sum += output.bytes();
        }
        return sum;
    }

    private interface Trouble {
        void happens() throws Exception;
    }

    private void await(String what, AgentWait.Condition condition) throws IOException {
        AgentWait.await(what, sender, LONGEST_WAIT_SECONDS, condition);
    }

    private static void pause(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
