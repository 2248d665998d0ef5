package io.headrace.engine.flume;

import io.headrace.engine.TestContext;
import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelEnvironment;
import io.headrace.engine.channel.ChannelFactory;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelProcessorImpl;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.channel.ThreadDutyRunner;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A channel described by the keys of a Flume configuration, on a real folder with its own threads; one source, one sink. */
final class RealChannel implements AutoCloseable {
    private static final long BYTES = 1 << 24;

    /** Long enough for a machine that does much else. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Producer PRODUCER = new Producer(11);

    final ManagedChannel channel;
    final MetricGroup metrics = new MetricGroup(GroupType.CHANNEL, "c1");
    final ChannelConsumer consumer;
    final ChannelProcessor processor;
    final SourceInput input;
    final PutTicket ticket;

    private RealChannel(ChannelSettings settings, Storage storage) throws IOException {
        channel = ChannelFactory.open(
                settings,
                new ChannelEnvironment(
                        storage,
                        SystemNanoClock.INSTANCE,
                        SystemEpochClock.INSTANCE,
                        System::nanoTime,
                        metrics,
                        new ThreadDutyRunner(RealChannel::daemon, settings.waitStrategy()),
                        failure -> {}));
        channel.start();
        consumer = channel.consumer("k1");
        processor = processor(channel);
        input = processor.anonymousInput();
        ticket = processor.newTicket();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    /** A memory channel; {@code keys} are key, value, key, value. */
    static RealChannel memory(String... keys) throws IOException {
        return new RealChannel(settings("memory", keys), null);
    }

    /** A channel with a log of small segments. */
    static RealChannel onDisk(String type, Path folder, String... keys) throws IOException {
        return onDisk(type, folder, new FileStorage(), keys);
    }

    /** The same on another disk. */
    static RealChannel onDisk(String type, Path folder, Storage storage, String... keys) throws IOException {
        return new RealChannel(onDiskSettings(type, folder, keys), storage);
    }

    static ChannelSettings onDiskSettings(String type, Path folder, String... keys) {
        List<String> all = new ArrayList<>(List.of(
                "dataDirs", folder.resolve("data").toString(),
                "checkpointDir", folder.resolve("checkpoint").toString(),
                "maxFileSize", "2m",
                "maxEventBytes", "256k",
                "minimumRequiredSpace", "1m"));
        all.addAll(Arrays.asList(keys));
        return settings(type, all.toArray(String[]::new));
    }

    /** What a channel's type makes of Flume's keys; the last value of a key wins. */
    static ChannelSettings settings(String type, String... keys) {
        Map<String, String> written = new HashMap<>();
        for (int i = 0; i < keys.length; i += 2) {
            written.put(keys[i], keys[i + 1]);
        }
        return ComponentRegistry.load()
                .get(ComponentProvider.OfChannel.class, type)
                .settings(new TestContext(written));
    }

    /** Everything required by one source. */
    static ChannelProcessor processor(ManagedChannel... channels) {
        List<Channel> all = List.of(channels);
        ChannelSelector selector = ComponentRegistry.load()
                .get(ComponentProvider.OfSelector.class, "replicating")
                .create(new TestContext(Map.of(), channels));
        return new ChannelProcessorImpl(
                all,
                List.of(),
                selector,
                SystemNanoClock.INSTANCE,
                SystemEpochClock.INSTANCE,
                new MetricGroup(GroupType.SOURCE, "r1"));
    }

    static Frame frame(Map<String, String> headers, String... bodies) {
        FrameLimits limits = new FrameLimits(Integer.MAX_VALUE, 64 * 1024, 256 * 1024);
        try (FrameBuilder builder = new FrameBuilder(UnpooledByteBufAllocator.DEFAULT, limits)) {
            builder.begin(Headers.EMPTY);
            for (String body : bodies) {
                builder.add(Headers.of(headers), body.getBytes(StandardCharsets.UTF_8));
            }
            return builder.build(PRODUCER, 1_000_000);
        }
    }

    /** {@code from} to below {@code to}, each an event. */
    static String[] numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(String::valueOf).toArray(String[]::new);
    }

    /** One batch, as a source's transaction would be; it does not wait for room. */
    PutStatus put(String... bodies) {
        return put(Map.of(), bodies);
    }

    PutStatus put(Map<String, String> headers, String... bodies) {
        Frame frame = frame(headers, bodies);
        try {
            return processor.tryPut(input, 0, frame, true, ticket);
        } finally {
            frame.release();
        }
    }

    /** One batch that must be accepted, and is acknowledged when this returns. */
    void putAll(String... bodies) {
        PutStatus status = put(bodies);
        if (status != PutStatus.ACCEPTED) {
            throw new AssertionError("put: " + status + " " + ticket.fullReason());
        }
        soon().until(ticket::isAcknowledged);
    }

    /** Looks again after a millisecond, since most of what is awaited here takes few. */
    static ConditionFactory soon() {
        return Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(LIMIT);
    }

    /** One batch, which waits for room as long as {@code keep-alive} says; acknowledged when this returns ACCEPTED. */
    PutStatus putWaiting(String... bodies) {
        Frame frame = frame(Map.of(), bodies);
        try {
            PutStatus status = processor.put(input, 0, frame, true, ticket);
            if (status == PutStatus.ACCEPTED) {
                soon().until(ticket::isAcknowledged);
            }
            return status;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            frame.release();
        }
    }

    /** Whole batches, up to so many events, uncommitted; null when there is nothing. */
    Lease lease(int maxEvents) {
        return consumer.tryLease(maxEvents, BYTES);
    }

    /** As above, waiting for something. */
    Lease awaitLease(int maxEvents) {
        return soon().until(() -> lease(maxEvents), lease -> lease != null);
    }

    /** Takes and commits so many events. */
    List<String> take(int events) {
        List<String> taken = new ArrayList<>();
        while (taken.size() < events) {
            Lease lease = awaitLease(events - taken.size());
            taken.addAll(bodies(lease));
            lease.commit();
        }
        return taken;
    }

    static List<String> bodies(Lease lease) {
        List<String> bodies = new ArrayList<>();
        EventCursor cursor = new EventCursor();
        for (int i = 0; i < lease.size(); i++) {
            cursor.wrap(lease.frame(i));
            while (cursor.next()) {
                bodies.add(new String(cursor.body(), StandardCharsets.UTF_8));
            }
        }
        return bodies;
    }

    long counter(String name) {
        return metrics.values().get(name).longValue();
    }

    /** An orderly stop; what a log can hold is kept. */
    long stop() {
        input.close();
        return channel.stop(0);
    }

    /** As a kill: nothing more is written. */
    @Override
    public void close() {
        input.close();
        channel.close();
    }
}
