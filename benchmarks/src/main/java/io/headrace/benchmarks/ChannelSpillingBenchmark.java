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
 * Putting into a {@code dual} channel from which nobody takes, so that memory overflows into the log: so much where memory
 * is 64 MiB, until the last frame is acknowledged. What it holds is drained between two operations. An operation is all
 * of it; a frame is 100 events of 200 bytes.
 */
@State(Scope.Thread)
public class ChannelSpillingBenchmark extends AbstractHeadraceBenchmark {
    private static final int EVENTS = 100;
    private static final int EVENT_BYTES = 200;
    private static final long MEMORY_BYTES = 64L << 20;

    /** Put before it is waited for, in MiB. */
    @Param({"256"})
    public int mib;

    private BenchmarkFolder folder;
    private BenchmarkChannel channel;
    private BacklogPutter putter;
    private FrameCheck sink;
    private long calls;
    private long taken;

    /** Events a second beside operations a second. */
    @AuxCounters
    @State(Scope.Thread)
    public static class Moved {
        public long events;
    }

    @Setup
    public void start() throws IOException {
        folder = new BenchmarkFolder("channel-spilling");
        channel = new BenchmarkChannel(Policies.settings("dual", folder.path()));
        putter = new BacklogPutter(channel, EVENTS, EVENT_BYTES);
        sink = new FrameCheck(channel.channel().consumer("k"), 1, EVENTS);
    }

    @Benchmark
    public long putIntoTheLog(Moved moved) throws InterruptedException {
        calls++;
        putter.put(frames());
        moved.events += (long) frames() * EVENTS;
        return putter.frames();
    }

    @TearDown(Level.Invocation)
    public void drain() {
        Policies.checkWritten(channel, calls * ((long) frames() * EVENTS * EVENT_BYTES - MEMORY_BYTES));
        taken += sink.take((int) (putter.frames() - taken));
    }

    @TearDown(Level.Iteration)
    public void checkWork() {
        checkSome("frames taken", taken);
        check("frames taken", taken, putter.frames());
    }

    @TearDown
    public void stop() throws IOException {
        putter.close();
        channel.close();
        check("events delivered", channel.channel().ledger().delivered(), putter.frames() * EVENTS);
        putter.release();
        folder.close();
    }

    private int frames() {
        return (mib << 20) / (EVENTS * EVENT_BYTES);
    }
}
