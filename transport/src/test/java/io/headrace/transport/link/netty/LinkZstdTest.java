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
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.headrace.transport.EventLoops;
import io.headrace.wal.FileStorage;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compressed frames from one channel on disk into another one over a real socket, and out of their logs. */
class LinkZstdTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int EVENTS = 500;

    private final EventLoops loops = new EventLoops(1);
    private final FileStorage storage = new FileStorage();
    private final List<Runnable> ends = new ArrayList<>();

    @TempDir
    private Path folder;

    private ManagedChannel from;
    private ManagedChannel to;
    private TestContext sink;

    @AfterEach
    void close() {
        for (int i = ends.size() - 1; i >= 0; i--) {
            ends.get(i).run();
        }
        from.close();
        to.close();
        loops.close();
    }

    /** The channel in front is opened anew, so that what is sent stands in its log only. */
    @ParameterizedTest
    @CsvSource({
        // at the source, at the sink, sendfile; more frames than are read ahead into memory, or fewer
        "true, false, false, 60",
        "true, false, true, 400",
        "false, true, false, 60",
        "false, true, true, 120",
        "true, true, false, 60"
    })
    void shouldCarryTheSameEventsFromLogToLog(boolean source, boolean sink, boolean sendfile, int frames)
            throws Exception {
        from = open("from");
        put(source, frames, 0);
        from.close();
        from = open("from");
        to = open("to");
        connect(Map.of("compression", sink ? "zstd" : "none", "sendfile", "" + sendfile));
        await().atMost(LONG).until(() -> from.size() == 0);
        // What memory holds is not what is in the log.
        ends.forEach(Runnable::run);
        ends.clear();
        to.close();
        to = open("to");
        assertThat(drain(frames, frames * EVENTS)).isEqualTo(lines(0, frames));
        assertThat(this.sink.count("FrameCompressedCount")).isEqualTo(source ? 0 : frames);
        assertThat(this.sink.count("FrameInflatedCount")).isZero();
        long plain = lines(0, frames).stream().mapToLong(String::length).sum();
        assertThat(this.sink.count("ByteSentCount")).isBetween(32_768L * frames, plain * 2 / 3);
        if (sendfile && source) {
            assertThat(this.sink.count("ByteSentFromLogCount")).isPositive();
        } else {
            assertThat(this.sink.count("ByteSentFromLogCount")).isZero();
        }
    }

    @Test
    void shouldCarryFramesOfEitherKindInOneLog() throws Exception {
        from = open("from");
        to = open("to");
        connect(Map.of("connections", "2"));
        put(true, 10, 0);
        put(false, 10, 10);
        put(true, 10, 20);
        await().atMost(LONG).until(() -> from.size() == 0);
        assertThat(drain(20, 30 * EVENTS)).isEqualTo(lines(0, 30));
    }

    private void put(boolean compressed, int frames, int first) throws InterruptedException {
        ChannelProcessor processor = compressed ? RealChannels.compressing(from) : RealChannels.processor(from);
        PutTicket ticket = processor.newTicket();
        Producer producer = new Producer(77);
        try (SourceInput input = processor.anonymousInput();
                FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            for (int i = first; i < first + frames; i++) {
                builder.begin(Headers.of(Map.of("host", "web-1")));
                for (int event = 0; event < EVENTS; event++) {
                    builder.add(line(i, event).getBytes(StandardCharsets.UTF_8));
                }
                Frame frame = builder.build(producer, 1);
                assertThat(processor.put(input, 0, frame, true, ticket)).isEqualTo(PutStatus.ACCEPTED);
                frame.release();
            }
        }
        await().atMost(LONG).until(ticket::isAcknowledged);
    }

    /** Half of it is noise: a frame of them compressed is one that is left in the log. */
    private static String line(int frame, int event) {
        Random random = new Random(frame * 1_000L + event);
        StringBuilder line =
                new StringBuilder("frame=" + frame + " event=" + event + " path=/index.html status=200 id=");
        for (int i = 0; i < 8; i++) {
            line.append(Long.toHexString(random.nextLong()));
        }
        return line.toString();
    }

    private static List<String> lines(int first, int frames) {
        return IntStream.range(first, first + frames)
                .boxed()
                .flatMap(frame -> IntStream.range(0, EVENTS).mapToObj(event -> line(frame, event)))
                .toList();
    }

    /** @param packed how many frames of it are compressed */
    private List<String> drain(int packed, int events) {
        List<String> lines = new ArrayList<>();
        int[] compressed = new int[1];
        await().atMost(LONG).until(() -> {
            compressed[0] += take(lines);
            return lines.size() >= events;
        });
        assertThat(compressed[0]).isEqualTo(packed);
        return lines;
    }

    /** How many of the frames taken were compressed. */
    private int take(List<String> lines) {
        int compressed = 0;
        ChannelConsumer consumer = to.consumer("end");
        EventCursor cursor = new EventCursor();
        Lease lease = consumer.tryLease(1_000, Long.MAX_VALUE);
        while (lease != null) {
            for (int i = 0; i < lease.size(); i++) {
                compressed += lease.frame(i).isCompressed() ? 1 : 0;
                cursor.wrap(lease.frame(i));
                while (cursor.next()) {
                    assertThat(cursor.header("host")).isEqualTo("web-1");
                    lines.add(new String(cursor.body(), StandardCharsets.UTF_8));
                }
            }
            lease.commit();
            lease = consumer.tryLease(1_000, Long.MAX_VALUE);
        }
        return compressed;
    }

    private ManagedChannel open(String name) throws IOException {
        return RealChannels.open(
                ChannelSettings.file(name, 1_000_000, folder.resolve(name)).withSegments(8 << 20, 1 << 20), storage);
    }

    private void connect(Map<String, String> more) throws Exception {
        LinkSource source = new LinkSource(
                TestContext.source(loops, RealChannels.processor(to), Map.of("bind", "127.0.0.1", "port", "0")));
        source.start();
        Map<String, String> settings = new HashMap<>(more);
        settings.put("hostname", "127.0.0.1");
        settings.put("port", Integer.toString(source.address().getPort()));
        sink = TestContext.sink(loops, from.consumer("sink"), settings);
        LinkSink started = new LinkSink(sink);
        started.start();
        ends.add(source::stop);
        ends.add(started::stop);
    }
}
