package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
    private static final long LONGEST_WAIT_SECONDS = 240;
    private static final long LOAD_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int KILLS = 2;
    private static final int PORT = 4141;
    private static final String AGENT = "agent";
    private static final String COLLECTOR = "collector";

    @TempDir
    private Path folder;

    private LossyNetwork network;
    private CollectorRig rig;

    @BeforeEach
    void makeTheLine() throws Exception {
        network = new LossyNetwork(AGENT, COLLECTOR);
    }

    @AfterEach
    void end() throws Exception {
        try {
            if (rig != null) {
                rig.close();
            }
        } finally {
            network.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldDeliverOnceAndInOrderThoughPacketsAreLostAndOvertake(int connections) throws Exception {
        rig = new CollectorRig(folder, LONGEST_WAIT_SECONDS, connections);
        CollectorRig.Collector collector =
                rig.collector(COLLECTOR, network.address(COLLECTOR), PORT, "", network.on(COLLECTOR));
        rig.sender(List.of(collector), "a1.sinks.@SINK@.connections = " + connections + "\n", "", network.on(AGENT));
        rig.start();
        rig.await("the first lines", () -> collector.output().bytes() > 0);
        long begun = System.nanoTime();
        for (int kill = 1; kill <= KILLS; kill++) {
            long until = begun + LOAD_NANOS * kill / (KILLS + 1);
            rig.await("time for a kill", () -> System.nanoTime() - until > 0);
            long before = collector.output().bytes();
            collector.agent().kill();
            collector.agent().start();
            rig.await("lines since the kill", () -> collector.output().bytes() > before);
        }
        rig.await("the end of the load", () -> System.nanoTime() - begun > LOAD_NANOS);
        rig.files().end();
        network.heal();
        rig.finish(false);
        rig.stop();
        check(rig.files(), collector.output());
        LossyNetwork.Packets packets = network.end();
        System.out.printf("%d lines, %d connections, %s%n", rig.files().lines(), connections, packets);
        assertThat(packets.lost()).isGreaterThan(100);
        assertThat(packets.overtook()).isGreaterThan(100);
    }

    /** Each line of each file, in the order of the file, and nothing else. */
    private static void check(GrowingFiles files, RolledOutput output) throws IOException {
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
}
