package io.headrace.transport.chaos;

import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.TestFrames;
import io.headrace.transport.link.netty.LinkSink;
import io.headrace.transport.link.netty.LinkSource;
import io.headrace.transport.link.netty.RealChannels;
import io.headrace.transport.link.netty.TestContext;
import io.headrace.wal.FileStorage;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One or two agents send to a collector through a {@link ChaosProxy}, all with their own channels, sockets and files;
 * agents and collector are killed in between where they have a log. Over when everything was delivered. Owned by one
 * thread.
 */
final class ChaosRun implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration POLL = Duration.ofMillis(2);
    private static final int PRODUCERS = 4;
    private static final int SEGMENT_BYTES = 640 * 1024;
    private static final int LARGEST_EVENT = 256 * 1024;
    private static final int FAULTY_CONNECTIONS = 6;
    private static final int LAST_SAID = 20;

    private final SplittableRandom random;
    private final Path folder;
    private final EventLoops loops;
    private final ChaosProxy proxy;
    private final Deliveries deliveries = new Deliveries();
    private final List<Agent> agents = new ArrayList<>();
    private final Map<String, Long> counts = new HashMap<>();
    private final boolean files;
    private final boolean greedy;
    private final String drawn;
    private final Map<String, String> sinkSettings;
    private final Map<String, String> sourceSettings;
    private final long roomBytes;
    private ManagedChannel to;
    private TestContext sourceContext;
    private LinkSource source;
    private int collectorKills;
    private int total;

    /** A sender with its channel: one stream. */
    private final class Agent {
        private final int id;
        private final int frames;
        private final ManagedChannelHolder from = new ManagedChannelHolder();
        private TestContext context;
        private LinkSink sink;
        private int kills;
        private int put;

        Agent(int id) {
            this.id = id;
            this.frames = 60 + random.nextInt(200);
            this.kills = files && random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0;
        }

        void start() throws Exception {
            from.channel = RealChannels.open(settings("from" + id, 4 * 1024 * 1024), new FileStorage());
            from.processor = RealChannels.processor(from.channel);
            from.input = from.processor.anonymousInput();
        }

        void connect() {
            context = TestContext.sink(loops, from.channel.consumer("sink"), sinkSettings);
            sink = new LinkSink(context);
            sink.start();
        }

        /** Puts up to {@code most} frames more, as many as there is room for. */
        void put(int most) {
            for (int i = 0; i < most && put < frames; i++) {
                long number = Deliveries.number(id, put + 1);
                Frame frame = TestFrames.of(
                        PooledByteBufAllocator.DEFAULT, producer(put + 1), number, 1, bytesOf(put + 1), 0);
                PutStatus status = from.processor.tryPut(from.input, 0, frame, true, from.processor.newTicket());
                frame.release();
                if (status != PutStatus.ACCEPTED) {
                    return;
                }
                put++;
            }
        }

        private long producer(int number) {
            return id * 100L + number % PRODUCERS;
        }

        /** A kill: what was acknowledged to its source is all that is left. */
        void kill() throws Exception {
            awaitAcknowledged();
            from.input.close();
            from.channel.close();
            sink.stop();
            note("AGENT_KILLED", 1);
            noteSink();
            start();
            connect();
        }

        /** An agent's source would send again what was not acknowledged; this one has nothing left to send. */
        private void awaitAcknowledged() {
            await().atMost(LIMIT)
                    .pollInSameThread()
                    .pollInterval(POLL)
                    .until(() -> from.channel.acknowledged() >= put && isAllAcknowledged());
        }

        private boolean isAllAcknowledged() {
            return from.channel.ledger().accepted() >= put;
        }

        boolean isDone() {
            return put == frames && from.channel.size() == 0;
        }

        void noteSink() {
            for (String name :
                    List.of("FrameRedeliveredCount", "FrameKeptCount", "RejectReceivedCount", "CreditStallCount")) {
                note(name, context.count(name));
            }
            failIfFailed(context);
        }

        void stop() {
            if (sink != null) {
                sink.stop();
                sink = null;
            }
            if (from.channel != null) {
                from.input.close();
                from.channel.close();
                from.channel = null;
            }
        }
    }

    private static final class ManagedChannelHolder {
        private ManagedChannel channel;
        private ChannelProcessor processor;
        private SourceInput input;
    }

    ChaosRun(long seed, Path folder, EventLoops loops, EventLoop proxyLoop) throws InterruptedException {
        this.random = new SplittableRandom(seed);
        this.folder = folder;
        this.loops = loops;
        this.proxy = new ChaosProxy(
                proxyLoop, n -> n < FAULTY_CONNECTIONS ? ChaosPlan.of(seed, n) : ChaosPlan.calm(), Line.SHORT);
        files = random.nextInt(4) > 0;
        greedy = random.nextBoolean();
        roomBytes = 1L << 15 + random.nextInt(8);
        collectorKills = files && random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0;
        int connections = random.nextInt(4) == 0 ? 2 + random.nextInt(2) : 1;
        sinkSettings = new TreeMap<>(Map.of(
                "hostname", "127.0.0.1",
                "port", Integer.toString(proxy.port()),
                "max-backoff", "100",
                "drain-timeout", "0",
                "connect-timeout", Integer.toString(300 + random.nextInt(400)),
                "request-timeout", Integer.toString(200 + random.nextInt(400)),
                "connections", Integer.toString(connections),
                "window", Integer.toString(1 << 16 + random.nextInt(6)),
                "batch-size", Integer.toString(1 + random.nextInt(60)),
                "sendfile", Boolean.toString(random.nextBoolean())));
        sourceSettings = Map.of(
                "bind", "127.0.0.1",
                "port", "0",
                "stop-timeout", "0",
                "receiveBytes", Integer.toString(1 << 16 + random.nextInt(7)));
        for (int id = 1; id <= 1 + random.nextInt(2); id++) {
            agents.add(new Agent(id));
        }
        total = agents.stream().mapToInt(agent -> agent.frames).sum();
        drawn = (files ? "file" : "memory") + " channels, " + agents.size() + " agents, " + total
                + " frames, collector room "
                + roomBytes + ", collector killed " + collectorKills + " times, sink " + sinkSettings + ", source "
                + sourceSettings;
        for (Agent agent : agents) {
            deliveries.expect(agent.id, agent.frames, connections == 1 ? 1 : PRODUCERS);
        }
    }

    void run() throws Exception {
        openCollector();
        for (Agent agent : agents) {
            agent.start();
            // What stands there before the sink does leaves memory and is read from the log.
            agent.put(random.nextInt(agent.frames));
            agent.connect();
        }
        await().atMost(LIMIT).pollInSameThread().pollInterval(POLL).until(this::step);
        // What an old connection still has on its way must not come now.
        await().atMost(LIMIT).pollInSameThread().pollInterval(POLL).until(() -> proxy.waitingBytes() == 0);
        for (Agent agent : agents) {
            agent.noteSink();
        }
        noteSource();
        source.stop();
        take();
        deliveries.checkComplete();
    }

    /** One round of everything that is not driven by threads of its own; true when all is done. */
    private boolean step() throws Exception {
        if (proxy.failure() != null) {
            throw new IllegalStateException(proxy.failure());
        }
        for (Agent agent : agents) {
            agent.put(random.nextInt(8));
        }
        if (greedy || random.nextInt(4) == 0) {
            take();
        }
        if (collectorKills > 0 && deliveries.count() + to.size() >= total / (collectorKills + 1)) {
            collectorKills--;
            killCollector();
        }
        for (Agent agent : agents) {
            if (agent.kills > 0 && agent.put >= agent.frames / (agent.kills + 1)) {
                agent.kills--;
                agent.kill();
            }
        }
        return agents.stream().allMatch(Agent::isDone) && deliveries.count() == total;
    }

    private void openCollector() throws Exception {
        to = RealChannels.open(settings("to", roomBytes), new FileStorage());
        sourceContext = TestContext.source(loops, RealChannels.processor(to), sourceSettings);
        source = new LinkSource(sourceContext);
        source.start();
        proxy.target(source.address());
    }

    private void killCollector() throws Exception {
        to.close();
        source.stop();
        note("COLLECTOR_KILLED", 1);
        noteSource();
        openCollector();
    }

    private ChannelSettings settings(String name, long bytes) {
        return files
                ? ChannelSettings.file(name, 100_000, folder.resolve(name))
                        .withSegments(SEGMENT_BYTES, LARGEST_EVENT)
                        .withByteCapacity(bytes)
                : ChannelSettings.memory(name, 100_000).withByteCapacity(bytes);
    }

    private static int bytesOf(int number) {
        SplittableRandom size = new SplittableRandom(number);
        return switch (size.nextInt(30)) {
            case 0 -> 120_000 + size.nextInt(100_000);
            case 1, 2 -> 33_000 + size.nextInt(20_000);
            default -> 8 + size.nextInt(4_000);
        };
    }

    private void take() {
        Lease lease = to.consumer("end").tryLease(50, Long.MAX_VALUE);
        while (lease != null) {
            for (int i = 0; i < lease.size(); i++) {
                deliveries.delivered(lease.sequence(i), TestFrames.idOf(lease.frame(i)));
            }
            lease.commit();
            lease = to.consumer("end").tryLease(50, Long.MAX_VALUE);
        }
    }

    private void noteSource() {
        for (String name :
                List.of("FrameDuplicateCount", "FrameParkedCount", "ConnectionFencedCount", "RejectSentCount")) {
            note(name, sourceContext.count(name));
        }
        failIfFailed(sourceContext);
    }

    private static void failIfFailed(TestContext context) {
        context.health.stream().filter(said -> said.startsWith("!")).findFirst().ifPresent(said -> {
            throw new AssertionError("failed: " + said);
        });
    }

    private void note(String what, long often) {
        counts.merge(what, often, Long::sum);
    }

    /** What came to pass, by name: faults, and what the two sides counted. */
    Map<String, Long> counts() {
        Map<String, Long> all = new HashMap<>(counts);
        proxy.counts().forEach((fault, often) -> all.put(fault.name(), often));
        return all;
    }

    /** What was drawn, what the proxy did, and how far it got. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(drawn).append('\n');
        proxy.trace().forEach(line -> text.append(line).append('\n'));
        for (Agent agent : agents) {
            text.append("agent ").append(agent.id).append(": put ").append(agent.put);
            if (agent.from.channel != null) {
                text.append(", holds ").append(agent.from.channel.size());
            }
            text.append(agent.context == null ? "" : ", said " + last(agent.context))
                    .append('\n');
        }
        return text.append("delivered ")
                .append(deliveries.count())
                .append(" of ")
                .append(total)
                .append('\n')
                .append(sourceContext == null ? "" : "the collector said " + last(sourceContext))
                .toString();
    }

    private static List<String> last(TestContext context) {
        int size = context.health.size();
        return context.health.subList(Math.max(0, size - LAST_SAID), size);
    }

    @Override
    public void close() {
        agents.forEach(Agent::stop);
        if (source != null) {
            source.stop();
        }
        if (to != null) {
            to.close();
        }
        proxy.close();
    }
}
