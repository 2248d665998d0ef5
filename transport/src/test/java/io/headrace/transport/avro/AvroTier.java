package io.headrace.transport.avro;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.netty.RealChannels;
import io.headrace.transport.link.netty.TestContext;
import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A source with a channel of the engine behind it. */
final class AvroTier implements AutoCloseable {
    final ManagedChannel channel;
    final ChannelConsumer consumer;
    final TestContext context;
    final AvroSource source;

    private AvroTier(ManagedChannel channel, TestContext context, AvroSource source) {
        this.channel = channel;
        this.consumer = channel.consumer("k1");
        this.context = context;
        this.source = source;
    }

    static AvroTier start(EventLoops loops, Map<String, String> settings) throws Exception {
        return start(loops, ChannelSettings.memory("c1", 1_000_000), settings);
    }

    static AvroTier start(EventLoops loops, ChannelSettings of, Map<String, String> settings) throws Exception {
        return start(loops, of, new FileStorage(), settings);
    }

    static AvroTier start(EventLoops loops, ChannelSettings of, Storage storage, Map<String, String> settings)
            throws Exception {
        ManagedChannel channel = RealChannels.open(of, storage);
        Map<String, String> all = new HashMap<>(Map.of("bind", "127.0.0.1", "port", "0"));
        all.putAll(settings);
        TestContext context = TestContext.source(loops, RealChannels.processor(channel), all);
        AvroSource source = new AvroSource(context);
        source.start();
        return new AvroTier(channel, context, source);
    }

    int port() {
        return source.address().getPort();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    List<TestEvent> take() {
        return TestEvent.take(consumer);
    }

    @Override
    public void close() {
        source.stop();
        channel.close();
    }
}
