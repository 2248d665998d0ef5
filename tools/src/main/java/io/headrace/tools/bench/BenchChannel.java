package io.headrace.tools.bench;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelEnvironment;
import io.headrace.engine.channel.ChannelFactory;
import io.headrace.engine.channel.ChannelPolicy;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelProcessorImpl;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Ledger;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.ThreadDutyRunner;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.frame.EventCursor;
import io.headrace.frame.FrameLayout;
import io.headrace.wal.FileStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/** One channel of the product, started, with the threads that it has in an agent. Closed once, by one thread. */
final class BenchChannel implements AutoCloseable {
    private static final long OVERFLOW_EVENTS = 100_000_000;
    private static final long LEDGER_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final MetricGroup metrics;
    private final ManagedChannel channel;
    private final ChannelProcessor processor;
    private volatile Throwable failure;
    private boolean closed;

    private BenchChannel(ChannelSettings settings) throws IOException {
        SplittableRandom random = new SplittableRandom();
        metrics = new MetricGroup(GroupType.CHANNEL, settings.name());
        channel = ChannelFactory.open(
                settings,
                new ChannelEnvironment(
                        new FileStorage(),
                        SystemNanoClock.INSTANCE,
                        SystemEpochClock.INSTANCE,
                        random::nextLong,
                        metrics,
                        new ThreadDutyRunner(BenchChannel::daemon, settings.waitStrategy()),
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

    /** Opens and starts a channel; a log goes into a folder of its name. */
    static BenchChannel open(String name, BenchSettings settings, BenchFolder folder) throws IOException {
        return new BenchChannel(settingsOf(name, settings, folder)
                .withByteCapacity(settings.byteCapacity())
                .withFrames(FrameLayout.DEFAULT_MAX_EVENT_BYTES, settings.frameBytes())
                .withWaitStrategy(settings.waitStrategy()));
    }

    private static ChannelSettings settingsOf(String name, BenchSettings settings, BenchFolder folder) {
        if (settings.policy() == ChannelPolicy.MEMORY) {
            return ChannelSettings.memory(name, settings.capacity());
        }
        Path log = folder.resolve(name);
        ChannelSettings logged = settings.policy() == ChannelPolicy.FILE
                ? ChannelSettings.file(name, settings.capacity(), log)
                : ChannelSettings.dual(name, settings.capacity(), OVERFLOW_EVENTS, log);
        return logged.withSync(settings.syncMode(), settings.appenderMode())
                .withGroupBytes(settings.groupBytes())
                .withReserveBytes(BenchFolder.RESERVE_BYTES);
    }

    ManagedChannel channel() {
        return channel;
    }

    ChannelProcessor processor() {
        return processor;
    }

    /** A counter of the channel as it stands. */
    long metric(String name) {
        return metrics.values().get(name).longValue();
    }

    void checkFailure() {
        if (failure != null) {
            throw new WorkloadException("channel " + channel.name() + " failed: " + failure.getMessage(), failure);
        }
    }

    /** Verifies that the channel's own books say the same as the sink's, and that a log got every byte; then stops it. */
    void finish(Course.Sent sent, Course.Report report) {
        Ledger ledger = awaitDelivered(sent.events());
        boolean balances = ledger.balances()
                && ledger.accepted() == sent.events()
                && ledger.delivered() == sent.events()
                && ledger.redelivered() == 0;
        report.check(
                balances,
                balances
                        ? String.format(Locale.ROOT, "ledger of channel %s: accepted = delivered", channel.name())
                        : String.format(
                                Locale.ROOT,
                                "ledger of channel %s: %s (expected: %,d accepted and delivered)",
                                channel.name(),
                                ledger,
                                sent.events()));
        if (channel.settings().alwaysWrites()) {
            long written = metric("LogByteCount");
            report.check(
                    written >= sent.frameBytes(),
                    String.format(
                            Locale.ROOT,
                            "log of channel %s: %,d bytes written for %,d of frames",
                            channel.name(),
                            written,
                            sent.frameBytes()));
        }
        close();
    }

    /** Commits reach the books a moment after the sink. */
    Ledger awaitDelivered(long events) {
        long end = System.nanoTime() + LEDGER_WAIT_NANOS;
        Ledger ledger = channel.ledger();
        while (ledger.delivered() < events && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(LOOK_NANOS);
            checkFailure();
            ledger = channel.ledger();
        }
        return ledger;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            channel.stop(0);
            checkFailure();
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
