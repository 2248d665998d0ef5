package io.headrace.transport.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.TestFrames;
import io.headrace.transport.link.netty.LinkSink;
import io.headrace.transport.link.netty.LinkSource;
import io.headrace.transport.link.netty.RealChannels;
import io.headrace.transport.link.netty.TestContext;
import io.headrace.wal.FileStorage;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How much of a long line one connection fills: 25 ms each way, through the proxy. {@code -Dline.window} and {@code
 * -Dline.rate} are other bytes, and bytes a second. A busy machine adds to the round trip.
 */
@Tag("slow")
class LineRateTest {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final long DELAY_MILLIS = 25;
    private static final double ROUND_TRIP_SECONDS = 2 * DELAY_MILLIS / 1e3;
    private static final long MIB = 1024 * 1024;
    private static final int EVENTS = 500;
    private static final int EVENT_BYTES = 200;

    private final EventLoops loops = new EventLoops(2);
    private final EventLoopGroup proxyLoops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    @AfterEach
    void close() {
        loops.close();
        proxyLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void shouldFillALongLine() throws Exception {
        long window = Long.getLong("line.window", 16 * MIB);
        long bytesPerSecond = Long.getLong("line.rate", 40 * MIB);
        assertThat(ratio(window, bytesPerSecond))
                .as("share of what window and line allow")
                .isGreaterThanOrEqualTo(0.8);
    }

    /** Of the smaller of window / round trip and the line's rate. */
    private double ratio(long window, long bytesPerSecond) throws Exception {
        ManagedChannel from = RealChannels.open(ChannelSettings.memory("from", 1_000_000), new FileStorage());
        ManagedChannel to = RealChannels.open(ChannelSettings.discarding("to"), new FileStorage());
        TestContext sourceContext = TestContext.source(
                loops, RealChannels.processor(to), Map.of("bind", "127.0.0.1", "port", "0", "stop-timeout", "0"));
        LinkSource source = new LinkSource(sourceContext);
        source.start();
        ChaosProxy proxy = new ChaosProxy(
                proxyLoops.next().next(), number -> ChaosPlan.calm(), Line.of(DELAY_MILLIS, bytesPerSecond));
        proxy.target(source.address());
        LinkSink sink = new LinkSink(TestContext.sink(
                loops,
                from.consumer("sink"),
                Map.of(
                        "hostname",
                        "127.0.0.1",
                        "port",
                        Integer.toString(proxy.port()),
                        "window",
                        Long.toString(window),
                        "drain-timeout",
                        "0")));
        sink.start();
        double best = Math.min(window / ROUND_TRIP_SECONDS, bytesPerSecond);
        try (Filler filler = new Filler(from)) {
            // Credit grows to the window first.
            long begun = moment(sourceContext, filler, (long) best);
            long start = System.nanoTime();
            long ended = moment(sourceContext, filler, begun + (long) (4 * best));
            double rate = (ended - begun) / ((System.nanoTime() - start) / 1e9);
            System.out.printf(
                    "25 ms each way, window %d KiB, line %.1f MB/s: %.1f MB/s, %.0f %% of min(window / round trip, line)%n",
                    window / 1024, bytesPerSecond / 1e6, rate / 1e6, 100 * rate / best);
            return rate / best;
        } finally {
            sink.stop();
            source.stop();
            proxy.close();
            from.close();
            to.close();
        }
    }

    /** Waits until so many bytes came; returns how many. */
    private static long moment(TestContext context, Filler filler, long bytes) {
        await().atMost(LIMIT)
                .pollInSameThread()
                .pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    filler.fill();
                    return context.count("ByteReceivedCount") >= bytes;
                });
        return context.count("ByteReceivedCount");
    }

    /** Keeps the channel full of one frame. */
    private static final class Filler implements AutoCloseable {
        private final ChannelProcessor processor;
        private final SourceInput input;
        private final Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, 1, EVENTS, EVENT_BYTES, 0);

        Filler(ManagedChannel channel) {
            processor = RealChannels.processor(channel);
            input = processor.anonymousInput();
        }

        void fill() {
            PutStatus status = PutStatus.ACCEPTED;
            for (int i = 0; i < 200 && status == PutStatus.ACCEPTED; i++) {
                status = processor.tryPut(input, 0, frame, true, processor.newTicket());
            }
        }

        @Override
        public void close() {
            input.close();
            frame.release();
        }
    }
}
