package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.transport.link.TestFrames;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two tiers of the engine's own channels over a real socket; either side is killed in between. */
class LinkChannelsTest extends LinkTiersFixture {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int FRAME_BYTES = 3_000;

    LinkChannelsTest() {
        super(1);
    }

    @Test
    void shouldCarryEverythingBetweenMemoryChannelsOnceAndInOrder() throws Exception {
        from = RealChannels.open(ChannelSettings.memory("from", 100_000), storage);
        to = RealChannels.open(ChannelSettings.memory("to", 200), storage);
        startSource(Map.of());
        startSink(Map.of());
        Thread filler = new Thread(() -> put(1, 2_000));
        filler.start();
        List<Long> delivered = new ArrayList<>();
        // The collector holds 200 events: it is full most of the time.
        await().atMost(LONG).until(() -> take(delivered, 50) == 2_000);
        filler.join();
        assertThat(delivered).isEqualTo(ids(2_000));
        await().atMost(LONG).until(() -> from.size() == 0);
        assertThat(sourceContext.count("FrameParkedCount")).isPositive();
    }

    @Test
    void shouldLoseAndDoubleNothingWhenTheCollectorIsKilledAgainAndAgain() throws Exception {
        openSender();
        openReceiver();
        startSink(Map.of());
        Thread filler = new Thread(() -> put(1, 2_000));
        filler.start();
        for (int kill = 1; kill <= 3; kill++) {
            int enough = 400 * kill;
            await().atMost(LONG).until(() -> to.size() >= enough);
            killReceiver();
            openReceiver();
        }
        filler.join();
        verify(2_000);
    }

    @Test
    void shouldLoseAndDoubleNothingWhenTheAgentIsKilledAgainAndAgain() throws Exception {
        openSender();
        openReceiver();
        for (int kill = 1; kill <= 3; kill++) {
            put(500L * (kill - 1) + 1, 500L * kill);
            startSink(Map.of());
            int enough = 500 * (kill - 1) + 100;
            await().atMost(LONG).until(() -> to.size() >= enough);
            killSender();
            openSender();
        }
        startSink(Map.of());
        verify(1_500);
    }

    private void verify(int frames) throws InterruptedException {
        await().atMost(LONG).until(() -> from.size() == 0);
        assertThat(to.size()).isEqualTo(frames);
        List<Long> delivered = new ArrayList<>();
        await().atMost(LONG).until(() -> take(delivered, frames) == frames);
        assertThat(delivered).isEqualTo(ids(frames));
    }

    private void put(long first, long last) {
        ChannelProcessor processor = RealChannels.processor(from);
        try (SourceInput input = processor.anonymousInput()) {
            for (long id = first; id <= last; id++) {
                Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, id, FRAME_BYTES);
                assertThat(processor.put(input, 0, frame, true, processor.newTicket()))
                        .isEqualTo(PutStatus.ACCEPTED);
                frame.release();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
