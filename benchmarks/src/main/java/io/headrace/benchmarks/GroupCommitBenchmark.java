package io.headrace.benchmarks;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.tools.bench.BenchmarkChannel;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Put, sync, take and commit through a {@code file} channel: producers put frames by reference on threads of their own,
 * as many as its capacity allows; the journal syncs them in groups; the measured thread leases what is acknowledged and
 * commits. An operation is an event that was committed; a frame is 100 events of 200 bytes.
 */
@State(Scope.Thread)
public class GroupCommitBenchmark extends AbstractHeadraceBenchmark {
    private static final int EVENTS = 100;
    private static final int EVENT_BYTES = 200;
    private static final int FRAMES = 256;

    @Param({"1", "4", "16"})
    public int producers;

    /** Frames of a producer that the channel has room for. */
    @Param({"1", "64"})
    public int inFlight;

    private BenchmarkFolder folder;
    private BenchmarkChannel channel;
    private FrameFeed feed;
    private FrameCheck sink;
    private long taken;

    @Setup
    public void start() throws IOException {
        folder = new BenchmarkFolder("group-commit");
        channel = new BenchmarkChannel(ChannelSettings.file("c", (long) producers * inFlight * EVENTS, folder.path())
                .withReserveBytes(1L << 30));
        sink = new FrameCheck(channel.channel().consumer("k"), producers, EVENTS);
        feed = FrameFeed.start(channel.processor(), producers, EVENTS, EVENT_BYTES);
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES * EVENTS)
    public long putSyncAndTake() {
        int frames = sink.take(FRAMES);
        taken += frames;
        return frames;
    }

    @TearDown(Level.Iteration)
    public void checkWork() {
        checkSome("frames taken", taken);
        feed.checkFailure();
        channel.checkFailure();
    }

    @TearDown
    public void stop() throws IOException {
        feed.close();
        channel.close();
        check("events delivered", channel.channel().ledger().delivered(), taken * EVENTS);
        feed.release();
        folder.close();
    }
}
