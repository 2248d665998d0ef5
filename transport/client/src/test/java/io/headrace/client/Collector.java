package io.headrace.client;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.frame.EventCursor;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.netty.LinkSource;
import io.headrace.transport.link.netty.RealChannels;
import io.headrace.transport.link.netty.TestContext;
import io.headrace.wal.FileStorage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A source {@code link} on a real socket with a channel of the engine behind it, which can be killed and opened again. */
final class Collector implements AutoCloseable {
    private final EventLoops loops = new EventLoops(1);
    private final FileStorage storage = new FileStorage();
    private final ChannelSettings channelSettings;
    private final Map<String, String> settings;
    private final Path folder;
    private final EventCursor cursor = new EventCursor();
    private ManagedChannel channel;
    private LinkSource source;
    TestContext context;
    private int port;
    private boolean open;

    Collector(ChannelSettings channelSettings, Map<String, String> settings) throws Exception {
        this(channelSettings, settings, null);
    }

    /** @param folder where the source keeps whose streams are whose */
    Collector(ChannelSettings channelSettings, Map<String, String> settings, Path folder) throws Exception {
        this.folder = folder;
        this.channelSettings = channelSettings;
        this.settings = settings;
        open();
    }

    static Collector inMemory() throws Exception {
        return new Collector(ChannelSettings.memory("c", 100_000), Map.of());
    }

    void open() throws Exception {
        channel = RealChannels.open(channelSettings, storage);
        Map<String, String> all = new HashMap<>(settings);
        all.put("bind", "127.0.0.1");
        all.put("stop-timeout", "100");
        all.put("port", Integer.toString(port));
        context =
                TestContext.source(loops, RealChannels.processor(channel), all).keepingIn(folder);
        source = new LinkSource(context);
        source.start();
        port = source.address().getPort();
        open = true;
    }

    /** What is in memory is gone; what is not acknowledged stays unanswered. */
    void kill() {
        open = false;
        channel.close();
        source.stop();
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    int port() {
        return port;
    }

    int size() {
        return (int) channel.size();
    }

    /** Bodies of what is there, committed; what a channel reads from its log may come later. */
    List<String> take() {
        return take(true);
    }

    /** @param commit otherwise what is there stays */
    List<String> take(boolean commit) {
        List<String> bodies = new ArrayList<>();
        ChannelConsumer consumer = channel.consumer("k");
        List<Lease> leases = new ArrayList<>();
        Lease lease = consumer.tryLease(1_000, Long.MAX_VALUE);
        while (lease != null) {
            for (int i = 0; i < lease.size(); i++) {
                cursor.wrap(lease.frame(i));
                while (cursor.next()) {
                    bodies.add(cursor.headers().getOrDefault("host", "")
                            + new String(cursor.body(), StandardCharsets.UTF_8));
                }
            }
            if (commit) {
                lease.commit();
            } else {
                leases.add(lease);
            }
            lease = consumer.tryLease(1_000, Long.MAX_VALUE);
        }
        leases.forEach(Lease::rollback);
        return bodies;
    }

    @Override
    public void close() {
        if (open) {
            source.stop();
            channel.close();
        }
        loops.close();
    }
}
