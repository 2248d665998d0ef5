package io.headrace.transport.link;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelEnvironment;
import io.headrace.engine.channel.ChannelFactory;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelProcessorImpl;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.frame.EventCursor;
import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A process with one channel of type {@code file} on a disk of its own, over several lives. */
final class SimulatedTier {
    /** One a thread: making histograms would take longer than the rest. */
    private static final ThreadLocal<MetricGroup> CHANNEL =
            ThreadLocal.withInitial(() -> new MetricGroup(GroupType.CHANNEL, "c"));

    private static final ThreadLocal<MetricGroup> SOURCE =
            ThreadLocal.withInitial(() -> new MetricGroup(GroupType.SOURCE, "s"));

    final SimulatedDisk disk;
    private final Storage storage;
    private final String name;
    private final ChannelSettings settings;
    private final SplittableRandom random;
    private final DrivenTime time;
    private final TierCoverage coverage;
    private final List<Throwable> failures = new ArrayList<>();
    DrivenCycles cycles;
    ManagedChannel channel;
    ChannelProcessor processor;

    /** @param sendsFiles whether a sink may send straight from the log */
    SimulatedTier(
            String name,
            ChannelSettings settings,
            boolean sendsFiles,
            SplittableRandom random,
            DrivenTime time,
            TierCoverage coverage) {
        this.name = name;
        this.settings = settings;
        this.random = random;
        this.time = time;
        this.coverage = coverage;
        this.disk = new SimulatedDisk(random.nextLong());
        this.storage = sendsFiles ? SendingDisk.over(disk) : disk;
    }

    /** A life begins; it may take several deaths. */
    void open(boolean calm) {
        while (channel == null) {
            if (!calm && random.nextInt(4) == 0) {
                disk.dieAt(1 + random.nextInt(40));
            }
            cycles = new DrivenCycles(time);
            SplittableRandom ids = random.split();
            ChannelEnvironment environment =
                    new ChannelEnvironment(storage, time, time, ids::nextLong, CHANNEL.get(), cycles, failures::add);
            try {
                channel = ChannelFactory.open(settings, environment);
                if (disk.isDead()) {
                    channel.close();
                    channel = null;
                }
            } catch (IOException | RuntimeException e) {
                if (!disk.isDead()) {
                    throw TierPromise.OPENS.broken(name + ": " + e, e);
                }
            }
            if (channel == null) {
                coverage.count(name + " died opening");
                if (random.nextInt(3) == 0) {
                    disk.cutPower(random);
                }
                disk.revive();
            }
        }
        disk.revive();
        if (!calm && random.nextBoolean()) {
            disk.dieAt(1 + random.nextInt(random.nextBoolean() ? 60 : 400));
        }
        channel.start();
        processor = new ChannelProcessorImpl(List.of(channel), List.of(), always(channel), time, time, SOURCE.get());
    }

    boolean isDead() {
        return disk.isDead() || channel.failure() != null;
    }

    /**
     * The process dies, or has died.
     *
     * @return whether its machine lost power, too
     */
    boolean die() {
        if (channel.failure() != null && !disk.isDead()) {
            throw TierPromise.FAILS_FOR_A_REASON.broken(name + ": " + channel.failure(), channel.failure());
        }
        coverage.count(name + (disk.death() == null ? " killed" : " died in a call"));
        int how = random.nextInt(3);
        switch (how) {
            case 0 -> {
                coverage.count(name + " power cut");
                disk.cutPower(random);
            }
            case 1 -> {
                coverage.count(name + " cache dropped");
                disk.kill();
                disk.dropCache();
            }
            default -> disk.kill();
        }
        channel.close();
        channel = null;
        failures.clear();
        return how == 0;
    }

    /** Revives the disk after all that the process held was given back. */
    void buried() {
        disk.revive();
    }

    /** One round of one duty cycle. */
    void runOne() {
        // The journal more often than those beside it.
        int which = random.nextInt(cycles.size() + 2);
        cycles.run(which < cycles.size() ? which : Math.min(2, cycles.size() - 1));
    }

    void stop() {
        long left = channel.stop(0);
        TierPromise.ARRIVES.check(left == 0, () -> left + " events left in " + name);
        channel = null;
    }

    private static ChannelSelector always(Channel channel) {
        ChannelSelector.Branch branch = new ChannelSelector.Branch(0, List.of(channel), List.of());
        return new ChannelSelector() {
            @Override
            public List<Branch> branches() {
                return List.of(branch);
            }

            @Override
            public Branch select(Map<String, String> shared) {
                return branch;
            }

            @Override
            public Branch select(EventCursor event) {
                return branch;
            }
        };
    }
}
