package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.FileStorage;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How many bytes are copied in user space between the socket and what lies behind it, as the receiver and the log count them,
 * for each byte received. The table in {@code transport/PROTOCOL.md} is of these.
 */
class LinkCopiesTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final double FEW = 0.05;
    private static final long TOTAL_BYTES = 30_000_000;

    private final EventLoops sending = new EventLoops(1);
    private final EventLoops receiving = new EventLoops(1);
    private final MetricGroup collected = new MetricGroup(GroupType.CHANNEL, "to");
    private TestContext received;
    private ManagedChannel from;
    private ManagedChannel to;

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        from.close();
        to.close();
        sending.close();
        receiving.close();
    }

    @Test
    void shouldCopyHardlyAnythingOfFramesOf1000EventsIntoMemory() throws Exception {
        from = memory("from");
        to = memory("to");
        put(1_000, 200);
        send(Map.of());
        assertThat(copiedByReceiver()).isLessThan(FEW);
    }

    @Test
    void shouldCopyHardlyAnythingBetweenSocketAndFile() throws Exception {
        from = memory("from");
        to = file("to");
        put(1_000, 200);
        send(Map.of());
        assertThat(copiedByReceiver() + copiedByLog()).isLessThan(FEW);
    }

    @Test
    void shouldCopyHardlyAnythingOfMiddlingFramesBetweenSocketAndFile() throws Exception {
        from = memory("from");
        to = file("to");
        put(330, 200);
        send(Map.of());
        assertThat(copiedByReceiver() + copiedByLog()).isLessThan(FEW);
    }

    @Test
    void shouldCopyHardlyAnythingOfABacklogBetweenSocketAndFile() throws Exception {
        from = file("from");
        put(1_000, 200);
        from.close();
        from = file("from");
        to = file("to");
        send(Map.of());
        assertThat(copiedByReceiver() + copiedByLog()).isLessThan(FEW);
    }

    @Test
    void shouldCopyHardlyAnythingOfFilePagesThatAreSentAsSuch() throws Exception {
        from = file("from");
        put(1_000, 200);
        from.close();
        from = file("from");
        to = file("to");
        send(Map.of("sendfile", "true"));
        assertThat(copiedByReceiver() + copiedByLog()).isLessThan(FEW);
    }

    /** The first two are copied, as nobody knows yet that large frames come. */
    @Test
    void shouldCopyHardlyAnythingOfFramesThatComeOneAtATime() throws Exception {
        from = memory("from");
        to = memory("to");
        LinkSource source = startSource();
        LinkSink sink = startSink(source, Map.of());
        Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, 1, 1_000, 200, 0);
        ChannelProcessor processor = RealChannels.processor(from);
        try (SourceInput input = processor.anonymousInput()) {
            for (int i = 1; i <= 200; i++) {
                processor.put(input, 0, frame, true, processor.newTicket());
                await().pollInterval(Duration.ofMillis(1)).atMost(LONG).until(() -> from.size() == 0);
            }
        }
        frame.release();
        sink.stop();
        source.stop();
        assertThat(copiedByReceiver()).isLessThan(FEW);
    }

    @Test
    void shouldCopySmallFramesOnceOnTheWayIntoMemoryAndOnceMoreIntoTheFile() throws Exception {
        from = memory("from");
        to = file("to");
        put(20, 200);
        send(Map.of());
        assertThat(copiedByReceiver()).isBetween(0.9, 1.01);
        assertThat(copiedByLog()).isBetween(0.9, 1.01);
    }

    @Test
    void shouldCopyOnceIntoAMappedFile() throws Exception {
        from = memory("from");
        to = open(settings("to").withSync(SyncMode.every(100), Appender.MAPPED), collected);
        put(1_000, 200);
        send(Map.of());
        assertThat(copiedByReceiver()).isLessThan(FEW);
        assertThat(copiedByLog()).isBetween(0.9, 1.01);
    }

    @Test
    void shouldCopyOnceAtMostWhereTheFileIsWrittenAroundTheCache() throws Exception {
        from = memory("from");
        to = open(settings("to").withSync(SyncMode.ALWAYS, Appender.DIRECT), collected);
        put(1_000, 200);
        send(Map.of());
        assertThat(copiedByReceiver()).isLessThan(FEW);
        // Not at all on a file system that does not bear it.
        assertThat(copiedByLog()).isLessThan(1.01);
    }

    private double copiedByReceiver() {
        return (double) received.count("ByteCopiedCount") / received.count("ByteReceivedCount");
    }

    private double copiedByLog() {
        return collected.gauges().get("LogBytesCopied").doubleValue() / received.count("ByteReceivedCount");
    }

    private ManagedChannel memory(String name) throws IOException {
        return RealChannels.open(ChannelSettings.memory(name, 10_000_000), null);
    }

    private ManagedChannel file(String name) throws IOException {
        return open(settings(name), name.equals("to") ? collected : new MetricGroup(GroupType.CHANNEL, name));
    }

    private ChannelSettings settings(String name) {
        return ChannelSettings.file(name, 10_000_000, folder.resolve(name))
                .withSegments(8 << 20, 1 << 20)
                .withSync(SyncMode.ALWAYS, Appender.POSITIONAL);
    }

    private static ManagedChannel open(ChannelSettings settings, MetricGroup metrics) throws IOException {
        return RealChannels.open(settings, new FileStorage(), metrics);
    }

    /** What is in the channel goes over; the far end keeps it. */
    private void send(Map<String, String> ofSink) throws Exception {
        LinkSource source = startSource();
        LinkSink sink = startSink(source, ofSink);
        await().atMost(LONG).until(() -> {
            drain();
            return from.size() == 0;
        });
        sink.stop();
        source.stop();
        assertThat(received.count("ByteReceivedCount")).isGreaterThanOrEqualTo(TOTAL_BYTES);
    }

    private void drain() {
        Lease lease = to.consumer("end").tryLease(1_000_000, Long.MAX_VALUE);
        if (lease != null) {
            lease.commit();
        }
    }

    private LinkSource startSource() throws Exception {
        received = TestContext.source(receiving, RealChannels.processor(to), Map.of("bind", "127.0.0.1", "port", "0"));
        LinkSource source = new LinkSource(received);
        source.start();
        return source;
    }

    private LinkSink startSink(LinkSource source, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("hostname", "127.0.0.1");
        settings.put("port", Integer.toString(source.address().getPort()));
        LinkSink sink = new LinkSink(TestContext.sink(sending, from.consumer("sink"), settings));
        sink.start();
        return sink;
    }

    private void put(int events, int bytes) throws InterruptedException {
        Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, 1, events, bytes, 0);
        ChannelProcessor processor = RealChannels.processor(from);
        PutTicket last = processor.newTicket();
        try (SourceInput input = processor.anonymousInput()) {
            for (long sent = 0; sent < TOTAL_BYTES; sent += frame.alignedLength()) {
                assertThat(processor.put(input, 0, frame, true, last)).isEqualTo(PutStatus.ACCEPTED);
            }
        }
        await().atMost(LONG).until(last::isAcknowledged);
        frame.release();
    }
}
