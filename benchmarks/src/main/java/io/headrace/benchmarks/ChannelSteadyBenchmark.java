package io.headrace.benchmarks;

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
 * Put, take and commit through the one channel by its policies while sinks keep up: a producer on a thread of its own has
 * 256 frames at most that are not taken, so that memory never runs short and {@code dual} does not spill. An operation is
 * an event that was committed; a frame is 100 events of 200 bytes.
 */
@State(Scope.Thread)
public class ChannelSteadyBenchmark extends AbstractHeadraceBenchmark {
    private static final int EVENTS = 100;
    private static final int EVENT_BYTES = 200;
    private static final int FRAMES = 256;

    @Param({"memory", "dual", "file"})
    public String policy;

    private BenchmarkFolder folder;
    private BenchmarkChannel channel;
    private FrameFeed feed;
    private FrameCheck sink;
    private long taken;

    @Setup
    public void start() throws IOException {
        folder = new BenchmarkFolder("channel-steady");
        channel = new BenchmarkChannel(Policies.settings(policy, folder.path()));
        sink = new FrameCheck(channel.channel().consumer("k"), 1, EVENTS);
        feed = FrameFeed.start(channel.processor(), 1, EVENTS, EVENT_BYTES, FRAMES);
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES * EVENTS)
    public long putTakeCommit() {
        int left = FRAMES;
        while (left > 0) {
            int frames = sink.takeSome(left);
            left -= frames;
            taken += frames;
            feed.taken(taken);
        }
        return taken;
    }

    @TearDown(Level.Iteration)
    public void checkWork() {
        checkSome("frames taken", taken);
        feed.checkFailure();
        channel.checkFailure();
        if (policy.equals("file")) {
            Policies.checkWritten(channel, taken * EVENTS * EVENT_BYTES);
        } else {
            check("bytes written to the log", channel.metric("LogByteCount"), 0);
        }
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
