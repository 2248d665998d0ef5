package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameCompressor;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Drives sender and receiver from one seed through cuts, half-open connections, corrupted bytes, stalls and kills of
 * either side, and checks that every frame arrives once and in order. {@code -Dheadrace.seed=N} replays one seed.
 */
class LinkSimulationTest {
    private static final int STEPS = 1500;

    private static final List<String> MUST_HAPPEN = List.of(
            "receiver FrameDuplicateCount",
            "receiver FrameParkedCount",
            "receiver ConnectionFencedCount",
            "receiver RejectSentCount",
            "sender RejectReceivedCount",
            "sender FrameRedeliveredCount",
            "sender FrameKeptCount",
            "sender CreditStallCount",
            "sender ConnectionFailedCount");

    private static final int PRODUCERS = 5;

    private int lanes = 1;
    /** Whether frames are compressed by chance: before the sender, by it, or not; and taken so by the receiver or not. */
    private boolean zstd;

    private final FrameCompressor compressor = new FrameCompressor(1);
    private final Map<String, Long> seen = new TreeMap<>();

    @Test
    void shouldDeliverEveryFrameOnceAndInOrderWhateverBreaks_R14_R15_R16() {
        runAll(0, 80);
    }

    @Test
    void shouldKeepTheOrderOfEachProducerOverSeveralConnections_R14_R15_R16() {
        lanes = 3;
        runAll(100_000, 60);
    }

    @Test
    void shouldDeliverEveryFrameOnceWhoeverCompressesAndInflates_R14_R15_R16() {
        zstd = true;
        runAll(200_000, 60);
        if (Long.getLong("headrace.seed") == null) {
            assertThat(seen.get("sender FrameCompressedCount")).isGreaterThan(100);
            assertThat(seen.get("sender FrameInflatedCount")).isGreaterThan(100);
        }
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8})
    void shouldKeepTheOrderOfEachProducerInManyMoreRuns(int connections) {
        lanes = connections;
        runAll(connections * 1_000_000L, 1_000);
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void shouldDeliverEveryFrameOnceInManyMoreRuns(int block) {
        runAll(block * 1000L, 300);
    }

    @Test
    void shouldReplayTheSameRunFromTheSameSeed() {
        assertThat(run(42)).isEqualTo(run(42));
    }

    private void runAll(long firstSeed, int seeds) {
        Long only = Long.getLong("headrace.seed");
        if (only != null) {
            run(only);
            return;
        }
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            run(seed);
        }
        // A simulation in which nothing goes wrong proves nothing.
        for (String what : MUST_HAPPEN) {
            assertThat(seen.getOrDefault(what, 0L)).as(what).isGreaterThan(5);
        }
    }

    private List<Long> run(long seed) {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
        SimLink sim = new SimLink(seed, 400 * 1024, allocator);
        sim.senderOptions = new LinkSenderOptions(
                "agent", "channel", "", 50, 64 * 1024, 300 * 1024, 2_000, 2_000, 100, 1_000, 3_000);
        sim.lanes = lanes;
        if (zstd) {
            sim.senderOptions = sim.senderOptions.withCompressor(seed % 2 == 0 ? compressor : null);
            sim.receiverOptions = sim.receiverOptions.withZstd(seed % 3 != 0);
        }
        sim.start();
        List<Long> appended = new ArrayList<>();
        try {
            for (int step = 0; step < STEPS; step++) {
                step(sim, appended);
            }
            finish(sim);
            checkDelivered(seed, sim.sink.delivered(), appended);
            List<Long> result = sim.sink.delivered();
            sim.senderMetrics.values().forEach((name, value) -> note("sender " + name, value));
            sim.receiverMetrics.values().forEach((name, value) -> note("receiver " + name, value));
            sim.close();
            assertThat(allocator.metric().usedDirectMemory())
                    .as("leak, seed %d", seed)
                    .isZero();
            return result;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e + ", health " + sim.health, e);
        }
    }

    /** One connection keeps all in order, several what each producer made. */
    private void checkDelivered(long seed, List<Long> delivered, List<Long> appended) {
        if (lanes == 1) {
            assertThat(delivered).as("seed %d", seed).isEqualTo(appended);
        }
        assertThat(delivered).as("seed %d", seed).hasSameSizeAs(appended);
        for (int producer = 0; producer < PRODUCERS; producer++) {
            assertThat(of(producer, delivered))
                    .as("seed %d, producer %d", seed, producer)
                    .isEqualTo(of(producer, appended));
        }
    }

    private static List<Long> of(int producer, List<Long> ids) {
        return ids.stream().filter(id -> id % PRODUCERS == producer).toList();
    }

    private void note(String what, Number value) {
        seen.merge(what, value.longValue(), Long::sum);
    }

    private void step(SimLink sim, List<Long> appended) {
        SimConnection over = sim.connections.isEmpty()
                ? null
                : sim.connections.get(
                        sim.random.nextInt(4) == 0
                                ? sim.random.nextInt(sim.connections.size())
                                : sim.connections.size() - 1);
        int choice = sim.random.nextInt(1000);
        if (choice < 200) {
            append(sim, appended);
        } else if (choice < 400) {
            sim.work();
        } else if (choice < 500) {
            sim.runTasks();
        } else if (choice < 650) {
            if (over != null) {
                sim.deliverToReceiver(over, pieceOf(sim));
            }
        } else if (choice < 780) {
            if (over != null) {
                sim.deliverToSender(over, pieceOf(sim));
            }
        } else if (choice < 820) {
            sim.sink.sync(sim.random.nextInt(30));
        } else if (choice < 860) {
            sim.sink.drain(sim.random.nextInt(30));
        } else if (choice < 920) {
            sim.advance(sim.random.nextInt(200));
            sim.answerDial();
        } else if (choice < 930) {
            sim.streams.checkTime();
        } else if (choice < 965) {
            sim.source.checkpoint();
        } else {
            fault(sim, over, sim.random.nextInt(30));
        }
    }

    private void append(SimLink sim, List<Long> appended) {
        long id = appended.size() + 1;
        int bytes =
                switch (sim.random.nextInt(40)) {
                    case 0 -> 100_000;
                    case 1 -> 150_000;
                    case 2, 3, 4 -> 20_000;
                    default -> 8 + sim.random.nextInt(3_000);
                };
        Frame frame = TestFrames.of(sim.allocator, id % PRODUCERS + 1, id, 1, bytes, 0);
        if (zstd && sim.random.nextBoolean()) {
            Frame packed = compressor.compress(frame, sim.allocator);
            frame.release();
            frame = packed;
        }
        sim.source.append(frame, sim.random.nextInt(10) == 0 ? sim.random.nextInt(20) : 0);
        appended.add(id);
    }

    private static int pieceOf(SimLink sim) {
        return sim.random.nextInt(3) == 0 ? 1 + sim.random.nextInt(100) : 1 + sim.random.nextInt(200_000);
    }

    private void fault(SimLink sim, SimConnection over, int which) {
        switch (which) {
            case 0 -> sim.killReceiver();
            case 1 -> sim.killSender();
            case 2 -> sim.advance(5_000);
            case 13, 14 -> sim.killReceiver();
            case 15 -> sim.killSender();
            case 3 -> sim.unreachable = true;
            case 4, 5, 6 -> sim.unreachable = false;
            default -> {
                if (over != null) {
                    breakConnection(sim, over, which);
                }
            }
        }
    }

    private void breakConnection(SimLink sim, SimConnection over, int which) {
        switch (which) {
            case 7 -> {
                over.fromSender.cut();
                over.fromReceiver.cut();
            }
            // Half open: one side learns of the end, the other keeps its connection and what is under way.
            case 8, 16, 17 -> over.fromReceiver.cut();
            case 9 -> over.fromSender.cut();
            case 10, 18, 19 -> over.sender.disconnected(over.fromSender, "reset");
            case 11, 20 -> flip(sim, over.fromSender);
            case 12, 21 -> flip(sim, over.fromReceiver);
            default -> sim.advance(10);
        }
    }

    private static void flip(SimLink sim, SimEnd end) {
        if (end.inFlight() > 0) {
            end.flip(sim.random.nextInt(end.inFlight()), 1 << sim.random.nextInt(8));
        }
    }

    /** Ends the faults; everything must arrive within a bounded time. */
    private void finish(SimLink sim) {
        sim.unreachable = false;
        int rounds = 0;
        while (!sim.source.isEmpty() || sim.sink.size() > 0) {
            if (++rounds > 2_000) {
                throw new AssertionError("hangs: " + sim.sender.state() + ", " + sim.sender.unanswered()
                        + " unanswered, trouble " + sim.sender.trouble() + ", held " + sim.budget.held() + ", channel "
                        + sim.sink.size());
            }
            sim.settle();
            sim.sink.sync(Integer.MAX_VALUE / 2);
            sim.settle();
            sim.sink.drain(Integer.MAX_VALUE / 2);
            sim.settle();
            sim.advance(50);
            if (rounds % 20 == 0) {
                sim.streams.checkTime();
            }
        }
    }
}
