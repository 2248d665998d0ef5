package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.FileStorage;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One sink with several real connections; the collector and the agent are killed meanwhile. */
class LinkConnectionsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int PRODUCERS = 7;
    private static final int CONNECTIONS = 3;

    private final EventLoops loops = new EventLoops(2);
    private final FileStorage storage = new FileStorage();

    @TempDir
    private Path folder;

    private ManagedChannel from;
    private ManagedChannel to;
    private LinkSource source;
    private LinkSink sink;
    private TestContext sinkContext;
    private TestContext sourceContext;
    private int port;

    @AfterEach
    void close() {
        if (sink != null) {
            sink.stop();
        }
        if (source != null) {
            source.stop();
        }
        if (from != null) {
            from.close();
        }
        if (to != null) {
            to.close();
        }
        loops.close();
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
            to.close();
            source.stop();
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
            from.close();
            sink.stop();
            openSender();
        }
        startSink();
        verify(1_500);
    }

    private void verify(int frames) {
        await().atMost(LONG).until(() -> from.size() == 0);
        List<Long> delivered = new ArrayList<>();
        await().atMost(LONG).until(() -> take(delivered) >= frames);
        assertThat(delivered)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, frames).boxed().toList());
        for (int producer = 0; producer < PRODUCERS; producer++) {
            int which = producer;
            assertThat(delivered.stream().filter(id -> id % PRODUCERS == which))
                    .as("producer %d", producer)
                    .isSorted();
        }
    }

    private void openSender() throws Exception {
        from = RealChannels.open(
                ChannelSettings.file("from", 1_000_000, folder.resolve("from")).withSegments(8 << 20, 1 << 20),
                storage);
    }

    private void openReceiver() throws Exception {
        to = RealChannels.open(
                ChannelSettings.file("to", 1_000_000, folder.resolve("to")).withSegments(8 << 20, 1 << 20), storage);
        sourceContext = TestContext.source(
                loops, RealChannels.processor(to), Map.of("bind", "127.0.0.1", "port", Integer.toString(port)));
        source = new LinkSource(sourceContext);
        source.start();
        port = source.address().getPort();
    }

    private void startSink() {
        sinkContext = TestContext.sink(
                loops,
                from.consumer("sink"),
                Map.of(
                        "hostname",
                        "127.0.0.1",
                        "port",
                        Integer.toString(port),
                        "max-backoff",
                        "200",
                        "connections",
                        Integer.toString(CONNECTIONS)));
        sink = new LinkSink(sinkContext);
        sink.start();
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

    private int take(List<Long> into) {
        ChannelConsumer consumer = to.consumer("end");
        Lease lease = consumer.tryLease(1_000, Long.MAX_VALUE);
        while (lease != null) {
            for (int i = 0; i < lease.size(); i++) {
                into.add(TestFrames.idOf(lease.frame(i)));
            }
            lease.commit();
            lease = consumer.tryLease(1_000, Long.MAX_VALUE);
        }
        return into.size();
    }
}
