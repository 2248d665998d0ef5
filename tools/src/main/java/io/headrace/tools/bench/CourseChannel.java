package io.headrace.tools.bench;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelPolicy;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Ledger;
import io.headrace.frame.FrameLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A channel of a {@link Course}: made from the settings of a workload, its books compared with what was sent. Immutable.
 *
 * @param channel the channel itself
 */
record CourseChannel(BenchmarkChannel channel) implements AutoCloseable {
    private static final long OVERFLOW_EVENTS = 100_000_000;
    private static final long LEDGER_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Opens and starts a channel; a log goes into a folder of its name. */
    static CourseChannel open(String name, BenchSettings settings, BenchFolder folder) throws IOException {
        return new CourseChannel(new BenchmarkChannel(settingsOf(name, settings, folder)
                .withByteCapacity(settings.byteCapacity())
                .withFrames(FrameLayout.DEFAULT_MAX_EVENT_BYTES, settings.frameBytes())
                .withWaitStrategy(settings.waitStrategy())));
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

    private String name() {
        return channel.channel().name();
    }

    ChannelConsumer consumer(String name) {
        return channel.channel().consumer(name);
    }

    Course.Entry newEntry(int inFlight) {
        return new ChannelEntry(new BoundedPuts(channel, inFlight));
    }

    void checkFailure() {
        channel.checkFailure();
    }

    String waitingFor() {
        return channel.channel().waitingFor();
    }

    /** What its log did; nothing where it has none. */
    Map<String, Long> counters(String prefix) {
        Map<String, Long> counters = new LinkedHashMap<>();
        if (channel.channel().settings().hasLog()) {
            counters.put(prefix + "logBytes", channel.metric("LogByteCount"));
            counters.put(prefix + "logFrames", channel.metric("LogFrameCount"));
            counters.put(prefix + "logSyncs", channel.metric("LogSyncCount"));
        }
        return counters;
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
                        ? String.format(Locale.ROOT, "ledger of channel %s: accepted = delivered", name())
                        : String.format(
                                Locale.ROOT,
                                "ledger of channel %s: %s (expected: %,d accepted and delivered)",
                                name(),
                                ledger,
                                sent.events()));
        if (channel.channel().settings().alwaysWrites()) {
            long written = channel.metric("LogByteCount");
            report.check(
                    written >= sent.frameBytes(),
                    String.format(
                            Locale.ROOT,
                            "log of channel %s: %,d bytes written for %,d of frames",
                            name(),
                            written,
                            sent.frameBytes()));
        }
        close();
    }

    /** Commits reach the books a moment after the sink. */
    Ledger awaitDelivered(long events) {
        long end = System.nanoTime() + LEDGER_WAIT_NANOS;
        Ledger ledger = channel.channel().ledger();
        while (ledger.delivered() < events && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(LOOK_NANOS);
            channel.checkFailure();
            ledger = channel.channel().ledger();
        }
        return ledger;
    }

    /** Stops it; its books were compared before, if they are to be. */
    @Override
    public void close() {
        channel.stop();
    }
}
