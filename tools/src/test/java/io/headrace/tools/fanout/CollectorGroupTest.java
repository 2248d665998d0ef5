package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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

    private final List<CollectorRig.Collector> collectors = new ArrayList<>();
    private CollectorRig rig;

    /** The third tier, or null. */
    private CollectorRig.Collector meeting;

    /** One after the other dies, each as soon as it is the one that gets everything, and the first is the first again. */
    @Test
    void shouldLoseNothingAndCountWhatMovedThoughCollectorsAreKilled() throws Exception {
        run("failover", false, () -> {
            for (int dies = 0; dies < COLLECTORS - 1; dies++) {
                RolledOutput heir = collectors.get(dies + 1).output();
                long before = heir.bytes();
                agent(dies).kill();
                rig.await("the next collector gets lines", () -> heir.bytes() > before);
            }
            for (int dead = COLLECTORS - 2; dead >= 0; dead--) {
                agent(dead).start();
            }
            rig.awaitLines(collectors.get(0));
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
                KilledAgent collector = agent(kind.equals("failover") ? 0 : random.nextInt(COLLECTORS));
                pause(pauseNanos);
                collector.kill();
                pause(pauseNanos / 4);
                collector.start();
                if (kill % 5 == 2) {
                    meeting.agent().kill();
                    meeting.agent().start();
                }
            }
            agent(0).kill();
            agent(1).kill();
            pause(awayNanos);
            agent(0).start();
            agent(1).start();
            pause(pauseNanos);
        });
    }

    private void run(String kind, boolean meet, Trouble trouble) throws Exception {
        rig = new CollectorRig(folder, LONGEST_WAIT_SECONDS, 5);
        try {
            open(kind, meet);
            rig.start();
            // With failover all of them come to the first, unless it began later than the others.
            rig.await(
                    "the first lines",
                    () -> (kind.equals("failover") ? collectors.get(0).output().bytes() : bytes()) > 0);
            trouble.happens();
            long moved = rig.finish(true);
            rig.stop();
            assertThat(Arrivals.check(
                            rig.files(),
                            collectors.stream()
                                    .map(CollectorRig.Collector::output)
                                    .toList()))
                    .as("doubled, at most what moved")
                    .isLessThanOrEqualTo(moved);
            if (meet) {
                checkMeeting(rig.files());
            }
        } finally {
            rig.close();
        }
    }

    private KilledAgent agent(int collector) {
        return collectors.get(collector).agent();
    }

    private void checkMeeting(GrowingFiles files) throws IOException {
        Map<String, int[]> times = new HashMap<>();
        for (RolledOutput.Line line : meeting.output().lines()) {
            times.computeIfAbsent(line.file(), name -> new int[files.lines(GrowingFiles.NAMES.indexOf(name))])[
                    line.number()]++;
        }
        for (int file = 0; file < GrowingFiles.NAMES.size(); file++) {
            int[] ofFile = times.getOrDefault(GrowingFiles.NAMES.get(file), new int[0]);
            assertThat(ofFile).as("where paths meet").hasSize(files.lines(file)).containsOnly(1);
        }
    }

    private void open(String kind, boolean meet) throws IOException {
        String more = "";
        if (meet) {
            meeting = rig.collector("meeting", ORIGIN);
            more = PASSING_ON.replace("@UP@", Integer.toString(meeting.port()));
        }
        for (int i = 0; i < COLLECTORS; i++) {
            collectors.add(rig.collector("collector" + i, more));
        }
        rig.sender(collectors, "", CollectorRig.group(kind, COLLECTORS), List.of());
    }

    private long bytes() throws IOException {
        long sum = 0;
        for (CollectorRig.Collector collector : collectors) {
            sum += collector.output().bytes();
        }
        return sum;
    }

    private interface Trouble {
        void happens() throws Exception;
    }

    private static void pause(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
