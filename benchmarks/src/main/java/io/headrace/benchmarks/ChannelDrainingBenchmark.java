package io.headrace.benchmarks;

import io.headrace.tools.bench.BenchmarkChannel;
import java.io.IOException;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Taking a backlog out of a channel whose memory is 64 MiB, leasing and committing, while nobody puts. It is put
 * between two operations. An operation is all of it; a frame is 100 events of 200 bytes.
 */
@State(Scope.Thread)
public class ChannelDrainingBenchmark extends AbstractHeadraceBenchmark {
    private static final int EVENTS = 100;
    private static final int EVENT_BYTES = 200;
    private static final long MEMORY_BYTES = 64L << 20;

    @Param({"dual", "file"})
    public String policy;

    /** To be drained, in MiB. */
    @Param({"256"})
    public int mib;

    private BenchmarkFolder folder;
    private BenchmarkChannel channel;
    private BacklogPutter putter;
    private FrameCheck sink;
    private long fills;
    private long taken;

    /** Events a second beside operations a second. */
    @AuxCounters
    @State(Scope.Thread)
    public static class Moved {
        public long events;
    }

    @Setup
    public void start() throws IOException {
        folder = new BenchmarkFolder("channel-draining");
        channel = new BenchmarkChannel(Policies.settings(policy, folder.path()));
        putter = new BacklogPutter(channel, EVENTS, EVENT_BYTES);
        sink = new FrameCheck(channel.channel().consumer("k"), 1, EVENTS);
    }

    @Setup(Level.Invocation)
    public void fill() throws InterruptedException {
        fills++;
        putter.put(frames());
        Policies.checkWritten(channel, fills * ((long) frames() * EVENTS * EVENT_BYTES - MEMORY_BYTES));
    }

    @Benchmark
    public long drain(Moved moved) {
        taken += sink.take(frames());
        moved.events += (long) frames() * EVENTS;
        return taken;
    }

    @TearDown(Level.Invocation)
    public void checkWork() {
        checkSome("frames taken", taken);
        check("frames taken", taken, putter.frames());
        channel.checkFailure();
    }

    @TearDown
    public void stop() throws IOException {
        putter.close();
        channel.close();
        check("events delivered", channel.channel().ledger().delivered(), taken * EVENTS);
        putter.release();
        folder.close();
    }

    private int frames() {
        return (mib << 20) / (EVENTS * EVENT_BYTES);
    }
}
