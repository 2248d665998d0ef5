package io.headrace.tools.bench;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelEnvironment;
import io.headrace.engine.channel.ChannelFactory;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelProcessorImpl;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.ThreadDutyRunner;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.frame.EventCursor;
import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * One channel of the product, started, with the threads that it has in an agent, and something to put into it with. A failure
 * of it fails the run at its next {@link #checkFailure()}. Safe for any thread; stopped by one.
 */
public final class BenchmarkChannel implements AutoCloseable {
    private final MetricGroup metrics;
    private final ManagedChannel channel;
    private final ChannelProcessor processor;
    private volatile Throwable failure;
    private boolean stopped;

    /** Opens and starts the channel over the disk. */
    public BenchmarkChannel(ChannelSettings settings) throws IOException {
        this(settings, new FileStorage());
    }

    /** Opens and starts the channel over a storage. */
    public BenchmarkChannel(ChannelSettings settings, Storage storage) throws IOException {
        SplittableRandom random = new SplittableRandom();
        metrics = new MetricGroup(GroupType.CHANNEL, settings.name());
        channel = ChannelFactory.open(
                settings,
                new ChannelEnvironment(
                        storage,
                        SystemNanoClock.INSTANCE,
                        SystemEpochClock.INSTANCE,
                        random::nextLong,
                        metrics,
                        new ThreadDutyRunner(BenchmarkChannel::daemon, settings.waitStrategy()),
                        thrown -> failure = thrown));
        channel.start();
        processor = new ChannelProcessorImpl(
                List.of(channel),
                List.of(),
                new OneChannel(channel),
                SystemNanoClock.INSTANCE,
                SystemEpochClock.INSTANCE,
                new MetricGroup(GroupType.SOURCE, "source of " + settings.name()));
    }

    /** The channel. */
    public ManagedChannel channel() {
        return channel;
    }

    /** What sources put into. */
    public ChannelProcessor processor() {
        return processor;
    }

    /** A counter or gauge of the channel as it stands. */
    public long metric(String name) {
        return metrics.values().get(name).longValue();
    }

    /** Throws what the channel failed with. */
    public void checkFailure() {
        if (failure != null) {
            throw new WorkloadException("channel " + channel.name() + " failed: " + failure.getMessage(), failure);
        }
    }

    /** Stops without waiting for sinks, if it has not stopped yet. */
    public void stop() {
        if (!stopped) {
            stopped = true;
            channel.stop(0);
            checkFailure();
        }
    }

    /** Stops, and checks that the ledger balances. */
    @Override
    public void close() {
        stop();
        if (!channel.ledger().balances()) {
            throw new WorkloadException("ledger: " + channel.ledger() + " (expected: one that balances)");
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    private static final class OneChannel implements ChannelSelector {
        private final Branch branch;

        OneChannel(Channel channel) {
            branch = new Branch(0, List.of(channel), List.of());
        }

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
    }
}
