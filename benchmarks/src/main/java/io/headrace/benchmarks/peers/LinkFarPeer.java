package io.headrace.benchmarks.peers;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.frame.FrameLayout;
import io.headrace.tools.bench.BenchmarkChannel;
import io.headrace.tools.bench.BenchmarkContext;
import io.headrace.transport.link.netty.LinkSource;
import io.headrace.wal.FileStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The receiving end of a link: source {@code link}, a channel, a null sink. An order {@code open} starts them and answers
 * the port; an order {@code close} waits for what was sent, compares events and checksums, and stops them.
 */
public final class LinkFarPeer implements PeerWork {
    private static final int MEMORY_EVENTS = 200_000;
    private static final int FILE_EVENTS = 10_000_000;

    private final Path folder;
    private BenchmarkChannel channel;
    private BenchmarkContext context;
    private LinkSource source;
    private NullDrain drain;
    private Workers draining;
    private Stopwatch watch;

    private LinkFarPeer(Path folder) {
        this.folder = folder;
    }

    /**
     * @param arguments the folder to write in
     */
    public static void main(String[] arguments) {
        PeerServer.serve(new LinkFarPeer(Path.of(arguments[0])));
    }

    @Override
    public Map<String, String> run(Order order) throws Exception {
        return order.text("mode").equals("open") ? open(order) : finish(order);
    }

    private Map<String, String> open(Order order) throws Exception {
        ChannelSettings settings = order.text("channel").equals("file")
                ? ChannelSettings.file("far", FILE_EVENTS, folder.resolve("channel"))
                : ChannelSettings.memory("far", MEMORY_EVENTS);
        channel = new BenchmarkChannel(
                settings.withFrames(FrameLayout.DEFAULT_MAX_EVENT_BYTES, FrameLayout.MAX_FRAME_BYTES),
                new FileStorage());
        drain = new NullDrain(channel);
        draining = new Workers();
        draining.start("sink", drain::run);
        Map<String, String> own = new HashMap<>(Map.of("bind", "127.0.0.1", "port", "0"));
        if (order.text("tls").equals("yes")) {
            own.put("ssl", "true");
            own.put("keystore", order.text("keystore"));
            own.put("keystore-password", order.text("password"));
            own.put("keystore-type", "PKCS12");
        }
        context = BenchmarkContext.ofSource("r", own, channel.processor());
        source = new LinkSource(context);
        source.start();
        watch = Stopwatch.start(folder);
        return Map.of("port", Integer.toString(source.address().getPort()));
    }

    private Map<String, String> finish(Order order) throws Exception {
        drain.await(order.number("events"), order.number("checksums"));
        Map<String, String> figures = new LinkedHashMap<>(watch.stop(order.number("events"), order.number("bytes")));
        figures.put("frames", Long.toString(context.metric("FrameReceivedCount")));
        figures.put("acks", Long.toString(context.metric("AckSentCount")));
        context.checkFailure();
        source.stop();
        drain.stop();
        draining.await();
        channel.close();
        context.close();
        long delivered = channel.channel().ledger().delivered();
        if (delivered < order.number("events")) {
            throw new IllegalStateException(
                    "events committed: " + delivered + " (expected: >= " + order.number("events") + ")");
        }
        return figures;
    }

    @Override
    public void close() throws IOException {
        if (context != null) {
            context.close();
        }
    }
}
