package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
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

/** Two tiers of the engine's own channels over a real socket; either side is killed in between. */
class LinkChannelsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int FRAME_BYTES = 3_000;

    private final EventLoops loops = new EventLoops(1);
    private final Storage storage = new FileStorage();

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
        stop();
        loops.close();
    }

    private void stop() {
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
    }

    @Test
    void shouldCarryEverythingBetweenMemoryChannelsOnceAndInOrder() throws Exception {
        from = RealChannels.open(ChannelSettings.memory("from", 100_000), storage);
        to = RealChannels.open(ChannelSettings.memory("to", 200), storage);
        startSource();
        startSink();
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
        startSink();
        Thread filler = new Thread(() -> put(1, 2_000));
        filler.start();
        for (int kill = 1; kill <= 3; kill++) {
            int enough = 400 * kill;
            await().atMost(LONG).until(() -> to.size() >= enough);
            to.close();
            source.stop();
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

    private void verify(int frames) throws InterruptedException {
        await().atMost(LONG).until(() -> from.size() == 0);
        assertThat(to.size()).isEqualTo(frames);
        List<Long> delivered = new ArrayList<>();
        await().atMost(LONG).until(() -> take(delivered, frames) == frames);
        assertThat(delivered).isEqualTo(ids(frames));
    }

    private void openSender() throws Exception {
        from = RealChannels.open(settings("from"), storage);
    }

    private void openReceiver() throws Exception {
        to = RealChannels.open(settings("to"), storage);
        startSource();
    }

    private ChannelSettings settings(String name) {
        return ChannelSettings.file(name, 1_000_000, folder.resolve(name)).withSegments(8 << 20, 1 << 20);
    }

    private void startSource() throws Exception {
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
                Map.of("hostname", "127.0.0.1", "port", Integer.toString(port), "max-backoff", "200"));
        sink = new LinkSink(sinkContext);
        sink.start();
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

    private int take(List<Long> into, int most) {
        ChannelConsumer consumer = to.consumer("end");
        Lease lease = consumer.tryLease(most, Long.MAX_VALUE);
        while (lease != null) {
            for (int i = 0; i < lease.size(); i++) {
                into.add(TestFrames.idOf(lease.frame(i)));
            }
            lease.commit();
            lease = consumer.tryLease(most, Long.MAX_VALUE);
        }
        return into.size();
    }

    private static List<Long> ids(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }
}
