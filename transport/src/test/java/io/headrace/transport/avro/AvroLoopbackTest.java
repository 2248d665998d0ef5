package io.headrace.transport.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.netty.RealChannels;
import io.headrace.transport.link.netty.TestContext;
import io.headrace.wal.FileStorage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A sink sends to a source, both ours, over a real socket and between channels of the engine. */
class AvroLoopbackTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final EventLoops loops = new EventLoops(1);
    private ManagedChannel from;

    @BeforeEach
    void open() throws Exception {
        from = RealChannels.open(ChannelSettings.memory("from", 1_000_000), new FileStorage());
    }

    @AfterEach
    void close() {
        from.close();
        loops.close();
    }

    @ParameterizedTest
    @CsvSource({"none, 100, false", "none, 7, false", "deflate, 100, false", "none, 100, true"})
    void shouldCarryEverythingOnceAndInOrder(String compression, int batchSize, boolean zstd) throws Exception {
        List<TestEvent> events = TestEvent.mixed(2_000, 2);
        try (AvroTier tier = AvroTier.start(loops, Map.of("compression-type", compression))) {
            TestEvent.put(zstd ? RealChannels.compressing(from) : RealChannels.processor(from), events, 300);
            Map<String, String> settings = new HashMap<>();
            settings.put("hostname", "127.0.0.1");
            settings.put("port", Integer.toString(tier.port()));
            settings.put("compression-type", compression);
            settings.put("batch-size", Integer.toString(batchSize));
            TestContext context = TestContext.sink(loops, from.consumer("k1"), settings);
            AvroSink sink = new AvroSink(context);
            sink.start();
            List<TestEvent> arrived = new ArrayList<>();
            await().atMost(LONG).until(() -> {
                arrived.addAll(tier.take());
                return arrived.size() >= events.size();
            });
            await().atMost(LONG).until(() -> from.size() == 0);
            sink.stop();
            assertThat(arrived).isEqualTo(events);
            assertThat(context.count("EventDrainSuccessCount")).isEqualTo(events.size());
            assertThat(tier.context.count("EventAcceptedCount")).isEqualTo(events.size());
        }
    }
}
