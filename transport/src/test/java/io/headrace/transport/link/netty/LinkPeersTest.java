package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.ModelSource;
import io.headrace.transport.link.PeerBytes;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.StreamId;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many peers of one source, some of which mean harm. */
@Tag("slow")
class LinkPeersTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final int ATTACKS = 10;

    /** Whoever reads nothing is waited for a while before it is cut off. */
    private static final int LONG_ATTACKS = 2;

    private static final int FIRST_GRANT = 64 * 1024;

    private final EventLoops sending = new EventLoops(1);
    private final EventLoops receiving = new EventLoops(1);
    private final ExecutorService attackers = Executors.newCachedThreadPool();
    private final List<LinkSink> sinks = new ArrayList<>();
    private final List<ModelSource> channels = new ArrayList<>();
    private ManagedChannel to;
    private TestContext received;
    private LinkSource source;

    @BeforeEach
    void start() throws Exception {
        to = RealChannels.open(ChannelSettings.memory("to", 200), null);
        received = TestContext.source(
                receiving,
                RealChannels.processor(to),
                Map.of("bind", "127.0.0.1", "port", "0", "receiveBytes", "2m", "handshake-timeout", "1000"));
        source = new LinkSource(received);
        source.start();
    }

    @AfterEach
    void close() {
        attackers.shutdownNow();
        sinks.forEach(LinkSink::stop);
        channels.forEach(ModelSource::close);
        source.stop();
        to.close();
        sending.close();
        receiving.close();
    }

    @Test
    void shouldServeAGoodPeerBesideGarbageFloodsAndPeersThatDoNotRead() throws Exception {
        ModelSource good = channel(0);
        startSink(good);
        List<Future<?>> attacks = List.of(
                attackers.submit(() -> repeat(ATTACKS, this::sendGarbage)),
                attackers.submit(() -> repeat(ATTACKS, this::sendGarbageAfterHello)),
                attackers.submit(() -> repeat(ATTACKS, this::flood)),
                attackers.submit(() -> repeat(LONG_ATTACKS, this::sendPingsAndReadNothing)),
                attackers.submit(() -> repeat(ATTACKS, this::leaveFramesHalf)));
        List<Long> delivered = new ArrayList<>();
        long next = 1;
        while (!attacks.stream().allMatch(Future::isDone) || next <= 1_000) {
            for (int i = 0; i < 100; i++) {
                good.append(TestFrames.of(UnpooledByteBufAllocator.DEFAULT, next, next % 50 == 0 ? 100_000 : 1_000), 0);
                next++;
            }
            await().atMost(LONG).until(() -> {
                take(delivered);
                return good.isEmpty();
            });
        }
        for (Future<?> attack : attacks) {
            attack.get();
        }
        long last = next - 1;
        await().atMost(LONG).until(() -> {
            take(delivered);
            return to.size() == 0;
        });
        // Of the others' frames some came, too: those before what was wrong with them.
        assertThat(delivered.stream().filter(id -> id < PLANTED))
                .isEqualTo(LongStream.rangeClosed(1, last).boxed().toList());
        assertThat(received.health).noneMatch(said -> said.startsWith("!"));
        await().atMost(LONG).until(() -> received.gauge("OpenSocketCount") == 1);
        assertThat(received.gauge("ReceiveBytesHeld")).isLessThanOrEqualTo(2 << 20);
        sinks.remove(0).stop();
        await().atMost(LONG).until(() -> received.gauge("ReceiveBytesHeld") == 0);
    }

    @Test
    void shouldGiveEqualSendersEqualShares() {
        int senders = 8;
        for (int i = 0; i < senders; i++) {
            ModelSource channel = channel(i);
            for (long id = 1; id <= 1_500; id++) {
                channel.append(TestFrames.of(UnpooledByteBufAllocator.DEFAULT, id * senders + i, 2_000), 0);
            }
            startSink(channel);
        }
        long[] counts = new long[senders];
        // The channel holds 200 events: it is full all the time, and who gets its room is the source's choice.
        await().pollInterval(Duration.ofMillis(1)).atMost(LONG).until(() -> {
            takeCounted(counts);
            return LongStream.of(counts).allMatch(count -> count > 0);
        });
        long[] before = counts.clone();
        await().pollInterval(Duration.ofMillis(1)).atMost(LONG).until(() -> {
            takeCounted(counts);
            return LongStream.of(counts).sum() - LongStream.of(before).sum() >= 1_000L * senders;
        });
        for (int i = 0; i < senders; i++) {
            assertThat(counts[i] - before[i])
                    .as("sender %d of %s", i, java.util.Arrays.toString(counts))
                    .isGreaterThanOrEqualTo(500);
        }
    }

    @Test
    void shouldHoldNoMoreThanTheFirstGrantForAnIdleConnection() throws Exception {
        int idle = 50;
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < idle; i++) {
                Socket socket = connect();
                sockets.add(socket);
                socket.getOutputStream().write(PeerBytes.hello(new StreamId(9, i)));
            }
            await().atMost(LONG).until(() -> received.gauge("OpenConnectionCount") == idle);
            assertThat(received.gauge("ReceiveBytesHeld")).isLessThanOrEqualTo((long) idle * FIRST_GRANT);
            ModelSource good = channel(0);
            startSink(good);
            for (long id = 1; id <= 300; id++) {
                good.append(TestFrames.of(UnpooledByteBufAllocator.DEFAULT, id, 20_000), 0);
            }
            List<Long> delivered = new ArrayList<>();
            await().atMost(LONG).until(() -> take(delivered) == 300);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        await().atMost(LONG).until(() -> received.gauge("OpenConnectionCount") == 1);
    }

    /** Numbers of frames that attackers send begin here. */
    private static final long PLANTED = 1_000_000;

    private interface Attack {
        void run(Random random) throws IOException;
    }

    private static void repeat(int times, Attack attack) {
        for (int i = 0; i < times; i++) {
            try {
                attack.run(new Random(i));
            } catch (IOException closed) {
                // As it should be.
                assertThat(closed).hasMessageNotContaining("refused").hasMessageNotContaining("timed out");
            }
        }
    }

    private void sendGarbage(Random random) throws IOException {
        try (Socket socket = connect()) {
            writeGarbage(socket, random);
            socket.getInputStream().readAllBytes();
        }
    }

    private void sendGarbageAfterHello(Random random) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(PeerBytes.hello(new StreamId(100, random.nextLong())));
            socket.getOutputStream().write(PeerBytes.data(500, PLANTED));
            writeGarbage(socket, random);
            socket.getInputStream().readAllBytes();
        }
    }

    private static void writeGarbage(Socket socket, Random random) throws IOException {
        byte[] garbage = new byte[200_000];
        random.nextBytes(garbage);
        socket.getOutputStream().write(garbage);
    }

    /** Sends whatever the credit says, and more than all credit there is. */
    private void flood(Random random) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(PeerBytes.hello(new StreamId(101, random.nextLong())));
            for (int i = 0; i < 100; i++) {
                socket.getOutputStream().write(PeerBytes.data(100_000, PLANTED + i + 1));
            }
            socket.getInputStream().readAllBytes();
        }
    }

    private void sendPingsAndReadNothing(Random random) throws IOException {
        try (Socket socket = connect()) {
            socket.setReceiveBufferSize(4_096);
            socket.getOutputStream().write(PeerBytes.hello(new StreamId(102, random.nextLong())));
            byte[] ping = PeerBytes.ping(1);
            byte[] pings = new byte[1_000 * ping.length];
            for (int at = 0; at < pings.length; at += ping.length) {
                System.arraycopy(ping, 0, pings, at, ping.length);
            }
            // 24 MB of PONG are more than any socket takes.
            for (int i = 0; i < 1_000; i++) {
                socket.getOutputStream().write(pings);
            }
        }
    }

    private void leaveFramesHalf(Random random) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(PeerBytes.hello(new StreamId(103, random.nextLong())));
            byte[] data = PeerBytes.data(150_000, PLANTED);
            socket.getOutputStream().write(data, 0, 100 + random.nextInt(data.length - 100));
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", source.address().getPort());
        socket.setSoTimeout((int) LONG.toMillis());
        return socket;
    }

    private ModelSource channel(int number) {
        ModelSource channel = new ModelSource(new StreamId(1, number));
        channels.add(channel);
        return channel;
    }

    private void startSink(ModelSource channel) {
        LinkSink sink = new LinkSink(TestContext.sink(
                sending,
                channel,
                Map.of(
                        "hostname",
                        "127.0.0.1",
                        "port",
                        Integer.toString(source.address().getPort()))));
        sink.start();
        sinks.add(sink);
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

    private void takeCounted(long[] counts) {
        List<Long> ids = new ArrayList<>();
        take(ids);
        ids.forEach(id -> counts[(int) (id % counts.length)]++);
    }
}
