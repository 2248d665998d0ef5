package io.headrace.benchmarks.peers;

import io.headrace.benchmarks.BenchmarkFolder;
import io.headrace.benchmarks.SegmentReading;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.Producer;
import io.headrace.tools.bench.BenchmarkChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A backlog, filled before the clock runs: drained from our channel ({@code mode=drain}; leased, every body read,
 * committed) or, for comparison, its segments read by positional reads and checksummed ({@code mode=read}). With {@code
 * cold=yes} the segments are taken out of the page cache before.
 */
public final class BacklogPeer implements PeerWork {
    private static final int MILLION = 1_000_000;
    private static final int IN_FLIGHT = 64;
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Path folder;

    BacklogPeer(Path folder) {
        this.folder = folder;
    }

    /**
     * @param arguments the folder to write in; an order, when it is to be done once
     */
    public static void main(String[] arguments) throws Exception {
        PeerServer.serve(arguments, BacklogPeer::new);
    }

    @Override
    public Map<String, String> run(Order order) throws Exception {
        ChannelWork work = ChannelWork.of(order.with("inFlight", IN_FLIGHT).with("millis", 0));
        long batches = order.number("backlog") * MILLION / work.batch();
        try (BenchmarkFolder own = new BenchmarkFolder(folder, "log")) {
            BenchmarkChannel channel = new BenchmarkChannel(settings(work, batches * work.batch(), own.path()));
            try (channel) {
                Bodies bodies = work.bodies();
                long sum = fill(channel, bodies, work, batches);
                if (order.values().getOrDefault("cold", "no").equals("yes")) {
                    SegmentReading.forget(own.path());
                }
                if (order.text("mode").equals("read")) {
                    return read(own.path(), batches, work);
                }
                return drain(channel, batches, work, sum);
            }
        }
    }

    private static ChannelSettings settings(ChannelWork work, long events, Path own) {
        long room = events + MILLION;
        return work.kind().equals("dual")
                ? ChannelSettings.dual("c", MILLION, room, own)
                : ChannelSettings.file("c", room, own);
    }

    /** Returns the sum over all bodies. */
    private static long fill(BenchmarkChannel channel, Bodies bodies, ChannelWork work, long batches)
            throws InterruptedException {
        long sum = 0;
        try (FramePutter putter = new FramePutter(channel, bodies, work, new Producer(0))) {
            int body = 0;
            for (long i = 0; i < batches; i++) {
                putter.put(body, work.batch());
                sum += bodies.sum(body, work.batch());
                body = (body + work.batch()) % bodies.count();
            }
        }
        channel.checkFailure();
        return sum;
    }

    private Map<String, String> drain(BenchmarkChannel channel, long batches, ChannelWork work, long expectedSum)
            throws IOException {
        long expected = batches * work.batch();
        ChannelPeer.Sum sum = new ChannelPeer.Sum();
        FrameTaker taker = new FrameTaker(channel, channel.channel().consumer("k"), new long[1]);
        long taken = 0;
        Stopwatch watch = Stopwatch.start(folder);
        long moved = System.nanoTime();
        while (taken < expected) {
            int events = taker.take(sum);
            taken += events;
            if (events > 0) {
                moved = System.nanoTime();
            } else if (System.nanoTime() - moved > LONGEST_WAIT_NANOS) {
                break;
            }
        }
        Map<String, String> figures = new LinkedHashMap<>(watch.stop(taken, taken * work.eventBytes()));
        if (taken != expected || sum.value() != expectedSum || taken == 0) {
            throw new IllegalStateException("taken: " + taken + " events, sum " + sum.value() + " (expected: "
                    + expected + ", not 0, and " + expectedSum + ")");
        }
        figures.put("batches", Long.toString(batches));
        figures.put("verified", taken + " events taken in order, the sum over their bodies as put");
        return figures;
    }

    /** Prepared segments are read, too, so that what counts as events is what so many bytes would hold. */
    private Map<String, String> read(Path own, long batches, ChannelWork work) throws IOException {
        Stopwatch watch = Stopwatch.start(folder);
        SegmentReading reading = SegmentReading.read(own);
        long events = reading.bytes() / (work.eventBytes() + FrameLayout.EVENT_PREFIX_LENGTH);
        Map<String, String> figures = new LinkedHashMap<>(watch.stop(events, events * work.eventBytes()));
        long put = batches * work.batch();
        if (work.kind().equals("file") && events < put) {
            throw new IllegalStateException("bytes read: those of " + events + " events (expected: >= " + put + ")");
        }
        figures.put("verified", reading.bytes() + " bytes of segments read and checksummed");
        return figures;
    }
}
