package io.headrace.transport.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.netty.RealChannels;
import io.headrace.transport.link.netty.TestContext;
import io.headrace.wal.FileStorage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a sink does with answers other than OK, and with the end of a connection. */
class AvroSinkTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration STEADY = Duration.ofMillis(200);

    private final EventLoops loops = new EventLoops(1);
    private ManagedChannel from;
    private AvroSink sink;
    private TestContext context;

    @BeforeEach
    void open() throws Exception {
        from = RealChannels.open(ChannelSettings.memory("from", 1_000_000), new FileStorage());
    }

    @AfterEach
    void close() {
        if (sink != null) {
            sink.stop();
        }
        from.close();
        loops.close();
    }

    private void start(AvroTier tier, Map<String, String> more) throws Exception {
        start(tier.port(), more);
    }

    private void start(int port, Map<String, String> more) throws Exception {
        start(port, more, new ArrayList<>());
    }

    /** @param said what leases are told of their way */
    private void start(int port, Map<String, String> more, List<Integer> said) throws Exception {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("hostname", "127.0.0.1");
        settings.put("port", Integer.toString(port));
        context = TestContext.sink(loops, listening(ChannelConsumer.class, from.consumer("k1"), said), settings);
        sink = new AvroSink(context);
        sink.start();
    }

    private static <T> T listening(Class<T> type, T target, List<Integer> said) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            if (method.getName().equals("sent")) {
                said.add((Integer) args[0]);
            }
            Object result = method.invoke(target, args);
            return result instanceof Lease lease ? listening(Lease.class, lease, said) : result;
        }));
    }

    private void put(int events, int perFrame) {
        TestEvent.put(
                RealChannels.processor(from),
                Collections.nCopies(events, TestEvent.of("event", "host", "web0")),
                perFrame);
    }

    @Test
    void shouldRollBackWhatTheSourceFails() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, ChannelSettings.memory("c1", 10), Map.of())) {
            put(50, 50);
            start(tier, Map.of());
            await().atMost(LONG).until(() -> context.count("ConnectionCreatedCount") > 1);
            assertThat(context.health).anyMatch(said -> said.endsWith("answered FAILED"));
            assertThat(context.count("EventWriteFail")).isPositive();
            assertThat(from.size()).isEqualTo(50);
            assertThat(tier.take()).isEmpty();
        }
    }

    @Test
    void shouldSendNoMoreThanBatchSizeInARequest() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, ChannelSettings.memory("c1", 1_000), Map.of())) {
            put(55, 50);
            start(tier, Map.of("batch-size", "10"));
            await().atMost(LONG).until(() -> from.size() == 0);
            assertThat(tier.context.count("AppendBatchAcceptedCount")).isEqualTo(6);
            assertThat(tier.take()).hasSize(55);
        }
    }

    @Test
    void shouldReplaceOldConnections() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, Map.of())) {
            start(tier, Map.of("reset-connection-interval", "1"));
            await().atMost(LONG).until(() -> context.count("ConnectionCreatedCount") >= 2);
            put(10, 10);
            await().atMost(LONG).until(() -> tier.take().size() == 10);
            assertThat(context.health).noneMatch(said -> said.startsWith("-"));
        }
    }

    @Test
    void shouldHaveSeveralRequestsUnderWayToASourceThatKeepsOrder() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, ChannelSettings.memory("c1", 10), Map.of())) {
            put(100, 5);
            start(tier, Map.of("batch-size", "5"));
            await().atMost(LONG).until(() -> context.count("RequestSentCount") == 20);
            assertThat(tier.context.count("EventAcceptedCount")).isEqualTo(10);
        }
    }

    @Test
    void shouldHaveNoMoreRequestsUnderWayThanItsWindow() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, ChannelSettings.memory("c1", 10), Map.of())) {
            put(500, 5);
            start(tier, Map.of("batch-size", "5"));
            // Two are answered, then the channel is full.
            assertSentNoMoreThan(34);
        }
    }

    /** Flume answers in whatever order its threads have it. */
    @Test
    void shouldHaveOneRequestUnderWayToASourceThatDoesNotSayThatItKeepsOrder() throws Exception {
        try (ServerSocket flume = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            put(15, 5);
            start(flume.getLocalPort(), Map.of("batch-size", "5"));
            try (Socket socket = flume.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                // Match, no protocol, no hash, no metadata.
                answer(out, readRequest(in), 0, 0, 0, 0);
                for (int request = 1; request <= 3; request++) {
                    int serial = readRequest(in);
                    assertSentNoMoreThan(request);
                    // No metadata, no error, OK.
                    answer(out, serial, 0, 0, 0);
                }
                await().atMost(LONG).until(() -> from.size() == 0);
            }
        }
    }

    /** By it a group of sinks counts what may come twice. */
    @Test
    void shouldSayHowMuchOfALeaseHasLeft() throws Exception {
        put(20, 10);
        List<Integer> said = new CopyOnWriteArrayList<>();
        try (ServerSocket flume = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            start(flume.getLocalPort(), Map.of("batch-size", "20", "request-timeout", "60000"), said);
            try (Socket socket = flume.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                readRequest(in);
                assertThat(said).isEmpty();
                answer(out, 1, 0, 0, 0, 0);
                readRequest(in);
                assertThat(said).containsExactly(0, 2);
            }
        }
    }

    /** A frame of which one request has left may have come. */
    @Test
    void shouldCountAFrameThatHasLeftInPart() throws Exception {
        put(20, 10);
        List<Integer> said = new CopyOnWriteArrayList<>();
        try (ServerSocket flume = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            start(flume.getLocalPort(), Map.of("batch-size", "4"), said);
            try (Socket socket = flume.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                answer(out, readRequest(in), 0, 0, 0, 0);
                answer(out, readRequest(in), 0, 0, 0);
                answer(out, readRequest(in), 0, 0, 0);
                answer(out, readRequest(in), 0, 0, 0);
                readRequest(in);
                await().atMost(LONG).until(() -> said.size() == 6);
                assertThat(said).containsExactly(0, 1, 1, 1, 0, 1);
            }
        }
    }

    private void assertSentNoMoreThan(int requests) {
        await().atMost(LONG)
                .during(STEADY)
                .failFast("more were sent", () -> context.count("RequestSentCount") > requests)
                .until(() -> context.count("RequestSentCount") == requests);
    }

    /** Reads a whole request; returns its serial. */
    private static int readRequest(DataInputStream in) throws IOException {
        int serial = in.readInt();
        int pieces = in.readInt();
        for (int i = 0; i < pieces; i++) {
            in.skipNBytes(in.readInt());
        }
        return serial;
    }

    private static void answer(DataOutputStream out, int serial, int... payload) throws IOException {
        out.writeInt(serial);
        out.writeInt(1);
        out.writeInt(payload.length);
        for (int one : payload) {
            out.writeByte(one);
        }
        out.flush();
    }
}
