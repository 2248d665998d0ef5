package io.headrace.transport.link;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.frame.Frame;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A sending process: its source, its channel and its sink {@code link}. What was put and not acknowledged is not put again. */
final class SimulatedAgent {
    static final int PRODUCERS = 4;

    private static final ThreadLocal<MetricGroup> SINK =
            ThreadLocal.withInitial(() -> new MetricGroup(GroupType.SINK, "sender"));

    private static final ThreadLocal<LinkSenderCounts> COUNTS =
            ThreadLocal.withInitial(() -> new LinkSenderMetrics(SINK.get()));

    private static final long REQUEST_TIMEOUT_MILLIS = 2_000;
    private static final long STALL_MILLIS = 60_000;

    final int id;
    final int lanes;
    final boolean sendfile;
    private final boolean large;
    final SimulatedTier tier;
    private final SplittableRandom random;
    private final DrivenTime time;
    private final ByteBufAllocator allocator;
    private final HopModel model;
    private final LinkSenderOptions options;
    private final ArrayDeque<Unanswered> unanswered = new ArrayDeque<>();
    private final List<LinkSender> senders = new ArrayList<>();
    private PinnedConsumers shared;
    private boolean[] dialling;
    private SourceInput input;
    private int frames;

    private record Unanswered(long number, PutTicket ticket) {}

    SimulatedAgent(
            int id,
            ChannelSettings settings,
            boolean large,
            SplittableRandom random,
            DrivenTime time,
            ByteBufAllocator allocator,
            HopModel model,
            TierCoverage coverage) {
        this.id = id;
        this.random = random;
        this.time = time;
        this.allocator = allocator;
        this.model = model;
        this.large = large;
        this.lanes = random.nextInt(large ? 4 : 2) == 0 ? 1 : 2 + random.nextInt(2);
        this.sendfile = large && random.nextInt(4) > 0;
        this.tier = new SimulatedTier("agent", settings, sendfile, random.split(), time, coverage);
        this.options = new LinkSenderOptions(
                "agent" + id,
                "sink",
                "",
                1 + random.nextInt(30),
                2_048L << random.nextInt(6),
                4_096L << random.nextInt(6),
                REQUEST_TIMEOUT_MILLIS,
                REQUEST_TIMEOUT_MILLIS,
                100,
                1_000,
                STALL_MILLIS);
    }

    static MetricGroup metrics() {
        return SINK.get();
    }

    void open(boolean calm) {
        tier.open(calm);
        input = tier.processor.anonymousInput();
        ChannelConsumer consumer = tier.channel.consumer("sink");
        shared = lanes == 1 ? null : new PinnedConsumers(consumer, lanes);
        boolean[] dials = new boolean[lanes];
        dialling = dials;
        for (int lane = 0; lane < lanes; lane++) {
            int which = lane;
            LinkDialer dialer = new LinkDialer() {
                @Override
                public void dial() {
                    dials[which] = true;
                }

                @Override
                public String target() {
                    return "collector:1";
                }
            };
            senders.add(new LinkSender(
                    options,
                    shared == null ? consumer : shared.part(lane),
                    dialer,
                    time,
                    random::nextLong,
                    new Quiet(),
                    COUNTS.get()));
        }
    }

    private record Quiet() implements LinkHealth {
        @Override
        public void healthy(String detail) {}

        @Override
        public void unhealthy(String reason) {}
    }

    void put() {
        int number = frames + 1;
        long name = HopModel.number(id, number);
        int bytes = random.nextInt(large ? 2 : 6) > 0
                ? 8 + random.nextInt(400)
                : large ? 33_000 + random.nextInt(5_000) : 2_000 + random.nextInt(3_000);
        Frame frame = TestFrames.of(allocator, id * 100L + number % PRODUCERS, name, 1, bytes, 0);
        PutTicket ticket = tier.processor.newTicket();
        try {
            PutStatus status = tier.processor.tryPut(input, 0, frame, true, ticket);
            if (status == PutStatus.ACCEPTED) {
                frames++;
                model.put(name);
                unanswered.add(new Unanswered(name, ticket));
            }
        } finally {
            frame.release();
        }
    }

    /** Takes note of what is acknowledged by now: it may not get lost any more. */
    void look() {
        while (!unanswered.isEmpty() && unanswered.peek().ticket().isAcknowledged()) {
            model.acknowledged(unanswered.poll().number());
        }
    }

    /** Whether anything is under way or waits. */
    boolean isIdle() {
        return unanswered.isEmpty() && tier.channel.size() == 0;
    }

    List<LinkSender> senders() {
        return senders;
    }

    /** The connection that a sender asks for, if one does. */
    LinkSender dialler() {
        for (int lane = 0; lane < lanes; lane++) {
            if (dialling[lane]) {
                dialling[lane] = false;
                return senders.get(lane);
            }
        }
        return null;
    }

    /** Drives all connections of the sink until they have nothing to do. */
    void work() {
        for (int round = 0; drive(); round++) {
            int rounds = round;
            TierPromise.RESTS.check(round < 10_000, () -> rounds + " rounds of a sink");
        }
    }

    private boolean drive() {
        boolean more = false;
        for (int lane = 0; lane < lanes; lane++) {
            more |= tellState(lane);
            more |= senders.get(lane).doWork() > 0;
            more |= tellState(lane);
        }
        return more;
    }

    private boolean tellState(int lane) {
        return shared != null && shared.stands(lane, senders.get(lane).state() == LinkSender.State.STREAMING);
    }

    /**
     * Dies; its connections are the network's from now on.
     *
     * @return whether its machine lost power
     */
    boolean die() {
        look();
        unanswered.clear();
        boolean powerLost = tier.die();
        closeSenders();
        input.close();
        tier.buried();
        return powerLost;
    }

    private void closeSenders() {
        senders.forEach(LinkSender::close);
        senders.clear();
        if (shared != null) {
            shared.close();
        }
    }

    void stop() {
        closeSenders();
        input.close();
        tier.stop();
    }
}
