package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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

    private static final String OF_SINKS = """
            a1.sinks.@SINK@.connect-timeout = 1000
            a1.sinks.@SINK@.request-timeout = 1500
            """;

    @TempDir
    private Path folder;

    private final List<CollectorRig.Collector> collectors = new ArrayList<>();
    private SplitNetwork network;
    private CollectorRig rig;
    private KilledAgent sender;

    @BeforeEach
    void start() throws Exception {
        network = new SplitNetwork(AGENT, COLLECTORS.get(0), COLLECTORS.get(1));
        rig = new CollectorRig(folder, LONGEST_WAIT_SECONDS, 7);
        for (int i = 0; i < COLLECTORS.size(); i++) {
            String name = COLLECTORS.get(i);
            collectors.add(rig.collector(name, SplitNetwork.address(i + 1), PORT, "", network.on(name)));
        }
        sender = rig.sender(collectors, OF_SINKS, CollectorRig.group("failover", COLLECTORS.size()), network.on(AGENT));
        rig.start();
        awaitLines(0);
    }

    @AfterEach
    void end() throws Exception {
        try {
            if (rig != null) {
                rig.close();
            }
        } finally {
            if (network != null) {
                network.close();
            }
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
            collectors.get(0).agent().kill();
            collectors.get(0).agent().start();
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
        rig.awaitLines(collectors.get(collector));
    }

    /** What was under way when the network split is written out by then. */
    private void awaitTrouble() throws IOException {
        rig.await("the agent has missed its collectors", () -> {
            String log = sender.log();
            return collectors.stream().allMatch(collector -> log.contains(collector.host() + ":" + PORT));
        });
    }

    private void finish() throws Exception {
        long moved = rig.finish(true);
        rig.stop();
        long doubled = Arrivals.check(
                rig.files(),
                collectors.stream().map(CollectorRig.Collector::output).toList());
        System.out.printf("%d lines came twice, %d moved%n", doubled, moved);
        assertThat(doubled).as("doubled, at most what moved").isLessThanOrEqualTo(moved);
    }

    private interface Trouble {
        void happens() throws Exception;
    }
}
