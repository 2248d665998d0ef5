package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.headrace.transport.EventLoops;
import io.headrace.transport.link.ModelSink;
import io.headrace.transport.link.ModelSource;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.StreamId;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the bounds of a link do, over a real socket. */
class LinkSettingsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration STEADY = Duration.ofMillis(200);
    private static final int FRAMES = 200;
    private static final int FRAME_BYTES = 2_000;
    private static final int BOUND = 64 * 1024;

    private final EventLoops loops = new EventLoops(1);
    private final ModelSource channel = new ModelSource(new StreamId(1, 1));
    private LinkSource source;
    private LinkSink sink;
    private TestContext sourceContext;
    private TestContext sinkContext;

    @AfterEach
    void close() {
        if (sink != null) {
            sink.stop();
            source.stop();
        }
        channel.close();
        loops.close();
    }

    @Test
    void shouldSendNoMoreThanWindowBeforeAnAnswer() throws Exception {
        ModelSink collector = new ModelSink(Long.MAX_VALUE);
        start(collector, Map.of("window", "64k", "batch-bytes", "1024"), Map.of());
        await().atMost(LONG).during(STEADY).until(() -> isNear(BOUND, sinkContext.count("FrameSentCount")));
        collector.sync(FRAMES);
        await().atMost(LONG).until(() -> {
            collector.sync(FRAMES);
            return sinkContext.count("FrameSentCount") == FRAMES;
        });
    }

    @Test
    void shouldSendAllThatTheUsualWindowHolds() throws Exception {
        start(new ModelSink(Long.MAX_VALUE), Map.of(), Map.of());
        await().atMost(LONG).until(() -> sinkContext.count("FrameSentCount") == FRAMES);
    }

    @Test
    void shouldReceiveNoMoreThanReceiveBytesWhileTheChannelIsFull() throws Exception {
        start(new ModelSink(0), Map.of("batch-bytes", "1024"), Map.of("receiveBytes", "64k"));
        await().atMost(LONG).during(STEADY).until(() -> isNear(BOUND, sinkContext.count("FrameSentCount")));
    }

    @Test
    void shouldShowFramesAnAcknowledgementAtBothEnds() throws Exception {
        ModelSink collector = new ModelSink(Long.MAX_VALUE);
        start(collector, Map.of(), Map.of());
        await().atMost(LONG).until(() -> collector.published() == FRAMES);
        collector.sync(FRAMES);
        await().atMost(LONG).until(channel::isEmpty);
        assertThat(sourceContext.count("FrameAckedCount")).isEqualTo(FRAMES);
        assertThat(sinkContext.count("FrameAckedCount")).isEqualTo(FRAMES);
        assertThat(sinkContext.metrics().gauges().get("FramesPerAck").doubleValue())
                .isGreaterThan(10);
        assertThat(sourceContext.metrics().gauges().get("FramesPerAck").doubleValue())
                .isGreaterThan(10);
    }

    @Test
    void shouldSayThatTheSystemDoesNotHaveACongestionControl() throws Exception {
        assumeThat(loops.isEpoll()).isTrue();
        start(new ModelSink(Long.MAX_VALUE), Map.of("congestion-control", "nonesuch"), Map.of());
        await().atMost(LONG)
                .until(() ->
                        sinkContext.lastHealth().contains("congestion-control: nonesuch (expected: auto, system, "));
        assertThat(sinkContext.count("FrameSentCount")).isZero();
    }

    /** Whole frames, and one that is always allowed. */
    private static boolean isNear(int bytes, long frames) {
        return frames * FRAME_BYTES <= bytes && (frames + 3) * (FRAME_BYTES + 120) >= bytes;
    }

    private void start(ModelSink collector, Map<String, String> ofSink, Map<String, String> ofSource) throws Exception {
        Map<String, String> settings = new HashMap<>(ofSource);
        settings.put("bind", "127.0.0.1");
        settings.put("port", "0");
        sourceContext = TestContext.source(loops, collector, settings);
        source = new LinkSource(sourceContext);
        source.start();
        for (long id = 1; id <= FRAMES; id++) {
            channel.append(TestFrames.of(UnpooledByteBufAllocator.DEFAULT, id, FRAME_BYTES), 0);
        }
        Map<String, String> sending = new HashMap<>(ofSink);
        sending.put("hostname", "127.0.0.1");
        // What the model never answers is not waited for.
        sending.put("drain-timeout", "0");
        sending.put("port", Integer.toString(source.address().getPort()));
        sinkContext = TestContext.sink(loops, channel, sending);
        sink = new LinkSink(sinkContext);
        sink.start();
    }
}
