package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.TestFrames;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How many frames one acknowledgement stands for. */
class LinkAckTest {
    private static final int FRAMES = 10_000;

    @Test
    void shouldAnswerManyFramesWithOneAckAtFullRate() throws Exception {
        try (EventLoops sending = new EventLoops(1);
                EventLoops receiving = new EventLoops(1);
                ManagedChannel from = RealChannels.open(ChannelSettings.memory("from", 100_000), null);
                ManagedChannel to = RealChannels.open(ChannelSettings.memory("to", 100_000), null)) {
            fill(RealChannels.processor(from));
            TestContext sourceContext =
                    TestContext.source(receiving, RealChannels.processor(to), Map.of("bind", "127.0.0.1", "port", "0"));
            LinkSource source = new LinkSource(sourceContext);
            source.start();
            String port = Integer.toString(source.address().getPort());
            LinkSink sink = new LinkSink(
                    TestContext.sink(sending, from.consumer("sink"), Map.of("hostname", "127.0.0.1", "port", port)));
            sink.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> to.size() == FRAMES);
            sink.stop();
            source.stop();

            assertThat((double) FRAMES / sourceContext.count("AckSentCount"))
                    .as("frames of one ACK")
                    .isGreaterThan(8);
        }
    }

    private static void fill(ChannelProcessor processor) throws InterruptedException {
        Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, 1, 1_000);
        try (SourceInput input = processor.anonymousInput()) {
            for (int i = 0; i < FRAMES; i++) {
                processor.put(input, 0, frame, true, processor.newTicket());
            }
        }
        frame.release();
    }
}
