package io.headrace.benchmarks.peers;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameType;
import io.headrace.tools.bench.BenchmarkChannel;
import io.headrace.wal.FileStorage;
import io.headrace.wal.LogClocks;
import io.headrace.wal.LogReader;
import io.headrace.wal.LogSettings;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import io.headrace.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * Our {@code file} channel with all its threads, through the SPI: producers build and put frames of 100 events of 200
 * bytes, a sink takes and commits. The log stays in its folder from one order to the next, so that segments are
 * recycled as in a running agent. At the end of each order the last frames are left uncommitted and the channel is
 * stopped: the log is opened again and they must be there, checksum by checksum.
 */
public final class HeadracePeer implements PeerWork {
    static final int FRAME_EVENTS = 100;
    static final int EVENT_BYTES = 200;
    private static final int MAX_PRODUCERS = 64;
    private static final int CAPACITY_EVENTS = 10_000_000;
    private static final int HELD_FRAMES = 1000;

    private final Path folder;
    private final SyncMode sync;
    private final ChannelSettings settings;
    private final RecordingStorage storage = new RecordingStorage(new FileStorage());
    private final AckedProducer[] producers = new AckedProducer[MAX_PRODUCERS];
    private final CheckingSink sink = new CheckingSink(MAX_PRODUCERS, FRAME_EVENTS);
    private long put;

    private HeadracePeer(Path folder, SyncMode sync, Appender appender) {
        this.folder = folder;
        this.sync = sync;
        this.settings = ChannelSettings.file("c", CAPACITY_EVENTS, folder).withSync(sync, appender);
        Bodies bodies = new Bodies(EVENT_BYTES);
        for (int i = 0; i < MAX_PRODUCERS; i++) {
            producers[i] = new AckedProducer(i, bodies, FRAME_EVENTS);
        }
    }

    /**
     * @param arguments folder, {@code sync}, appender or {@code default}
     */
    public static void main(String[] arguments) {
        SyncMode sync = SyncMode.parse(arguments[1]);
        Appender appender = arguments[2].equals("default") ? Appender.defaultFor(sync) : Appender.valueOf(arguments[2]);
        PeerServer.serve(new HeadracePeer(Path.of(arguments[0]), sync, appender));
    }

    @Override
    public Map<String, String> run(Order order) throws Exception {
        Map<String, String> figures;
        BenchmarkChannel channel = new BenchmarkChannel(settings, storage);
        try (channel) {
            figures = order.text("mode").equals("latency") ? pace(channel, order) : append(channel, order);
        }
        verify();
        return figures;
    }

    private Map<String, String> append(BenchmarkChannel channel, Order order) throws Exception {
        int count = (int) order.number("producers");
        int inFlight = (int) order.number("inFlight");
        long frames = order.number("events") / FRAME_EVENTS / count * count;
        long warm = order.number("warmEvents", 0) / FRAME_EVENTS / count * count;
        Workers taking = new Workers();
        long left = put + warm + frames - HELD_FRAMES;
        taking.start("sink", () -> sink.take(channel, left));
        produce(channel, count, warm / count, inFlight);
        storage.record();
        Stopwatch watch = Stopwatch.start(folder);
        produce(channel, count, frames / count, inFlight);
        Map<String, String> figures =
                new LinkedHashMap<>(watch.stop(frames * FRAME_EVENTS, frames * FRAME_EVENTS * EVENT_BYTES));
        GroupRecord groups = storage.finish();
        taking.await();
        channel.checkFailure();
        describe(figures, groups, order);
        return figures;
    }

    private void produce(BenchmarkChannel channel, int count, long frames, int inFlight) throws InterruptedException {
        Workers putting = new Workers();
        for (int i = 0; i < count; i++) {
            AckedProducer producer = producers[i];
            putting.start("producer-" + i, () -> producer.put(channel, frames, inFlight));
        }
        try {
            putting.await();
        } catch (IllegalStateException e) {
            sink.stop();
            throw e;
        }
        put += count * frames;
    }

    /** What was written must be at least what was put: nothing was left in memory. */
    private void describe(Map<String, String> figures, GroupRecord groups, Order order) throws IOException {
        long bodies = Long.parseLong(figures.get(Stopwatch.BYTES));
        boolean positional = settings.appender() != Appender.MAPPED;
        if ((positional || sync.kind() == SyncMode.Kind.ALWAYS) && groups.bytes() < bodies) {
            throw new IllegalStateException("bytes written: " + groups.bytes() + " (expected: >= " + bodies + ")");
        }
        figures.put("groupBytes", Long.toString(groups.bytes()));
        figures.put("appender", settings.appender().name());
        figures.put("syncs", Long.toString(groups.syncs()));
        figures.put("writeNanos", Long.toString(storage.writeNanos()));
        figures.put("syncNanos", Long.toString(storage.syncNanos()));
        if (order.values().containsKey("groups")) {
            groups.save(Path.of(order.text("groups")));
        }
    }

    private Map<String, String> pace(BenchmarkChannel channel, Order order) throws Exception {
        long frames = order.number("rate") * order.number("seconds");
        Workers taking = new Workers();
        taking.start("sink", () -> sink.take(channel, put + frames - HELD_FRAMES));
        PacedProducer paced = new PacedProducer(channel, producers[0], frames, order.number("rate"));
        storage.record();
        Stopwatch watch = Stopwatch.start(folder);
        try {
            paced.run();
        } catch (IllegalStateException e) {
            sink.stop();
            throw e;
        }
        put += frames;
        Map<String, String> figures =
                new LinkedHashMap<>(watch.stop(frames * FRAME_EVENTS, frames * FRAME_EVENTS * EVENT_BYTES));
        GroupRecord groups = storage.finish();
        taking.await();
        describe(figures, groups, order);
        figures.put("frameBytes", Long.toString(groups.bytes() / frames));
        figures.put("latencies", Latencies.encode(paced.latencies()));
        return figures;
    }

    /** Reads what the log holds, and leaves it there. */
    private void verify() throws IOException {
        LogClocks clocks =
                new LogClocks(new SystemNanoClock(), new SystemEpochClock(), new SplittableRandom()::nextLong);
        LogSettings log = new LogSettings(
                List.of(folder), folder, settings.segmentBytes(), settings.maxFrameLength(), settings.appender(), 0);
        CheckingSink expected = sink.copy();
        long found = 0;
        try (WriteAheadLog reopened = WriteAheadLog.open(log, new FileStorage(), clocks)) {
            try (LogReader reader = reopened.newReader()) {
                reader.seek(reopened.state().committed().floor() + 1);
                for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                    if (frame.type() == FrameType.DATA) {
                        expected.check(frame);
                        found++;
                    }
                    frame.release();
                }
            }
            if (found != put - sink.taken() || found < HELD_FRAMES) {
                throw new IllegalStateException("frames in the log: " + found + " (expected: " + (put - sink.taken())
                        + ", at least " + HELD_FRAMES + ")");
            }
            reopened.checkpointAndStop(reopened.nextSequence() - 1);
        }
    }
}
