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
import io.headrace.transport.link.PeerBytes;
import io.headrace.transport.link.TestFrames;
import io.netty.buffer.PooledByteBufAllocator;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A collector that is slow or stuck: what its senders do meanwhile. */
class LinkFlowTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration STEADY = Duration.ofMillis(300);
    private static final int FRAMES = 2_000;
    private static final int FRAME_BYTES = 2_000;
    private static final int ROOM = 100;

    private final EventLoops sending = new EventLoops(1);
    private final EventLoops receiving = new EventLoops(1);
    private ManagedChannel from;
    private ManagedChannel to;
    private LinkSource source;
    private LinkSink sink;
    private TestContext sinkContext;
    private TestContext sourceContext;

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
        sending.close();
        receiving.close();
    }

    @Test
    void shouldSendNoMoreThanTheCollectorGrantsAndGoOnWhenItHasRoom() throws Exception {
        openBoth(Map.of());
        put(FRAMES);
        List<Long> delivered = new ArrayList<>();
        await().atMost(LONG).until(() -> sourceContext.count("FrameParkedCount") > 0);
        awaitSteady("ByteSentCount");
        assertThat(to.size()).as("events in the collector's channel").isEqualTo(ROOM);
        // What its channel holds, what waits there, and one frame in any case (R13).
        assertThat(sinkContext.count("ByteSentCount"))
                .isLessThanOrEqualTo(256 * 1024 + (ROOM + 1) * (FRAME_BYTES + 200L));
        assertThat(sourceContext.gauge("ReceiveBytesHeld")).isLessThanOrEqualTo(256 * 1024);
        await().atMost(LONG).until(() -> {
            assertThat(to.size()).isLessThanOrEqualTo(ROOM);
            return take(to.consumer("end"), delivered, 50) == FRAMES;
        });
        assertThat(delivered)
                .isEqualTo(LongStream.rangeClosed(1, FRAMES).boxed().toList());
        assertThat(sourceContext.count("FrameDuplicateCount")).isZero();
    }

    @Test
    void shouldNotHoldUpAnotherSinkOfTheChannel() throws Exception {
        openBoth(Map.of("request-timeout", "1000"));
        put(FRAMES);
        await().atMost(LONG).until(() -> sourceContext.count("FrameParkedCount") > 0);
        awaitSteady("ByteSentCount");
        List<Long> byOther = new ArrayList<>();
        ChannelConsumer other = from.consumer("other");
        await().atMost(LONG).until(() -> {
            take(other, byOther, FRAMES);
            return byOther.size() > FRAMES / 2;
        });
        await().atMost(LONG).until(() -> sinkContext
                .lastHealth()
                .endsWith("is there, but has taken nothing for 1000 ms: its channels may be full"));
        List<Long> delivered = new ArrayList<>();
        await().atMost(LONG).until(() -> {
            take(other, byOther, FRAMES);
            take(to.consumer("end"), delivered, 50);
            TreeSet<Long> all = new TreeSet<>(byOther);
            all.addAll(delivered);
            return all.size() == FRAMES;
        });
        await().atMost(LONG).until(() -> sinkContext.lastHealth().startsWith("+connected"));
    }

    @Test
    void shouldGiveUpACollectorThatIsStuckWithLittleOnItsWay() throws Exception {
        from = RealChannels.open(ChannelSettings.memory("from", 100_000), null);
        put(FRAMES);
        try (ServerSocket stuck = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            startSink(stuck.getLocalPort(), Map.of("window", "1m", "request-timeout", "1000", "max-backoff", "60000"));
            try (Socket connection = stuck.accept()) {
                // It grants whatever one may want, and then does nothing any more.
                connection.getOutputStream().write(PeerBytes.welcome(1L << 30));
                await().atMost(LONG).until(() -> sinkContext.count("ByteSentCount") > 0);
                await().atMost(LONG).until(() -> sinkContext
                        .lastHealth()
                        .contains("nothing heard of 127.0.0.1:" + stuck.getLocalPort() + " for 1000 ms"));
                assertThat(sinkContext.count("ByteSentCount")).isLessThanOrEqualTo(1024 * 1024);
            }
            List<Long> byOther = new ArrayList<>();
            await().atMost(LONG).until(() -> take(from.consumer("other"), byOther, FRAMES) == FRAMES);
            assertThat(byOther).as("in order, as rolled back").isSorted();
        }
    }

    private void awaitSteady(String counter) {
        long[] seen = {-1};
        await().pollInterval(STEADY).atMost(LONG).until(() -> {
            long before = seen[0];
            seen[0] = sinkContext.count(counter);
            return seen[0] == before;
        });
    }

    private void openBoth(Map<String, String> ofSink) throws Exception {
        from = RealChannels.open(ChannelSettings.memory("from", 100_000), null);
        to = RealChannels.open(ChannelSettings.memory("to", ROOM), null);
        sourceContext = TestContext.source(
                receiving,
                RealChannels.processor(to),
                Map.of("bind", "127.0.0.1", "port", "0", "receiveBytes", "256k"));
        source = new LinkSource(sourceContext);
        source.start();
        startSink(source.address().getPort(), ofSink);
    }

    private void startSink(int port, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("hostname", "127.0.0.1");
        settings.put("port", Integer.toString(port));
        sinkContext = TestContext.sink(sending, from.consumer("sink"), settings);
        sink = new LinkSink(sinkContext);
        sink.start();
    }

    private void put(int frames) throws InterruptedException {
        ChannelProcessor processor = RealChannels.processor(from);
        try (SourceInput input = processor.anonymousInput()) {
            for (long id = 1; id <= frames; id++) {
                Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, id, FRAME_BYTES);
                assertThat(processor.put(input, 0, frame, true, processor.newTicket()))
                        .isEqualTo(PutStatus.ACCEPTED);
                frame.release();
            }
        }
    }

    private static int take(ChannelConsumer consumer, List<Long> into, int most) {
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
}
