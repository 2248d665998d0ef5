package io.headrace.transport.link;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.frame.FrameLayout;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.StreamId;
import io.headrace.wal.SyncMode;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One seeded history of one or two agents that send to a collector, each with a channel of type {@code file} on a disk of
 * its own, all duty cycles, event loops, connections, sources and sinks in one thread: kills and power cuts of any of
 * them between two steps, within any call of a disk, and while a log is opened; connections that break, end, halt and
 * change bits. What does not hold is a broken {@link TierPromise}.
 */
final class TierSimulation {
    private static final int STEPS = 900;
    private static final int CALM_ROUNDS = 500;
    private static final long CALM_MILLIS = 50;
    private static final Path FOLDER = Path.of("log");
    private static final List<String> SENDER_COUNTS = List.of(
            "RejectReceivedCount",
            "FrameRedeliveredCount",
            "FrameKeptCount",
            "CreditStallCount",
            "ByteSentFromLogCount");
    private static final List<String> RECEIVER_COUNTS =
            List.of("FrameDuplicateCount", "FrameParkedCount", "ConnectionFencedCount", "RejectSentCount");

    private final SplittableRandom random;
    private final TierCoverage coverage;
    private final DrivenTime time = new DrivenTime();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final HopModel model = new HopModel();
    private final StringBuilder trace = new StringBuilder();
    private final List<SimulatedAgent> agents = new ArrayList<>();
    private final SimulatedCollector collector;
    private final List<Wire> wires = new ArrayList<>();
    private final Counter refused = SimulatedCollector.metrics().counter("RejectSentCount");
    private final boolean large;
    private boolean unreachable;
    /** Its log takes nothing, as with a disk that does not answer; the rest of it goes on. */
    private boolean collectorHalted;

    private int deaths;

    /** A connection and what is wrong with it. */
    private static final class Wire {
        private final SimConnection over;
        private final SimulatedAgent agent;
        private StreamId stream;
        private boolean flipped;
        private boolean stalled;
        private boolean acksStalled;
        private boolean orphan;
        /** Where it goes, its sender reaches nobody for a while; the sink's other connections go another way. */
        private boolean deadEnd;

        Wire(SimConnection over, SimulatedAgent agent) {
            this.over = over;
            this.agent = agent;
        }

        boolean isOver() {
            return over.fromSender.isSilent() && over.fromReceiver.isSilent();
        }
    }

    TierSimulation(long seed, TierCoverage coverage) {
        this.random = new SplittableRandom(seed);
        this.coverage = coverage;
        // Frames that may be sent straight from the log need longer segments.
        large = random.nextInt(5) == 0;
        collector =
                new SimulatedCollector(settings(2_048L << random.nextInt(7)), random.split(), time, model, coverage);
        int count = 1 + random.nextInt(2);
        for (int id = 1; id <= count; id++) {
            agents.add(new SimulatedAgent(
                    id,
                    settings(8_192L << random.nextInt(6)),
                    large,
                    random.split(),
                    time,
                    allocator,
                    model,
                    coverage));
        }
    }

    private ChannelSettings settings(long memory) {
        Appender appender = Appender.values()[random.nextInt(Appender.values().length)];
        return ChannelSettings.file("c", 5_000, FOLDER)
                .withSegments(
                        large ? 80 * 1024 + 24 * 1024 * random.nextInt(3) : 16 * 1024 << random.nextInt(3),
                        large ? 40 * 1024 : 8 * 1024)
                .withByteCapacity(memory)
                .withSync(SyncMode.ALWAYS, appender);
    }

    int frames() {
        return model.frames();
    }

    int deaths() {
        return deaths;
    }

    String trace() {
        return trace.toString();
    }

    void run() {
        Map<String, Long> before = counts();
        collector.open(false);
        agents.forEach(agent -> agent.open(false));
        for (int step = 0; step < STEPS; step++) {
            step();
            bury();
        }
        finish();
        counts().forEach((what, often) -> coverage.add(what, often - before.get(what)));
        TierPromise.FREES.check(
                allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory() == 0,
                () -> allocator.metric() + " left");
    }

    private static Map<String, Long> counts() {
        Map<String, Long> counts = new HashMap<>();
        add(counts, "sender ", SimulatedAgent.metrics(), SENDER_COUNTS);
        add(counts, "receiver ", SimulatedCollector.metrics(), RECEIVER_COUNTS);
        return counts;
    }

    private static void add(Map<String, Long> counts, String side, MetricGroup group, List<String> names) {
        names.forEach(name -> counts.put(side + name, group.counter(name).get()));
    }

    // ---- steps

    private void step() {
        SimulatedAgent agent = agents.get(random.nextInt(agents.size()));
        switch (random.nextInt(40)) {
            case 0, 1, 2, 3, 4 -> agent.put();
            case 5, 6, 7, 8, 9 -> agent.tier.runOne();
            case 10 -> agent.look();
            case 11, 12, 13, 14 -> {
                work(agent);
                if (agent.sendfile && agent.lanes > 1 && random.nextBoolean()) {
                    loseOneSendingFiles(agent);
                }
            }
            case 15, 16, 17, 18, 19 -> toReceiver(any(), piece());
            case 20, 21, 22, 23 -> toSender(any(), piece());
            case 24, 25, 26, 27, 28 -> runCollector();
            case 29, 30 -> collector.runTasks();
            case 31 -> collector.lease(1 + random.nextInt(20));
            case 32 -> collector.commitOne();
            case 33 -> {
                if (random.nextInt(4) == 0) {
                    collector.rollbackLast();
                }
            }
            case 34, 35 -> time.pass(random.nextInt(150));
            case 36 -> collector.streams.checkTime();
            case 37 -> settleSome();
            default -> {
                if (random.nextInt(4) == 0) {
                    fault(agent);
                }
            }
        }
    }

    private int piece() {
        return random.nextInt(3) == 0 ? 1 + random.nextInt(100) : 1 + random.nextInt(50_000);
    }

    private Wire any() {
        return wires.isEmpty() ? null : wires.get(random.nextInt(wires.size()));
    }

    /** Loses a connection that has parts of files under way, while the sink has others. */
    private void loseOneSendingFiles(SimulatedAgent agent) {
        for (Wire wire : List.copyOf(wires)) {
            SimEnd end = wire.over.fromSender;
            if (wire.agent == agent && end.hasFiles() && !end.isLeft()) {
                loseSendersEnd(wire);
                return;
            }
        }
    }

    private void work(SimulatedAgent agent) {
        agent.work();
        LinkSender dialler = agent.dialler();
        while (dialler != null) {
            connect(agent, dialler);
            dialler = agent.dialler();
        }
    }

    private void connect(SimulatedAgent agent, LinkSender dialler) {
        if (unreachable || wires.stream().anyMatch(wire -> wire.deadEnd && wire.over.sender == dialler)) {
            dialler.dialFailed("refused");
            return;
        }
        int socketBytes = 4_096 << random.nextInt(7);
        Wire wire = new Wire(
                new SimConnection(allocator, dialler, agent.sendfile, socketBytes, random.nextBoolean()), agent);
        LinkStreams life = collector.streams;
        wire.over.receiver = new LinkReceiver(
                wire.over.fromReceiver,
                (receiver, hello) -> {
                    wire.stream = hello.stream();
                    receiver.join(life);
                },
                collector.options,
                collector.counts(),
                new TokenGate(""));
        wires.add(wire);
        dialler.connected(wire.over.fromSender);
    }

    private boolean toReceiver(Wire wire, int bytes) {
        if (wire == null || wire.stalled) {
            return false;
        }
        LinkReceiver.State before = wire.over.receiver.state();
        SimEnd end = wire.over.fromSender;
        if (before == LinkReceiver.State.OPEN && end.isLeft() && end.hasFiles()) {
            coverage.count("file sent by who is gone");
        }
        long rejects = refused.get();
        boolean moved = wire.over.fromSender.deliver(
                bytes, piece -> wire.over.receiver.received(piece), () -> wire.over.receiver.disconnected());
        wire.over.receiver.readComplete();
        boolean rejected =
                SimulatedCollector.metrics().counter("RejectSentCount").get() > rejects;
        TierPromise.SOUND.check(
                !rejected || wire.flipped, () -> "a connection without a changed bit was refused, " + describe(wire));
        if (moved && wire.orphan && before == LinkReceiver.State.OPEN) {
            coverage.count("old connection spoke late");
        }
        if (before != wire.over.receiver.state()) {
            checkFenced();
        }
        return moved;
    }

    private String describe(Wire wire) {
        return "agent " + wire.agent.id + ", sender " + wire.over.sender.trouble();
    }

    private void checkFenced() {
        Set<String> numbers = new HashSet<>();
        for (Wire wire : wires) {
            LinkReceiver receiver = wire.over.receiver;
            if (receiver.state() == LinkReceiver.State.OPEN) {
                String number = wire.stream + " " + receiver.hello().connection();
                TierPromise.FENCED.check(numbers.add(number), () -> "two connections of " + number);
            }
        }
    }

    private boolean toSender(Wire wire, int bytes) {
        if (wire == null || wire.stalled || wire.acksStalled) {
            return false;
        }
        LinkSender sender = wire.over.sender;
        return wire.over.fromReceiver.deliver(
                bytes,
                piece -> sender.received(wire.over.fromSender, piece),
                () -> sender.disconnected(wire.over.fromSender, "end of stream"));
    }

    /** Some rounds in which everybody does what there is to do. */
    private void settleSome() {
        for (int round = random.nextInt(4); round >= 0 && !isAnyDead(); round--) {
            agents.forEach(agent -> {
                agent.tier.cycles.runAll();
                agent.look();
                work(agent);
            });
            moveAll();
            if (!collectorHalted) {
                collector.tier.cycles.runAll();
            }
            collector.runTasks();
            moveAll();
        }
    }

    /** So much goes over the other connections that the log uses again what the dead one was to send. */
    private void beBusy(SimulatedAgent agent) {
        count("busy beside a dead connection");
        for (int round = 12 + random.nextInt(12); round >= 0 && !isAnyDead(); round--) {
            agent.put();
            agent.put();
            agent.tier.cycles.runAll();
            agent.look();
            work(agent);
            moveAll();
            runCollector();
            collector.runTasks();
            collector.lease(20);
            collector.commitOne();
            time.pass(20 + random.nextInt(60));
        }
    }

    private void runCollector() {
        if (!collectorHalted) {
            collector.tier.runOne();
        } else if (random.nextInt(20) == 0) {
            dieCollector();
        }
    }

    private boolean moveAll() {
        boolean moved = false;
        for (Wire wire : List.copyOf(wires)) {
            moved |= toReceiver(wire, Integer.MAX_VALUE);
            moved |= toSender(wire, Integer.MAX_VALUE);
        }
        wires.removeIf(Wire::isOver);
        return moved;
    }

    // ---- faults

    private void fault(SimulatedAgent agent) {
        int which = random.nextInt(34);
        Wire wire = any();
        switch (which) {
            case 0 -> die(agent);
            case 1 -> dieCollector();
            case 2 -> time.pass(2_500);
            case 3 -> {
                unreachable = true;
                coverage.count("unreachable");
            }
            case 4, 5, 6 -> unreachable = false;
            case 7, 8 ->
                wires.forEach(one -> {
                    one.stalled = false;
                    one.acksStalled = false;
                    one.deadEnd = false;
                });
            case 30 -> wires.forEach(one -> one.over.fromSender.reset());
            case 24 -> {
                count("collector's disk halted");
                collectorHalted = true;
            }
            case 25 -> collectorHalted = false;
            default -> {
                if (wire != null) {
                    spoil(wire, which);
                }
            }
        }
    }

    private void spoil(Wire wire, int which) {
        SimConnection over = wire.over;
        switch (which) {
            case 9 -> {
                count("wire cut");
                over.fromSender.cut();
                over.fromReceiver.cut();
            }
            case 10, 11, 12 -> loseSendersEnd(wire);
            case 13 -> {
                count("wire half open, receiver's end lost");
                over.receiver.disconnected();
            }
            case 14 -> {
                count("wire ended to the receiver");
                over.fromSender.cut();
            }
            case 15 -> {
                count("wire ended to the sender");
                over.fromReceiver.cut();
            }
            case 16, 17, 18, 29 -> {
                count("wire stalled");
                wire.stalled = true;
            }
            case 19, 20 -> {
                count("wire stalled for acknowledgements");
                wire.acksStalled = true;
            }
            case 21, 22, 23 -> flip(wire, over.fromSender, "bit flipped to the receiver");
            case 31, 32, 33 -> flipInHeader(wire);
            default -> flip(wire, over.fromReceiver, "bit flipped to the sender");
        }
    }

    private void loseSendersEnd(Wire wire) {
        SimConnection over = wire.over;
        count("wire half open, sender's end lost");
        wire.orphan = true;
        // What is under way comes much later, and nothing takes this connection's place for a while.
        boolean sendsOn = over.fromSender.hasFiles() && wire.agent.lanes > 1;
        wire.stalled = sendsOn || random.nextBoolean();
        wire.deadEnd = sendsOn;
        unreachable |= !sendsOn && random.nextInt(3) == 0;
        over.sender.disconnected(over.fromSender, "reset");
        if (sendsOn) {
            beBusy(wire.agent);
        }
    }

    /** A header is a small part of what goes over the wire, and says what to think of the rest. */
    private void flipInHeader(Wire wire) {
        SimEnd end = wire.over.fromSender;
        int frame = end.inFlight() > 0 ? end.frameFrom(random.nextInt(end.inFlight())) : -1;
        if (frame >= 0) {
            count("bit flipped in a frame's header");
            wire.flipped = true;
            int at =
                    switch (random.nextInt(3)) {
                        case 0 -> random.nextInt(FrameLayout.HEADER_LENGTH);
                        case 1 -> FrameLayout.VERSION_OFFSET + random.nextInt(4);
                        default -> FrameLayout.EVENT_COUNT_OFFSET + random.nextInt(8);
                    };
            end.flip(frame + at, 1 << random.nextInt(8));
        }
    }

    private void flip(Wire wire, SimEnd end, String what) {
        if (end.inFlight() > 0) {
            count(what);
            wire.flipped = true;
            end.flip(random.nextInt(end.inFlight()), 1 << random.nextInt(8));
        }
    }

    private void count(String what) {
        coverage.count(what);
        trace.append(what).append('\n');
    }

    // ---- deaths

    private boolean isAnyDead() {
        return collector.tier.isDead() || agents.stream().anyMatch(agent -> agent.tier.isDead());
    }

    /** Who died in a call of its disk is found out at once. */
    private void bury() {
        if (collector.tier.isDead()) {
            dieCollector();
        }
        for (SimulatedAgent agent : agents) {
            if (agent.tier.isDead()) {
                die(agent);
            }
        }
    }

    private void die(SimulatedAgent agent) {
        deaths++;
        trace.append("agent ").append(agent.id).append(" dies\n");
        for (Wire wire : wires) {
            if (wire.agent == agent) {
                wire.over.fromSender.orphan();
            }
        }
        boolean powerLost = agent.die();
        for (Wire wire : wires) {
            if (wire.agent == agent) {
                // What it had said may still arrive, now or when a new life has spoken; the end of it may not.
                wire.orphan = true;
                wire.deadEnd = false;
                if (powerLost || random.nextBoolean()) {
                    wire.over.fromSender.cut();
                }
            }
        }
        agent.open(false);
    }

    private void dieCollector() {
        deaths++;
        collectorHalted = false;
        trace.append("collector dies\n");
        collector.die(wires.stream().map(wire -> wire.over).toList());
        for (Wire wire : wires) {
            // Acknowledgements that are under way may still arrive.
            if (random.nextBoolean()) {
                wire.over.fromReceiver.cut();
            }
        }
        collector.open(false);
    }

    // ---- the end

    private void finish() {
        unreachable = false;
        collectorHalted = false;
        wires.forEach(wire -> {
            wire.stalled = false;
            wire.acksStalled = false;
            wire.deadEnd = false;
        });
        collector.tier.disk.revive();
        agents.forEach(agent -> agent.tier.disk.revive());
        for (int round = 0; !isDone(); round++) {
            int rounds = round;
            TierPromise.ARRIVES.check(round < CALM_ROUNDS, () -> "after " + rounds * CALM_MILLIS + " ms: " + howFar());
            calmRound();
            if (round % 20 == 19) {
                collector.streams.checkTime();
            }
            wires.forEach(wire -> wire.over.fromSender.reset());
            time.pass(CALM_MILLIS);
        }
        Map<Integer, Integer> lanes = new HashMap<>();
        agents.forEach(agent -> lanes.put(agent.id, agent.lanes == 1 ? 1 : SimulatedAgent.PRODUCERS));
        model.checkComplete(lanes);
        agents.forEach(SimulatedAgent::stop);
        wires.forEach(wire -> {
            wire.over.fromSender.cut();
            wire.over.fromReceiver.cut();
            wire.over.receiver.close();
        });
        collector.stop();
    }

    private void calmRound() {
        boolean moved = true;
        for (int round = 0; moved; round++) {
            int rounds = round;
            TierPromise.RESTS.check(round < 10_000, () -> rounds + " rounds without time");
            agents.forEach(agent -> {
                agent.tier.cycles.runAll();
                agent.look();
                work(agent);
            });
            moved = moveAll();
            collector.tier.cycles.runAll();
            collector.runTasks();
            collector.drain();
            moved |= moveAll();
        }
        bury();
    }

    private boolean isDone() {
        return agents.stream().allMatch(SimulatedAgent::isIdle) && collector.isIdle();
    }

    private String howFar() {
        StringBuilder text = new StringBuilder("the collector holds " + collector.tier.channel.size());
        for (SimulatedAgent agent : agents) {
            text.append(", agent ").append(agent.id).append(" holds ").append(agent.tier.channel.size());
            agent.senders()
                    .forEach(sender ->
                            text.append(", ").append(sender.state()).append(' ').append(sender.trouble()));
        }
        return text.toString();
    }
}
