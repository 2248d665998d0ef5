package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent that tails growing files and two collectors in a sink group {@code failover}, each process on a machine of its
 * own, as far as the network goes. The network splits under load, both ways or one, with and without a death beside it, and
 * heals: every line arrives, none twice at one collector, and lines that both have are at most the events that the group
 * counts as moved. Needs root, {@code ip}, {@code tc} and {@code curl}.
 */
@Timeout(600)
@Tag("rig")
class PartitionRigTest {
    private static final long LONGEST_WAIT_SECONDS = 120;
    private static final int PORT = 4141;
    private static final String AGENT = "agent";
    private static final List<String> COLLECTORS = List.of("first", "second");

    private static final String SENDER = """
            a1.sources = tail
            a1.channels = c1
            a1.sinks = k0 k1
            a1.sources.tail.type = TAILDIR
            a1.sources.tail.channels = c1
            a1.sources.tail.filegroups = f
            a1.sources.tail.filegroups.f = @DIR@/in/.*
            a1.sources.tail.positionFile = @DIR@/position.json
            a1.channels.c1.type = file
            a1.channels.c1.dataDirs = @DIR@/log
            a1.channels.c1.minimumRequiredSpace = 1048576
            a1.sinkgroups = g1
            a1.sinkgroups.g1.sinks = k0 k1
            a1.sinkgroups.g1.processor.type = failover
            a1.sinkgroups.g1.processor.priority.k0 = 2
            a1.sinkgroups.g1.processor.priority.k1 = 1
            a1.sinkgroups.g1.processor.maxpenalty = 300
            """;

    private static final String SINK = """
            a1.sinks.@SINK@.type = link
            a1.sinks.@SINK@.channel = c1
            a1.sinks.@SINK@.hostname = @HOST@
            a1.sinks.@SINK@.port = @PORT@
            a1.sinks.@SINK@.max-backoff = 500
            a1.sinks.@SINK@.connect-timeout = 1000
            a1.sinks.@SINK@.request-timeout = 1500
            """;

    private static final String COLLECTOR = """
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

    private final List<KilledAgent> collectors = new ArrayList<>();
    private final List<RolledOutput> outputs = new ArrayList<>();
    private SplitNetwork network;
    private GrowingFiles files;
    private KilledAgent sender;

    @BeforeEach
    void start() throws Exception {
        network = new SplitNetwork(AGENT, COLLECTORS.get(0), COLLECTORS.get(1));
        StringBuilder text = new StringBuilder(SENDER.replace("@DIR@", folder.toString()));
        for (int i = 0; i < COLLECTORS.size(); i++) {
            Path home = Files.createDirectories(folder.resolve(COLLECTORS.get(i)));
            Files.createDirectories(home.resolve("out"));
            Path config = home.resolve("a1.properties");
            Files.writeString(
                    config, COLLECTOR.replace("@DIR@", home.toString()).replace("@PORT@", "" + PORT));
            collectors.add(new KilledAgent(config, home.resolve("agent.log"), network.on(COLLECTORS.get(i))));
            outputs.add(new RolledOutput(home.resolve("out")));
            text.append(SINK.replace("@SINK@", "k" + i)
                    .replace("@HOST@", SplitNetwork.address(i + 1))
                    .replace("@PORT@", "" + PORT));
        }
        Path config = folder.resolve("a1.properties");
        Files.writeString(config, text);
        sender = new KilledAgent(config, folder.resolve("agent.log"), network.on(AGENT));
        files = new GrowingFiles(folder.resolve("in"), 7);
        for (KilledAgent collector : collectors) {
            collector.start();
        }
        sender.start();
        files.start();
        awaitLines(0);
    }

    @AfterEach
    void end() throws Exception {
        try {
            files.end();
        } finally {
            collectors.forEach(KilledAgent::close);
            sender.close();
            network.close();
        }
    }

    @Test
    void shouldLoseNothingWhenTheFirstCollectorIsCutOff() throws Exception {
        split(() -> network.cut("first"));
        split(() -> network.unplug("first"));
        finish();
    }

    /** Frames arrive, answers don't: each connection stands at one end. */
    @Test
    void shouldLoseNothingWhenOneWayIsLost() throws Exception {
        split(() -> network.loseFrom("first"));
        split(() -> network.loseTo("first"));
        finish();
    }

    /** The agent's end of the old connection never hears of its death. */
    @Test
    void shouldLoseNothingWhenACollectorDiesCutOff() throws Exception {
        split(() -> {
            network.cut("first");
            collectors.get(0).kill();
            collectors.get(0).start();
        });
        finish();
    }

    /** Nobody can be reached, then the second one, then both. */
    @Test
    void shouldLoseNothingWhenTheAgentIsCutOff() throws Exception {
        network.cut(AGENT);
        awaitTrouble();
        network.cut("first");
        network.heal(AGENT);
        awaitLines(1);
        network.heal("first");
        awaitLines(0);
        finish();
    }

    /** The network splits, the second collector gets what comes; it heals, and the first one does again. */
    private void split(Trouble trouble) throws Exception {
        trouble.happens();
        awaitLines(1);
        network.heal("first");
        awaitLines(0);
    }

    private void awaitLines(int collector) throws IOException {
        long before = outputs.get(collector).bytes();
        await(
                "lines at the " + COLLECTORS.get(collector) + " collector",
                () -> outputs.get(collector).bytes() > before);
    }

    /** What was under way when the network split is written out by then. */
    private void awaitTrouble() throws IOException {
        await("the agent has missed its collectors", () -> {
            String log = sender.log();
            return COLLECTORS.stream()
                    .allMatch(name -> log.contains(SplitNetwork.address(COLLECTORS.indexOf(name) + 1) + ":" + PORT));
        });
    }

    private void finish() throws Exception {
        files.end();
        long lines = files.lines();
        await(
                "everything is sent",
                () -> sender.count("EventAcceptedCount") == lines && sender.count("ChannelSize") == 0);
        long moved = sender.count("EventMovedCount");
        for (int i = 0; i < collectors.size(); i++) {
            KilledAgent collector = collectors.get(i);
            RolledOutput output = outputs.get(i);
            await("a collector is drained", () -> collector.count("ChannelSize") == 0 && output.isRolled());
        }
        for (KilledAgent agent : List.of(sender, collectors.get(0), collectors.get(1))) {
            assertThat(agent.stop()).as(agent.log()).isZero();
        }
        long doubled = Arrivals.check(files, outputs);
        System.out.printf("%d lines came twice, %d moved%n", doubled, moved);
        assertThat(doubled).as("doubled, at most what moved").isLessThanOrEqualTo(moved);
    }

    private interface Trouble {
        void happens() throws Exception;
    }

    private void await(String what, AgentWait.Condition condition) throws IOException {
        AgentWait.await(what, sender, LONGEST_WAIT_SECONDS, condition);
    }
}
