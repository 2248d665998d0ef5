package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.SettingsBinder;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.Dedupe;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Paths meet: two collectors send the same batches to one source, over two streams on two event loops. */
class LinkOriginsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int FRAMES = 600;

    private final EventLoops loops = new EventLoops(2);
    private final Storage storage = new FileStorage();
    private final List<ManagedChannel> collectors = new ArrayList<>();
    private final List<LinkSink> sinks = new ArrayList<>();

    @TempDir
    private Path folder;

    private ManagedChannel to;
    private LinkSource source;
    private int port;

    @AfterEach
    void close() {
        sinks.forEach(LinkSink::stop);
        if (source != null) {
            source.stop();
        }
        collectors.forEach(ManagedChannel::close);
        to.close();
        loops.close();
    }

    @Test
    void shouldDeliverOnceWhatTwoCollectorsSend() throws Exception {
        openSource("origin");
        openCollectors();
        await().atMost(LONG).until(() -> collectors.stream().allMatch(collector -> collector.size() == 0));
        assertThat(delivered()).containsExactlyInAnyOrderElementsOf(ids());
    }

    @Test
    void shouldDeliverOnceWhatTwoCollectorsSendThoughTheReceiverIsKilled() throws Exception {
        openSource("origin");
        openCollectors();
        for (int kill = 1; kill <= 2; kill++) {
            int enough = FRAMES / 4 * kill;
            await().atMost(LONG).until(() -> to.size() >= enough);
            to.close();
            source.stop();
            openSource("origin");
        }
        await().atMost(LONG).until(() -> collectors.stream().allMatch(collector -> collector.size() == 0));
        assertThat(delivered()).containsExactlyInAnyOrderElementsOf(ids());
    }

    @Test
    void shouldDeliverTwiceWhatTwoCollectorsSendUnlessAsked() throws Exception {
        openSource("none");
        openCollectors();
        await().atMost(LONG).until(() -> collectors.stream().allMatch(collector -> collector.size() == 0));
        assertThat(to.size()).isEqualTo(2 * FRAMES);
    }

    @Test
    void shouldReadItsSettings() throws Exception {
        openSource("none");
        LinkSourceSettings settings = SettingsBinder.bind(
                LinkSourceSettings.class,
                Map.of("bind", "127.0.0.1", "port", "0", "dedupe", "ORIGIN", "dedupe.window", "17"));
        assertThat(settings.dedupe()).isEqualTo(Dedupe.ORIGIN);
        assertThat(settings.dedupeWindow()).isEqualTo(17);
        assertThatThrownBy(() -> SettingsBinder.bind(
                        LinkSourceSettings.class, Map.of("bind", "a", "port", "0", "dedupe.window", "5000000")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("dedupe.window: 5000000 (expected: a whole number of batches from 1 to 4194304)");
    }

    private void openSource(String dedupe) throws Exception {
        to = RealChannels.open(
                ChannelSettings.file("to", 1_000_000, folder.resolve("to")).withSegments(8 << 20, 1 << 20), storage);
        TestContext context = TestContext.source(
                loops,
                RealChannels.processor(to),
                Map.of("bind", "127.0.0.1", "port", Integer.toString(port), "dedupe", dedupe));
        source = new LinkSource(context);
        source.start();
        port = source.address().getPort();
    }

    /** Both get the same frames, in another order. */
    private void openCollectors() throws Exception {
        List<Frame> frames = new ArrayList<>();
        for (long id = 1; id <= FRAMES; id++) {
            frames.add(TestFrames.of(UnpooledByteBufAllocator.DEFAULT, id, id, 1, 2_000, 0));
        }
        for (int i = 0; i < 2; i++) {
            ManagedChannel collector = RealChannels.open(ChannelSettings.memory("from" + i, 100_000), storage);
            collectors.add(collector);
            ChannelProcessor processor = RealChannels.processor(collector);
            SourceInput input = processor.anonymousInput();
            PutTicket ticket = processor.newTicket();
            for (int at = 0; at < FRAMES; at++) {
                Frame frame = frames.get(i == 0 ? at : at ^ 7);
                assertThat(processor.tryPut(input, 0, frame, true, ticket)).isEqualTo(PutStatus.ACCEPTED);
            }
            LinkSink sink = new LinkSink(TestContext.sink(
                    loops,
                    collector.consumer("k"),
                    Map.of(
                            "hostname",
                            "127.0.0.1",
                            "port",
                            Integer.toString(port),
                            "batch-bytes",
                            "4096",
                            "max-backoff",
                            "100")));
            sinks.add(sink);
            sink.start();
        }
        frames.forEach(Frame::release);
    }

    private List<Long> delivered() {
        List<Long> delivered = new ArrayList<>();
        ChannelConsumer consumer = to.consumer("out");
        await().atMost(LONG).until(() -> {
            Lease lease = consumer.tryLease(FRAMES, 1 << 30);
            if (lease != null) {
                for (int i = 0; i < lease.size(); i++) {
                    delivered.add(TestFrames.idOf(lease.frame(i)));
                }
                lease.commit();
            }
            return to.size() == 0;
        });
        return delivered;
    }

    private static List<Long> ids() {
        return LongStream.rangeClosed(1, FRAMES).boxed().toList();
    }
}
