package io.headrace.benchmarks.peers;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.frame.Producer;
import io.headrace.tools.bench.BenchmarkChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Our channel with all its threads, through the SPI: producers build frames (bodies copied, checksum computed) and put
 * them, sinks lease, read every body and commit. {@code memory}, {@code dual} or {@code file} with {@code sync = always};
 * with a log each producer waits for the oldest acknowledgement when as many frames as allowed have none. With one sink
 * each producer's frames must come in order, none missing and none twice.
 */
public final class HeadraceChannelPeer extends ChannelPeer {
    private static final long CAPACITY_EVENTS = 200_000;
    private static final long LOG_EVENTS = 10_000_000;
    private static final int MAX_PRODUCERS = 64;

    private final Producer[] producers = new Producer[MAX_PRODUCERS];
    private final long[] nextEvent = new long[MAX_PRODUCERS];
    private Bodies bodies;
    private BenchmarkChannel channel;
    private long loggedBytes;
    private long syncs;
    private long loggedFrames;
    private long evictedFrames;
    private int folders;

    HeadraceChannelPeer(Path folder) {
        super(folder);
        for (int i = 0; i < MAX_PRODUCERS; i++) {
            producers[i] = new Producer(i);
        }
    }

    /**
     * @param arguments the folder to write in; an order, when it is to be done once
     */
    public static void main(String[] arguments) throws Exception {
        PeerServer.serve(arguments, HeadraceChannelPeer::new);
    }

    @Override
    protected void open(ChannelWork work, Bodies with) throws IOException {
        bodies = with;
        channel = new BenchmarkChannel(settings(work));
        loggedBytes = 0;
        syncs = 0;
        loggedFrames = 0;
        evictedFrames = 0;
    }

    private ChannelSettings settings(ChannelWork work) throws IOException {
        if (work.kind().equals("memory")) {
            return ChannelSettings.memory("c", CAPACITY_EVENTS);
        }
        Path own = Files.createDirectory(folder().resolve("log-" + folders++));
        return work.kind().equals("dual")
                ? ChannelSettings.dual("c", CAPACITY_EVENTS, LOG_EVENTS, own)
                : ChannelSettings.file("c", LOG_EVENTS, own);
    }

    @Override
    protected Putter putter(ChannelWork work, int producer) {
        return new FramePutter(channel, bodies, work, producers[producer]);
    }

    @Override
    protected Taker taker(ChannelWork work, int sink) {
        return new FrameTaker(channel, channel.channel().consumer("k" + sink), work.sinks() == 1 ? nextEvent : null);
    }

    /** What a {@code file} channel acknowledged must have been written and synced. */
    @Override
    protected void check(ChannelWork work, long events, Map<String, String> figures) {
        channel.checkFailure();
        long logged = channel.metric("LogByteCount");
        long synced = channel.metric("LogSyncCount");
        if (work.kind().equals("file")) {
            long bytes = logged - loggedBytes;
            if (bytes < events * bodies.length() || synced == syncs) {
                throw new IllegalStateException("written to the log: " + bytes + " bytes, " + (synced - syncs)
                        + " syncs (expected: >= " + events * bodies.length() + ", >= 1)");
            }
            figures.put("syncs", Long.toString(synced - syncs));
            long frames = channel.metric("LogFrameCount");
            long left = channel.metric("EvictedFrameCount");
            figures.put("framesLogged", Long.toString(frames - loggedFrames));
            figures.put("framesEvicted", Long.toString(left - evictedFrames));
            loggedFrames = frames;
            evictedFrames = left;
            figures.put(
                    "verified",
                    events + " events taken in order, the sum over their bodies as put;" + bytes
                            + " bytes written to the log with " + (synced - syncs) + " syncs");
        } else if (work.kind().equals("memory") && logged != 0) {
            throw new IllegalStateException("written to the log: " + logged + " bytes (expected: 0, there is none)");
        }
        loggedBytes = logged;
        syncs = synced;
    }

    @Override
    protected void closeChannel() {
        channel.close();
    }
}
