package io.headrace.transport.link.netty;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** An agent's channel and sink, and a collector's source and channel, over a real socket; a test kills either side and opens it again. */
abstract class LinkTiersFixture {
    final EventLoops loops;
    final Storage storage = new FileStorage();

    @TempDir
    Path folder;

    ManagedChannel from;
    ManagedChannel to;
    LinkSource source;
    LinkSink sink;
    TestContext sinkContext;
    TestContext sourceContext;

    /** The collector's, the same in each of its lives. */
    private int port;

    LinkTiersFixture(int loops) {
        this.loops = new EventLoops(loops);
    }

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

    /** Of a channel whose log is in the test's folder. */
    final ChannelSettings settings(String name) {
        return ChannelSettings.file(name, 1_000_000, folder.resolve(name)).withSegments(8 << 20, 1 << 20);
    }

    final void openSender() throws IOException {
        from = RealChannels.open(settings("from"), storage);
    }

    final void killSender() {
        from.close();
        sink.stop();
    }

    final void openReceiver(Map<String, String> more) throws Exception {
        to = RealChannels.open(settings("to"), storage);
        startSource(more);
    }

    final void openReceiver() throws Exception {
        openReceiver(Map.of());
    }

    final void killReceiver() {
        to.close();
        source.stop();
    }

    final void startSource(Map<String, String> more) throws Exception {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("bind", "127.0.0.1");
        settings.put("port", Integer.toString(port));
        sourceContext = TestContext.source(loops, RealChannels.processor(to), settings);
        source = new LinkSource(sourceContext);
        source.start();
        port = source.address().getPort();
    }

    final void startSink(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("hostname", "127.0.0.1");
        settings.put("port", Integer.toString(port));
        settings.put("max-backoff", "200");
        sinkContext = TestContext.sink(loops, from.consumer("sink"), settings);
        sink = new LinkSink(sinkContext);
        sink.start();
    }

    /** Takes what the collector has; how many there are altogether. */
    final int take(List<Long> into, int most) {
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

    final int take(List<Long> into) {
        return take(into, 1_000);
    }

    /** All from 1 on. */
    static List<Long> ids(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }
}
