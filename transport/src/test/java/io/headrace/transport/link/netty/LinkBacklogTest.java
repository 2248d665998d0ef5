package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.FileStorage;
import io.headrace.wal.LogSettings;
import io.headrace.wal.SyncMode;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames that are only in the log, on their way over a real socket. */
class LinkBacklogTest {
    private static final Duration LONG = Duration.ofSeconds(15);
    private static final int LARGE = 50_000;

    private final EventLoops loops = new EventLoops(1);
    private final FileStorage storage = new FileStorage();

    @TempDir
    private Path folder;

    private ManagedChannel from;
    private ManagedChannel to;
    private LinkSource source;
    private LinkSink sink;
    private TestContext sinkContext;
    private TestContext sourceContext;
    private int port;
    private int next = 1;

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

    @ParameterizedTest
    @EnumSource
    void shouldSendLargeFramesFromTheLogOnceAndInOrder(LogSettings.Appender appender) throws Exception {
        backlog(appender, 300);
        openReceiver();
        startSink(true);

        List<Long> delivered = new ArrayList<>();
        await().atMost(LONG).until(() -> take(delivered) >= next - 1);

        assertThat(delivered).isEqualTo(ids(next - 1));
        await().atMost(LONG).until(() -> from.size() == 0);
        // Up to 8 MiB were read ahead before the sink was there.
        assertThat(sinkContext.count("ByteSentFromLogCount")).isGreaterThan(sinkContext.count("ByteSentCount") / 4);
    }

    @Test
    void shouldSendBuffersWhereItIsSwitchedOff() throws Exception {
        backlog(LogSettings.Appender.DIRECT, 50);
        openReceiver();
        startSink(false);

        List<Long> delivered = new ArrayList<>();
        await().atMost(LONG).until(() -> take(delivered) >= next - 1);

        assertThat(delivered).isEqualTo(ids(next - 1));
        assertThat(sinkContext.count("ByteSentFromLogCount")).isZero();
    }

    @Test
    void shouldLoseAndDoubleNothingWhenTheCollectorIsKilledWhileTheLogIsSent_R17() throws Exception {
        backlog(LogSettings.Appender.DIRECT, 600);
        openReceiver();
        startSink(true);
        for (int kill = 1; kill <= 3; kill++) {
            int enough = 100 * kill;
            await().atMost(LONG).until(() -> to.size() >= enough);
            to.close();
            source.stop();
            openReceiver();
        }
        List<Long> delivered = new ArrayList<>();
        await().atMost(LONG).until(() -> take(delivered) >= next - 1);
        assertThat(delivered).isEqualTo(ids(next - 1));
        await().atMost(LONG).until(() -> from.size() == 0);
    }

    @Test
    void shouldFindOutThatItsOwnCopyIsDamaged_R18() throws Exception {
        backlog(LogSettings.Appender.DIRECT, 300);
        from.close();
        // Behind what the reader is ahead of a sink that is not there yet.
        damageFrame(281);
        from = openFrom(LogSettings.Appender.DIRECT);
        openReceiver();
        startSink(true);

        await().atMost(LONG).untilAsserted(() -> assertThat(sinkContext.health)
                .anyMatch(said -> said.matches("-frame \\d+ is damaged in this channel, .*CHECKSUM.*")));

        List<Long> delivered = new ArrayList<>();
        take(delivered);
        assertThat(delivered).as("what comes before it").isEqualTo(ids(delivered.size()));
        assertThat(delivered).hasSizeBetween(100, 280);
    }

    /** Leaves frames in the log that no memory holds. */
    private void backlog(LogSettings.Appender appender, int frames) throws Exception {
        from = openFrom(appender);
        ChannelProcessor processor = RealChannels.processor(from);
        PutTicket last = processor.newTicket();
        try (SourceInput input = processor.anonymousInput()) {
            for (int i = 0; i < frames; i++) {
                int bytes = next % 10 == 5 ? 500 : LARGE + next % 40;
                Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, next++, bytes);
                assertThat(processor.put(input, 0, frame, true, last)).isEqualTo(PutStatus.ACCEPTED);
                frame.release();
            }
        }
        await().atMost(LONG).until(last::isAcknowledged);
        from.close();
        from = openFrom(appender);
    }

    private ManagedChannel openFrom(LogSettings.Appender appender) throws IOException {
        ChannelSettings settings = ChannelSettings.file("from", 1_000_000, folder.resolve("from"))
                .withSegments(8 << 20, 1 << 20)
                .withSync(SyncMode.ALWAYS, appender);
        return RealChannels.open(settings, storage);
    }

    /** Changes a bit in the middle of a frame's only body, which begins with its number. */
    private void damageFrame(long id) throws IOException {
        List<Path> segments;
        try (Stream<Path> files = Files.list(folder.resolve("from"))) {
            segments = files.filter(file -> file.toString().endsWith(".wal")).toList();
        }
        int found = 0;
        for (Path segment : segments) {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
            for (int at = 0; at + LARGE < bytes.capacity(); at += Integer.BYTES) {
                if (bytes.getLong(at) == id
                        && bytes.get(at + 8) == (byte) (id + 8)
                        && bytes.get(at + 9) == (byte) (id + 9)) {
                    flip(segment, at + LARGE / 2, bytes.get(at + LARGE / 2));
                    found++;
                }
            }
        }
        // What was above the last checkpoint stands there twice: opening copied it.
        assertThat(found).as("frame %d in the log", id).isPositive();
    }

    private static void flip(Path segment, long at, byte was) throws IOException {
        try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {(byte) (was ^ 4)}), at);
        }
    }

    private void openReceiver() throws Exception {
        to = RealChannels.open(
                ChannelSettings.file("to", 1_000_000, folder.resolve("to")).withSegments(8 << 20, 1 << 20), storage);
        sourceContext = TestContext.source(
                loops, RealChannels.processor(to), Map.of("bind", "127.0.0.1", "port", Integer.toString(port)));
        source = new LinkSource(sourceContext);
        source.start();
        port = source.address().getPort();
    }

    private void startSink(boolean sendfile) {
        sinkContext = TestContext.sink(
                loops,
                from.consumer("sink"),
                Map.of(
                        "hostname",
                        "127.0.0.1",
                        "port",
                        Integer.toString(port),
                        "max-backoff",
                        "200",
                        "sendfile",
                        Boolean.toString(sendfile)));
        sink = new LinkSink(sinkContext);
        sink.start();
    }

    private int take(List<Long> into) {
        ChannelConsumer consumer = to.consumer("end");
        Lease lease = consumer.tryLease(1_000, Long.MAX_VALUE);
        while (lease != null) {
            for (int i = 0; i < lease.size(); i++) {
                into.add(TestFrames.idOf(lease.frame(i)));
            }
            lease.commit();
            lease = consumer.tryLease(1_000, Long.MAX_VALUE);
        }
        return into.size();
    }

    private static List<Long> ids(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }
}
