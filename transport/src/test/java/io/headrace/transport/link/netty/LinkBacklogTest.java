package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.transport.link.TestFrames;
import io.headrace.transport.tls.TestCertificates;
import io.headrace.wal.LogSettings;
import io.headrace.wal.SyncMode;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.pkitesting.X509Bundle;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames that are only in the log, on their way over a real socket. */
class LinkBacklogTest extends LinkTiersFixture {
    private static final Duration LONG = Duration.ofSeconds(15);
    private static final int LARGE = 50_000;

    private int next = 1;

    LinkBacklogTest() {
        super(1);
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

    /** TLS takes buffers only: a part of a file would end each connection anew. */
    @Test
    void shouldSendBuffersOverTlsWhateverSendfileSays() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        X509Bundle authority = certificates.authority("CN=authority");
        String keys = certificates
                .keyStore("server.p12", certificates.signed(authority, "CN=collector"))
                .toString();
        String trust = certificates.trustStore("trust.p12", authority).toString();
        // More than is read ahead into memory.
        backlog(LogSettings.Appender.DIRECT, 250);
        openReceiver(Map.of("ssl", "true", "keystore", keys, "keystore-password", TestCertificates.PASSWORD));
        startSink(Map.of(
                "sendfile",
                "true",
                "connections",
                "3",
                "ssl",
                "true",
                "truststore",
                trust,
                "truststore-password",
                TestCertificates.PASSWORD));

        List<Long> delivered = new ArrayList<>();
        await().atMost(LONG.multipliedBy(2)).until(() -> take(delivered) >= next - 1);

        // All of one producer, so in order over whichever connection.
        assertThat(delivered).isEqualTo(ids(next - 1));
        assertThat(sinkContext.count("ByteSentFromLogCount")).isZero();
        assertThat(sinkContext.count("ConnectionClosedCount")).isZero();
        await().atMost(LONG).until(() -> sourceContext.gauge("OpenConnectionCount") == 3);
    }

    @Test
    void shouldLoseAndDoubleNothingWhenTheCollectorIsKilledWhileTheLogIsSent_R17() throws Exception {
        backlog(LogSettings.Appender.DIRECT, 600);
        openReceiver();
        startSink(true);
        for (int kill = 1; kill <= 3; kill++) {
            int enough = 100 * kill;
            await().atMost(LONG).until(() -> to.size() >= enough);
            killReceiver();
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
        return RealChannels.open(settings("from").withSync(SyncMode.ALWAYS, appender), storage);
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

    private void startSink(boolean sendfile) {
        startSink(Map.of("sendfile", Boolean.toString(sendfile)));
    }
}
