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
 * Put, take and commit through a memory channel: producers put frames by reference on threads of their own, the measured
 * thread leases and commits, with a second sink beside it where there are two. An operation is an event that was committed; a
 * frame is 100 events of 200 bytes.
 */
@State(Scope.Thread)
public class RingBenchmark extends AbstractHeadraceBenchmark {
    private static final int EVENTS = 100;
    private static final int EVENT_BYTES = 200;
    private static final int FRAMES = 1000;
    private static final int CAPACITY_EVENTS = 200_000;

    @Param({"1", "4"})
    public int producers;

    @Param({"1", "2"})
    public int sinks;

    private BenchmarkChannel channel;
    private FrameFeed feed;
    private FrameCheck sink;
    private SinkBeside beside;
    private long taken;

    @Setup
    public void start() throws IOException {
        channel = new BenchmarkChannel(ChannelSettings.memory("c", CAPACITY_EVENTS));
        if (sinks == 1) {
            sink = new FrameCheck(channel.channel().consumer("k"), producers, EVENTS);
        } else {
            sink = FrameCheck.competing(channel.channel().consumer("k"), EVENTS);
            beside = SinkBeside.start(FrameCheck.competing(channel.channel().consumer("k2"), EVENTS));
        }
        feed = FrameFeed.start(channel.processor(), producers, EVENTS, EVENT_BYTES);
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES * EVENTS)
    public long putAndTake() {
        long target = taken + taken() + FRAMES;
        int before = 0;
        while (taken + taken() < target) {
            before = sink.takeSome(FRAMES);
            taken += before;
        }
        return before;
    }

    /** By the sink beside the measured thread. */
    private long taken() {
        return beside == null ? 0 : beside.frames();
    }

    @TearDown(Level.Iteration)
    public void checkWork() {
        // Of two sinks one may take all in a short iteration, however the threads are scheduled.
        checkSome("frames taken", taken + taken());
        feed.checkFailure();
        channel.checkFailure();
    }

    @TearDown
    public void stop() {
        feed.close();
        if (beside != null) {
            beside.close();
        }
        channel.close();
        check("events delivered", channel.channel().ledger().delivered(), (taken + taken()) * EVENTS);
        feed.release();
    }
}
