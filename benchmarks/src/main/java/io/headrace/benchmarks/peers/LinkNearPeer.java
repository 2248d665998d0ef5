package io.headrace.benchmarks.peers;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.tools.bench.BenchmarkChannel;
import io.headrace.tools.bench.BenchmarkContext;
import io.headrace.tools.bench.BoundedPuts;
import io.headrace.transport.link.netty.LinkSink;
import io.headrace.wal.FileStorage;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The sending end of a link: one thread puts frames into a channel, the sink {@code link} sends them. The time runs until
 * the last frame is acknowledged by the receiver and committed.
 */
public final class LinkNearPeer implements PeerWork {
    private static final int MEMORY_EVENTS = 200_000;
    private static final int FILE_EVENTS = 100_000_000;
    private static final int MANY_PRODUCERS = 64;
    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Path folder;

    private LinkNearPeer(Path folder) {
        this.folder = folder;
    }

    /**
     * @param arguments the folder to write in
     */
    public static void main(String[] arguments) {
        PeerServer.serve(new LinkNearPeer(Path.of(arguments[0])));
    }

    @Override
    public Map<String, String> run(Order order) throws Exception {
        int eventBytes = (int) order.number("eventBytes");
        int connections = (int) order.number("connections");
        int producers = connections == 1 ? 1 : MANY_PRODUCERS;
        try (LinkFrames frames = new LinkFrames(eventBytes, (int) order.number("frameEvents"), producers)) {
            return switch (order.text("mode")) {
                case "backlog" -> sendBacklog(order, frames);
                case "latency" -> pace(order);
                default -> sendHot(order, frames);
            };
        }
    }

    private Map<String, String> sendHot(Order order, LinkFrames frames) throws Exception {
        Sent sent = new Sent();
        Map<String, String> figures;
        Frame[] ready =
                order.text("mode").equals("hot") ? frames.build((int) order.number("distinctBatches")) : new Frame[0];
        try (BenchmarkChannel channel = open(ChannelSettings.memory("near", MEMORY_EVENTS));
                Sending sending = new Sending(order, channel, channel.channel().consumer("k"))) {
            put(channel, sent, frames, ready, 0);
            sending.awaitDelivered(sent.events);
            long before = sent.events;
            Stopwatch watch = Stopwatch.start(folder);
            put(channel, sent, frames, ready, TimeUnit.MILLISECONDS.toNanos(order.number("millis")));
            sending.awaitDelivered(sent.events);
            long counted = sent.events - before;
            figures = new LinkedHashMap<>(watch.stop(counted, counted * order.number("eventBytes")));
            sending.describe(figures, sent, counted);
        }
        for (Frame frame : ready) {
            frame.release();
        }
        return figures;
    }

    /** At least one frame, then until the time is over. */
    private static void put(BenchmarkChannel channel, Sent sent, LinkFrames frames, Frame[] ready, long nanos)
            throws InterruptedException {
        PutTicket ticket = channel.processor().newTicket();
        int next = 0;
        try (SourceInput input = channel.processor().anonymousInput()) {
            long end = System.nanoTime() + nanos;
            do {
                Frame frame;
                if (ready.length == 0) {
                    frame = frames.build();
                } else {
                    frame = ready[next].retain();
                    next = next + 1 == ready.length ? 0 : next + 1;
                }
                BoundedPuts.put(channel, input, frame, ticket);
                sent.add(frame);
                frame.release();
            } while (System.nanoTime() < end);
        }
    }

    /** What is only in the log, opened anew, its pages in the cache. */
    private Map<String, String> sendBacklog(Order order, LinkFrames frames) throws Exception {
        Sent sent = new Sent();
        ChannelSettings settings = ChannelSettings.file("near", FILE_EVENTS, folder.resolve("channel"));
        Frame[] ready = frames.build((int) order.number("distinctBatches"));
        try (BenchmarkChannel channel = open(settings)) {
            PutTicket ticket = channel.processor().newTicket();
            try (SourceInput input = channel.processor().anonymousInput()) {
                for (int i = 0; sent.events < order.number("events"); i++) {
                    Frame frame = ready[i % ready.length];
                    BoundedPuts.put(channel, input, frame, ticket);
                    sent.add(frame);
                }
            }
            await("acknowledged puts", ticket::isAcknowledged);
        }
        for (Frame frame : ready) {
            frame.release();
        }
        try (BenchmarkChannel channel = open(settings)) {
            Settle.disk(folder);
            long before = channel.channel().ledger().delivered();
            Stopwatch watch = Stopwatch.start(folder);
            try (Sending sending = new Sending(order, channel, channel.channel().consumer("k"))) {
                sending.awaitDelivered(before + sent.events);
                Map<String, String> figures =
                        new LinkedHashMap<>(watch.stop(sent.events, sent.events * order.number("eventBytes")));
                sending.describe(figures, sent, sent.events);
                return figures;
            }
        }
    }

    /** Frames at a fixed rate; each one's time runs from when it was due until it is committed here. */
    private Map<String, String> pace(Order order) throws Exception {
        int frameEvents = (int) order.number("frameEvents");
        long frames = order.number("rate") * order.number("seconds");
        ChannelSettings settings = order.text("channel").equals("file")
                ? ChannelSettings.file("near", FILE_EVENTS, folder.resolve("channel"))
                : ChannelSettings.memory("near", MEMORY_EVENTS);
        Bodies bodies = Bodies.of((int) order.number("eventBytes"));
        try (BenchmarkChannel channel = open(settings)) {
            AckedProducer producer = new AckedProducer(0, bodies, frameEvents);
            PacedProducer paced = new PacedProducer(channel, producer, frames, order.number("rate"));
            CommitTimes commits = new CommitTimes(channel.channel().consumer("k"), paced);
            long before = channel.channel().ledger().delivered();
            try (Sending sending = new Sending(order, channel, commits)) {
                producer.put(channel, 1, 1);
                sending.awaitDelivered(before + frameEvents);
                Stopwatch watch = Stopwatch.start(folder);
                paced.run();
                sending.awaitDelivered(before + (1 + frames) * frameEvents);
                long events = frames * frameEvents;
                Map<String, String> figures =
                        new LinkedHashMap<>(watch.stop(events, events * order.number("eventBytes")));
                if (commits.latencies().getTotalCount() != frames) {
                    throw new IllegalStateException(
                            "frames timed: " + commits.latencies().getTotalCount() + " (expected: " + frames + ")");
                }
                figures.put("frameBytes", Long.toString(producer.frameBytes() / (1 + frames)));
                figures.put("sentEvents", Long.toString((1 + frames) * frameEvents));
                figures.put("checksums", Long.toString(producer.checksums()));
                figures.put("putLatencies", Latencies.encode(paced.latencies()));
                figures.put("latencies", Latencies.encode(commits.latencies()));
                return figures;
            }
        }
    }

    private static BenchmarkChannel open(ChannelSettings settings) throws Exception {
        return new BenchmarkChannel(
                settings.withFrames(FrameLayout.DEFAULT_MAX_EVENT_BYTES, FrameLayout.MAX_FRAME_BYTES),
                new FileStorage());
    }

    /** @param done whether it is over */
    private static void await(String what, BooleanSupplier done) {
        long end = System.nanoTime() + LONGEST_WAIT_NANOS;
        while (!done.getAsBoolean()) {
            LockSupport.parkNanos(LOOK_NANOS);
            if (System.nanoTime() > end) {
                throw new IllegalStateException(what + ": not within 30 s");
            }
        }
    }

    /** What was put. */
    private static final class Sent {
        private long events;
        private long frameBytes;
        private long checksums;

        void add(Frame frame) {
            events += frame.eventCount();
            frameBytes += frame.alignedLength();
            checksums += frame.checksum();
        }
    }

    /** The sink at work. */
    private static final class Sending implements AutoCloseable {
        private final BenchmarkChannel channel;
        private final BenchmarkContext context;
        private final LinkSink sink;

        Sending(Order order, BenchmarkChannel channel, ChannelConsumer consumer) throws Exception {
            this.channel = channel;
            Map<String, String> own = new HashMap<>(Map.of("hostname", "127.0.0.1"));
            own.put("port", order.text("port"));
            own.put("connections", order.text("connections"));
            if (order.text("tls").equals("yes")) {
                own.put("ssl", "true");
                own.put("trust-all-certs", "true");
            }
            if (!order.text("compression").equals("none")) {
                own.put("compression", order.text("compression"));
            }
            context = BenchmarkContext.ofSink("k", own, consumer);
            sink = new LinkSink(context);
            sink.start();
        }

        void awaitDelivered(long events) {
            long[] seen = {channel.channel().ledger().delivered(), System.nanoTime()};
            while (seen[0] < events) {
                LockSupport.parkNanos(LOOK_NANOS);
                long now = channel.channel().ledger().delivered();
                if (now > seen[0]) {
                    seen[0] = now;
                    seen[1] = System.nanoTime();
                } else if (System.nanoTime() - seen[1] > LONGEST_WAIT_NANOS) {
                    throw new IllegalStateException("events delivered: " + now + " (expected: " + events + ")");
                }
                channel.checkFailure();
                context.checkFailure();
            }
            if (seen[0] != events) {
                throw new IllegalStateException("events delivered: " + seen[0] + " (expected: " + events + ")");
            }
        }

        /** Frames are alike, so that bytes go with events. */
        void describe(Map<String, String> figures, Sent sent, long counted) {
            figures.put("sentEvents", Long.toString(sent.events));
            figures.put("checksums", Long.toString(sent.checksums));
            figures.put("wireBytes", Long.toString((long) ((double) sent.frameBytes / sent.events * counted)));
            figures.put("creditStalls", Long.toString(context.metric("CreditStallCount")));
        }

        @Override
        public void close() {
            sink.stop();
            context.checkFailure();
            context.close();
        }
    }
}
