package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.FileStorage;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How many frames one acknowledgement stands for at full rate, and how soon it is there when hardly anything is sent.
 * Takes a minute, prints its figures; {@code transport/PROOF.md} has the command.
 */
@Tag("rig")
class LinkAckRigTest {
    private static final int FRAMES = 25;
    private static final long MARGIN_MICROS = 5_000;
    private static final long FULL_RATE_SECONDS = 3;

    @TempDir
    private Path folder;

    @Test
    void shouldAnswerOneFrameASecondWithinTheSyncAnd5Millis() throws Exception {
        MetricGroup collected = new MetricGroup(GroupType.CHANNEL, "to");
        ChannelSettings file = ChannelSettings.file("to", 100_000, folder.resolve("to"))
                .withSync(SyncMode.ALWAYS, Appender.POSITIONAL);
        try (EventLoops sending = new EventLoops(1);
                EventLoops receiving = new EventLoops(1);
                ManagedChannel from = RealChannels.open(ChannelSettings.memory("from", 100_000), null);
                ManagedChannel to = RealChannels.open(file, new FileStorage(), collected)) {
            LinkSource source = new LinkSource(TestContext.source(
                    receiving, RealChannels.processor(to), Map.of("bind", "127.0.0.1", "port", "0")));
            source.start();
            TestContext context = TestContext.sink(
                    sending,
                    from.consumer("sink"),
                    Map.of(
                            "hostname",
                            "127.0.0.1",
                            "port",
                            Integer.toString(source.address().getPort())));
            LinkSink sink = new LinkSink(context);
            sink.start();
            send(from, context, 1);
            Histogram acks = context.metrics().timing("ack").snapshot();
            long cold = acks.getMaxValue();
            send(from, context, FRAMES);
            sink.stop();
            source.stop();

            Histogram all = context.metrics().timing("ack").snapshot();
            all.subtract(acks);
            acks = all;
            Histogram syncs = collected.timing("sync").snapshot();
            System.out.printf(
                    "%d frames, one a second: ack p50 %d, max %d us, before them the process's first %d us;"
                            + " sync p50 %d, max %d us%n",
                    FRAMES,
                    acks.getValueAtPercentile(50),
                    acks.getMaxValue(),
                    cold,
                    syncs.getValueAtPercentile(50),
                    syncs.getMaxValue());
            assertThat(syncs.getTotalCount()).isGreaterThanOrEqualTo(FRAMES);
            assertThat(acks.getMaxValue()).isLessThanOrEqualTo(syncs.getMaxValue() + MARGIN_MICROS);
            assertThat(acks.getValueAtPercentile(50))
                    .isLessThanOrEqualTo(syncs.getValueAtPercentile(50) + MARGIN_MICROS);
        }
    }

    @Test
    void shouldAnswerEightFramesWithOneAckAtFullRate() throws Exception {
        for (int events : new int[] {100, 1_000}) {
            double frames = framesOfAnAck(events);
            System.out.printf("frames of %d events of 200 bytes at full rate: %.1f of one ack%n", events, frames);
            assertThat(frames).isGreaterThanOrEqualTo(8);
        }
    }

    private static double framesOfAnAck(int events) throws Exception {
        try (EventLoops sending = new EventLoops(1);
                EventLoops receiving = new EventLoops(1);
                ManagedChannel from = RealChannels.open(ChannelSettings.memory("from", 200_000), null);
                ManagedChannel to = RealChannels.open(ChannelSettings.discarding("to"), null)) {
            TestContext received =
                    TestContext.source(receiving, RealChannels.processor(to), Map.of("bind", "127.0.0.1", "port", "0"));
            LinkSource source = new LinkSource(received);
            source.start();
            String port = Integer.toString(source.address().getPort());
            LinkSink sink = new LinkSink(
                    TestContext.sink(sending, from.consumer("sink"), Map.of("hostname", "127.0.0.1", "port", port)));
            sink.start();
            fill(from, events, FULL_RATE_SECONDS);
            long frames = received.count("FrameReceivedCount");
            long acks = received.count("AckSentCount");
            fill(from, events, FULL_RATE_SECONDS);
            double ratio =
                    (double) (received.count("FrameReceivedCount") - frames) / (received.count("AckSentCount") - acks);
            sink.stop();
            source.stop();
            return ratio;
        }
    }

    private static void fill(ManagedChannel from, int events, long seconds) throws InterruptedException {
        Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, 1, events, 200, 0);
        ChannelProcessor processor = RealChannels.processor(from);
        try (SourceInput input = processor.anonymousInput()) {
            PutTicket ticket = processor.newTicket();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() < end) {
                processor.put(input, 0, frame, true, ticket);
            }
        }
        frame.release();
    }

    private static void send(ManagedChannel from, TestContext sent, int frames) throws InterruptedException {
        Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, 1, 100, 200, 0);
        ChannelProcessor processor = RealChannels.processor(from);
        long begin = System.nanoTime();
        long before = sent.count("FrameAckedCount");
        try (SourceInput input = processor.anonymousInput()) {
            for (int i = 1; i <= frames; i++) {
                long due = begin + TimeUnit.SECONDS.toNanos(i);
                long answered = before + i - 1;
                await().pollInterval(Duration.ofMillis(10))
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> System.nanoTime() >= due && sent.count("FrameAckedCount") == answered);
                processor.put(input, 0, frame, true, processor.newTicket());
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> sent.count("FrameAckedCount") == before + frames);
        }
        frame.release();
    }
}
