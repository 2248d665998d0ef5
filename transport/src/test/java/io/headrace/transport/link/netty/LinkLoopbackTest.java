package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.transport.EventLoops;
import io.headrace.transport.link.ModelSink;
import io.headrace.transport.link.ModelSource;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.InputKey;
import io.headrace.wal.StreamId;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Source and sink over a real socket. */
class LinkLoopbackTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final EventLoops loops = new EventLoops(2);
    private final List<Runnable> closing = new ArrayList<>();

    @AfterEach
    void close() {
        for (int i = closing.size() - 1; i >= 0; i--) {
            closing.get(i).run();
        }
        loops.close();
    }

    @Test
    void shouldDeliverEveryFrameOnceAndInOrder() throws Exception {
        ModelSink collector = new ModelSink(Long.MAX_VALUE).acknowledgingAtOnce();
        TestContext source = startSource(collector, 0, Map.of());
        ModelSource channel = new ModelSource(new StreamId(1, 1));
        TestContext sink = startSink(channel, source, Map.of());
        int frames = 2_000;
        for (long id = 1; id <= frames; id++) {
            channel.append(TestFrames.of(UnpooledByteBufAllocator.DEFAULT, id, id % 100 == 0 ? 200_000 : 500), 0);
        }
        await().atMost(LONG).until(channel::isEmpty);
        collector.drain(frames);
        assertThat(collector.delivered()).isEqualTo(ids(frames));
        assertThat(sink.count("FrameSentCount")).isEqualTo(frames);
        assertThat(source.count("FrameReceivedCount")).isEqualTo(frames);
        assertThat(source.count("AckSentCount")).isLessThan(frames);
        assertThat(sink.lastHealth()).startsWith("+connected to 127.0.0.1:");
        channel.close();
    }

    @Test
    void shouldReceiveEachStreamOnOneLoopWhicheverAcceptedIt_R16() throws Exception {
        ModelSink collector = new ModelSink(Long.MAX_VALUE).acknowledgingAtOnce();
        TestContext source = startSource(collector, 0, Map.of());
        List<ModelSource> channels = new ArrayList<>();
        for (int stream = 0; stream < 8; stream++) {
            ModelSource channel = new ModelSource(new StreamId(77, stream));
            channels.add(channel);
            startSink(channel, source, Map.of());
            for (long id = 1; id <= 100; id++) {
                channel.append(TestFrames.of(UnpooledByteBufAllocator.DEFAULT, id, 1_000), 0);
            }
        }
        await().atMost(LONG).until(() -> channels.stream().allMatch(ModelSource::isEmpty));
        for (ModelSource channel : channels) {
            InputKey key = new InputKey(InputKey.Kind.WINDOW, "link:" + channel.streamId());
            assertThat(collector.published(key)).isEqualTo(ids(100));
            channel.close();
        }
    }

    @Test
    void shouldGoOnWhereItWasWhenTheSourceIsStoppedAndStarted() throws Exception {
        ModelSink collector = new ModelSink(Long.MAX_VALUE).acknowledgingAtOnce();
        TestContext context = TestContext.source(loops, collector, Map.of("bind", "127.0.0.1", "port", "0"));
        LinkSource first = new LinkSource(context);
        first.start();
        int port = first.address().getPort();
        ModelSource channel = new ModelSource(new StreamId(1, 1));
        TestContext sink = startSink(channel, port, Map.of("max-backoff", "200"));
        appendAll(channel, 1, 500);
        await().atMost(LONG).until(channel::isEmpty);
        first.stop();
        appendAll(channel, 501, 1_000);
        await().atMost(LONG).until(() -> sink.lastHealth().startsWith("-"));
        startSource(collector, port, Map.of());
        await().atMost(LONG).until(channel::isEmpty);
        collector.drain(1_000);
        assertThat(collector.delivered()).isEqualTo(ids(1_000));
        channel.close();
    }

    @Test
    void shouldDrainItsLeasesWhenTheSinkIsStopped() throws Exception {
        ModelSink collector = new ModelSink(Long.MAX_VALUE).acknowledgingAtOnce();
        TestContext source = startSource(collector, 0, Map.of());
        ModelSource channel = new ModelSource(new StreamId(1, 1));
        LinkSink sink = new LinkSink(TestContext.sink(loops, channel, sinkSettings(portOf(source), Map.of())));
        sink.start();
        appendAll(channel, 1, 300);
        await().atMost(LONG).until(() -> collector.published() > 0);
        sink.stop();
        assertThat(channel.openLeases()).isZero();
        assertThat(channel.committedInOrder()).hasSize(collector.published());
        await().atMost(LONG).until(() -> source.count("ConnectionClosedCount") == 1);
        channel.close();
    }

    @Test
    void shouldSayWhyItCannotConnect() throws Exception {
        ModelSource channel = new ModelSource(new StreamId(1, 1));
        TestContext sink = startSink(channel, 1, Map.of("max-backoff", "100"));
        await().atMost(LONG).until(() -> sink.lastHealth().startsWith("-cannot connect to 127.0.0.1:1: "));
        await().atMost(LONG).until(() -> sink.count("ConnectionFailedCount") > 1);
    }

    private void appendAll(ModelSource channel, long first, long last) {
        for (long id = first; id <= last; id++) {
            channel.append(TestFrames.of(UnpooledByteBufAllocator.DEFAULT, id, 2_000), 0);
        }
    }

    private TestContext startSource(ModelSink collector, int port, Map<String, String> more) throws Exception {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("bind", "127.0.0.1");
        settings.put("port", Integer.toString(port));
        TestContext context = TestContext.source(loops, collector, settings);
        LinkSource source = new LinkSource(context);
        source.start();
        closing.add(source::stop);
        return context;
    }

    private TestContext startSink(ModelSource channel, TestContext source, Map<String, String> more) {
        return startSink(channel, portOf(source), more);
    }

    private TestContext startSink(ModelSource channel, int port, Map<String, String> more) {
        TestContext context = TestContext.sink(loops, channel, sinkSettings(port, more));
        LinkSink sink = new LinkSink(context);
        sink.start();
        closing.add(sink::stop);
        return context;
    }

    private static Map<String, String> sinkSettings(int port, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("hostname", "127.0.0.1");
        settings.put("port", Integer.toString(port));
        return settings;
    }

    private static int portOf(TestContext source) {
        String said = source.health.get(0);
        return Integer.parseInt(said.substring(said.lastIndexOf(':') + 1));
    }

    private static List<Long> ids(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }
}
