package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.transport.link.TestFrames;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One sink with several real connections; the collector and the agent are killed meanwhile. */
class LinkConnectionsTest extends LinkTiersFixture {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int PRODUCERS = 7;
    private static final int CONNECTIONS = 3;

    LinkConnectionsTest() {
        super(2);
    }

    @Test
    void shouldUseAllConnectionsAndKeepTheOrderOfEachProducer() throws Exception {
        openSender();
        openReceiver();
        startSink();
        put(1, 2_000);
        verify(2_000);
        assertThat(sourceContext.gauge("OpenConnectionCount")).isEqualTo(CONNECTIONS);
        assertThat(sourceContext.count("FrameDuplicateCount")).isZero();
        assertThat(sinkContext.lastHealth()).startsWith("+connected");
    }

    @Test
    void shouldLoseAndDoubleNothingWhenTheCollectorIsKilledAgainAndAgain() throws Exception {
        openSender();
        openReceiver();
        startSink();
        Thread filler = new Thread(() -> put(1, 3_000));
        filler.start();
        for (int kill = 1; kill <= 3; kill++) {
            int enough = 400 * kill;
            await().atMost(LONG).until(() -> to.size() >= enough);
            killReceiver();
            openReceiver();
        }
        filler.join();
        verify(3_000);
    }

    @Test
    void shouldLoseAndDoubleNothingWhenTheAgentIsKilledAgainAndAgain() throws Exception {
        openSender();
        openReceiver();
        for (int kill = 1; kill <= 3; kill++) {
            put(500L * (kill - 1) + 1, 500L * kill);
            startSink();
            int enough = 500 * (kill - 1) + 100;
            await().atMost(LONG).until(() -> to.size() >= enough);
            killSender();
            openSender();
        }
        startSink();
        verify(1_500);
    }

    private void verify(int frames) {
        await().atMost(LONG).until(() -> from.size() == 0);
        List<Long> delivered = new ArrayList<>();
        await().atMost(LONG).until(() -> take(delivered) >= frames);
        assertThat(delivered).containsExactlyInAnyOrderElementsOf(ids(frames));
        for (int producer = 0; producer < PRODUCERS; producer++) {
            int which = producer;
            assertThat(delivered.stream().filter(id -> id % PRODUCERS == which))
                    .as("producer %d", producer)
                    .isSorted();
        }
    }

    private void startSink() {
        startSink(Map.of("connections", Integer.toString(CONNECTIONS)));
    }

    private void put(long first, long last) {
        ChannelProcessor processor = RealChannels.processor(from);
        try (SourceInput input = processor.anonymousInput()) {
            for (long id = first; id <= last; id++) {
                int bytes = id % 11 == 0 ? 40_000 : 1_500;
                Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, id % PRODUCERS + 1, id, 1, bytes, 0);
                processor.put(input, 0, frame, true, processor.newTicket());
                frame.release();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
