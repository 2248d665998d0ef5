package io.headrace.benchmarks;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.tools.bench.BenchmarkChannel;
import io.headrace.tools.bench.BenchmarkContext;
import io.headrace.transport.link.netty.LinkSink;
import io.headrace.transport.link.netty.LinkSource;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A memory channel, the sink {@code link}, loopback, the source {@code link}, a second memory channel: one thread puts
 * frames by reference at one end, the measured thread leases and commits at the other. An operation is an event that
 * was committed there.
 */
@State(Scope.Thread)
public class LinkLoopbackBenchmark extends AbstractHeadraceBenchmark {
    private static final int EVENT_BYTES = 200;
    private static final int EVENTS_A_CALL = 100_000;
    private static final int CAPACITY_EVENTS = 200_000;

    /** Events in a frame: 20 KiB, 100 KiB. */
    @Param({"100", "500"})
    public int frameEvents;

    private BenchmarkChannel near;
    private BenchmarkChannel far;
    private BenchmarkContext sourceContext;
    private BenchmarkContext sinkContext;
    private LinkSource source;
    private LinkSink sink;
    private FrameFeed feed;
    private FrameCheck end;
    private long taken;

    @Setup
    public void start() throws Exception {
        far = new BenchmarkChannel(ChannelSettings.memory("far", CAPACITY_EVENTS));
        sourceContext = BenchmarkContext.ofSource("r", Map.of("bind", "127.0.0.1", "port", "0"), far.processor());
        source = new LinkSource(sourceContext);
        source.start();
        near = new BenchmarkChannel(ChannelSettings.memory("near", CAPACITY_EVENTS));
        String port = Integer.toString(source.address().getPort());
        sinkContext = BenchmarkContext.ofSink(
                "k",
                Map.of("hostname", "127.0.0.1", "port", port),
                near.channel().consumer("k"));
        sink = new LinkSink(sinkContext);
        sink.start();
        end = new FrameCheck(far.channel().consumer("k"), 1, frameEvents);
        feed = FrameFeed.start(near.processor(), 1, frameEvents, EVENT_BYTES);
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS_A_CALL)
    public long loopback() {
        int frames = end.take(EVENTS_A_CALL / frameEvents);
        taken += frames;
        return frames;
    }

    @TearDown(Level.Iteration)
    public void checkWork() {
        checkSome("frames taken", taken);
        feed.checkFailure();
        near.checkFailure();
        far.checkFailure();
        sinkContext.checkFailure();
        sourceContext.checkFailure();
    }

    @TearDown
    public void stop() {
        feed.close();
        sink.stop();
        source.stop();
        near.close();
        far.close();
        check("events delivered", far.channel().ledger().delivered(), taken * frameEvents);
        sinkContext.close();
        sourceContext.close();
        feed.release();
    }
}
