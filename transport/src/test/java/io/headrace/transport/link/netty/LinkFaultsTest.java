package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.InterceptorStage;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.spi.Interceptor;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes wrong behind a source {@code link}, and what it says of it. */
class LinkFaultsTest {
    private static final int FRAMES = 1_000;

    private final EventLoops loops = new EventLoops(1);
    private final Storage storage = new FileStorage();
    private final AtomicInteger calls = new AtomicInteger();
    private ManagedChannel from;
    private ManagedChannel to;
    private TestContext sourceContext;
    private TestContext sinkContext;
    private LinkSource source;
    private LinkSink sink;

    @BeforeEach
    void open() throws IOException {
        from = RealChannels.open(ChannelSettings.memory("from", 100_000), storage);
        to = RealChannels.open(ChannelSettings.memory("to", 100), storage);
    }

    @AfterEach
    void close() {
        if (sink != null) {
            sink.stop();
        }
        if (source != null) {
            source.stop();
        }
        from.close();
        to.close();
        loops.close();
    }

    /** Most frames wait for room before they are put: the interceptor throws on both ways into the channel. */
    @Test
    void shouldLoseNothingAndGoOnListeningWhenAnInterceptorThrows() throws Exception {
        startSource(new Throwing());
        startSink();
        put(FRAMES);
        List<Long> delivered = new ArrayList<>();

        await().atMost(Duration.ofSeconds(60)).until(() -> take(delivered) >= FRAMES);

        assertThat(delivered)
                .isEqualTo(LongStream.rangeClosed(1, FRAMES).boxed().toList());
        assertThat(sourceContext.count("GenericProcessingFail")).isPositive();
        assertThat(sourceContext.health)
                .anyMatch(said -> said.contains("what came could not be put, the sender tries again: no such zone"))
                .noneMatch(said -> said.startsWith("!"));
        await().until(() -> sourceContext.lastHealth().contains("listening on 127.0.0.1:"));
    }

    @Test
    void shouldCountConnectionsOnBothSides() throws Exception {
        startSource(new Passing());
        startSink();
        put(10);
        List<Long> delivered = new ArrayList<>();
        await().until(() -> take(delivered) == 10);
        assertThat(sourceContext.gauge("OpenConnectionCount")).isOne();
        assertThat(sinkContext.count("ConnectionCreatedCount")).isOne();

        source.stop();
        source = null;

        await().until(() -> sinkContext.count("ConnectionFailedCount") > 1);
        assertThat(sinkContext.count("ConnectionClosedCount")).isOne();
        assertThat(sourceContext.gauge("OpenConnectionCount")).isZero();
        assertThat(sourceContext.count("EventReceivedCount")).isEqualTo(sourceContext.count("EventAcceptedCount"));
        assertThat(sinkContext.count("EventDrainSuccessCount")).isEqualTo(sourceContext.count("EventAcceptedCount"));
    }

    @Test
    void shouldNameTheAddressWhereItCannotListen() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> startSource(taken.getLocalPort(), new Passing()))
                    .isInstanceOf(IOException.class)
                    .hasMessage("127.0.0.1:" + taken.getLocalPort() + ": the port is in use by somebody else");
        }
    }

    /** Throws at every hundredth frame that it sees. */
    private final class Throwing extends Passing {
        @Override
        public void interceptShared(Map<String, String> headers) {
            if (calls.incrementAndGet() % 100 == 0) {
                throw new IllegalArgumentException("no such zone: CEST+" + calls.get());
            }
        }
    }

    private static class Passing implements Interceptor {
        @Override
        public void interceptShared(Map<String, String> headers) {
            headers.remove("nothing");
        }

        @Override
        public boolean looksAtEvents() {
            return false;
        }

        @Override
        public byte[] interceptEvent(Map<String, String> headers, byte[] body) {
            return body;
        }
    }

    private void startSource(Interceptor interceptor) throws Exception {
        startSource(0, interceptor);
    }

    private void startSource(int port, Interceptor interceptor) throws Exception {
        ChannelProcessor processor = RealChannels.processor(to, List.of(new InterceptorStage("test", interceptor)));
        sourceContext =
                TestContext.source(loops, processor, Map.of("bind", "127.0.0.1", "port", Integer.toString(port)));
        source = new LinkSource(sourceContext);
        source.start();
    }

    private void startSink() {
        String port = Integer.toString(source.address().getPort());
        sinkContext = TestContext.sink(
                loops, from.consumer("sink"), Map.of("hostname", "127.0.0.1", "port", port, "max-backoff", "100"));
        sink = new LinkSink(sinkContext);
        sink.start();
    }

    private void put(int frames) throws InterruptedException {
        ChannelProcessor processor = RealChannels.processor(from);
        try (SourceInput input = processor.anonymousInput()) {
            for (long id = 1; id <= frames; id++) {
                Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, id, 1_000);
                processor.put(input, 0, frame, true, processor.newTicket());
                frame.release();
            }
        }
    }

    private int take(List<Long> into) {
        ChannelConsumer consumer = to.consumer("end");
        Lease lease = consumer.tryLease(20, Long.MAX_VALUE);
        while (lease != null) {
            for (int i = 0; i < lease.size(); i++) {
                into.add(TestFrames.idOf(lease.frame(i)));
            }
            lease.commit();
            lease = consumer.tryLease(20, Long.MAX_VALUE);
        }
        return into.size();
    }
}
