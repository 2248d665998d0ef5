package io.headrace.transport.link;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A receiving process: its source {@code link}, its channel, and a sink that says what came. */
final class SimulatedCollector {
    private static final ThreadLocal<MetricGroup> SOURCE =
            ThreadLocal.withInitial(() -> new MetricGroup(GroupType.SOURCE, "receiver"));

    private static final ThreadLocal<LinkReceiverMetrics> COUNTS =
            ThreadLocal.withInitial(() -> new LinkReceiverMetrics(SOURCE.get()));

    private static final long IDLE_MILLIS = 10_000;
    private static final long REVOKE_MILLIS = 2_000;
    private static final long GRACE_MILLIS = 5_000;

    final SimulatedTier tier;
    final LinkReceiverOptions options;
    private final SplittableRandom random;
    private final DrivenTime time;
    private final HopModel model;
    private final long receiveBytes;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final DrivenAlarm alarm;
    private final List<Lease> open = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();
    LinkStreams streams;
    private ChannelConsumer consumer;

    SimulatedCollector(
            ChannelSettings settings, SplittableRandom random, DrivenTime time, HopModel model, TierCoverage coverage) {
        this.random = random;
        this.time = time;
        this.alarm = new DrivenAlarm(time);
        this.model = model;
        this.tier = new SimulatedTier("collector", settings, false, random.split(), time, coverage);
        this.receiveBytes = CreditBudget.FIRST_GRANT << random.nextInt(3);
        LinkReceiverOptions usual = LinkReceiverOptions.defaults();
        // Who does not take compressed frames gets none straight from the log.
        this.options = new LinkReceiverOptions(
                        AckLevel.values()[random.nextInt(AckLevel.values().length)],
                        usual.maxFrameLength(),
                        usual.maxConnectionBytes(),
                        IDLE_MILLIS,
                        REVOKE_MILLIS,
                        GRACE_MILLIS)
                .withZstd(true);
    }

    static MetricGroup metrics() {
        return SOURCE.get();
    }

    LinkReceiverMetrics counts() {
        return COUNTS.get();
    }

    void open(boolean calm) {
        tier.open(calm);
        consumer = tier.channel.consumer("sink");
        streams = new LinkStreams(
                options,
                tier.processor,
                new CreditBudget(receiveBytes),
                time,
                time,
                counts(),
                tasks::add,
                alarm,
                errors::add);
    }

    void runTasks() {
        Runnable task = tasks.poll();
        while (task != null) {
            task.run();
            task = tasks.poll();
        }
        alarm.run();
        if (!errors.isEmpty() && !tier.isDead()) {
            throw TierPromise.FAILS_FOR_A_REASON.broken("an event loop: " + errors.get(0), errors.get(0));
        }
    }

    /** The sink takes some; true when there was any. */
    boolean lease(int maxEvents) {
        Lease lease = consumer.tryLease(maxEvents, 1 << 20);
        if (lease == null) {
            return false;
        }
        for (int i = 0; i < lease.size(); i++) {
            try {
                model.delivered(lease.sequence(i), TestFrames.idOf(lease.frame(i)));
            } catch (RuntimeException e) {
                throw TierPromise.CONTENT.broken("sequence " + lease.sequence(i) + ": " + e, e);
            }
        }
        open.add(lease);
        return true;
    }

    void commitOne() {
        if (!open.isEmpty()) {
            open.remove(random.nextInt(open.size())).commit();
        }
    }

    void rollbackLast() {
        if (!open.isEmpty()) {
            open.remove(open.size() - 1).rollback();
        }
    }

    /** Takes and commits all that there is. */
    void drain() {
        while (!open.isEmpty()) {
            commitOne();
        }
        while (lease(1_000)) {
            commitOne();
        }
    }

    boolean isIdle() {
        return tier.channel.size() == 0;
    }

    /** Dies with its connections, which only the network still knows. */
    void die(List<SimConnection> connections) {
        tier.die();
        connections.forEach(over -> over.receiver.close());
        streams.close();
        tasks.clear();
        alarm.clear();
        errors.clear();
        open.forEach(Lease::rollback);
        open.clear();
        tier.buried();
    }

    void stop() {
        streams.close();
        tier.stop();
    }
}
