package io.headrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.frame.EventTooLargeException;
import io.headrace.transport.tls.TestCertificates;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client and sources on real sockets, with the engine's channels behind them. */
class EventClientTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration STEADY = Duration.ofMillis(200);
    private static final String TOKEN = "only-for-tests-4711";

    private final List<Socket> held = new ArrayList<>();

    @TempDir
    private Path folder;

    private static EventClientBuilder quick(String... hosts) {
        return EventClient.to(hosts).maxBackoff(Duration.ofMillis(200));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private static List<CompletableFuture<Void>> append(EventClient client, int from, int to)
            throws InterruptedException {
        List<CompletableFuture<Void>> futures = new ArrayList<>();
        for (int i = from; i < to; i++) {
            futures.add(client.append(bytes(Integer.toString(i))));
        }
        return futures;
    }

    private static void awaitAll(List<CompletableFuture<Void>> futures) throws Exception {
        CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    /** A port that nobody listens on, nor will while the test runs. */
    private String nobody() throws IOException {
        Socket taken = new Socket();
        held.add(taken);
        taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return "127.0.0.1:" + taken.getLocalPort();
    }

    @AfterEach
    void letGo() throws IOException {
        for (Socket socket : held) {
            socket.close();
        }
    }

    @Test
    void shouldDeliverInOrderWithHeaders() throws Exception {
        try (Collector collector = Collector.inMemory();
                EventClient client =
                        quick(collector.address()).header("host", "web1 ").open()) {
            CompletableFuture<Void> single = client.append(new Event(Map.of("host", "own "), bytes("first")));
            awaitAll(List.of(single));
            CompletableFuture<Void> batch =
                    client.appendBatch(List.of(new Event(bytes("a")), new Event(bytes("b")), new Event(bytes("c"))));
            awaitAll(List.of(batch, client.appendBatch(List.of())));
            assertThat(collector.take()).containsExactly("own first", "web1 a", "web1 b", "web1 c");
            assertThat(client.status()).isEqualTo(new ClientStatus(4, 4, 0, 0, 0, ""));
        }
    }

    @Test
    void shouldSpreadALargeBatchOverFramesAndAnswerItOnce() throws Exception {
        try (Collector collector = Collector.inMemory();
                EventClient client = quick(collector.address()).open()) {
            List<Event> events = IntStream.range(0, 30)
                    .mapToObj(i -> new Event(bytes(i + "x".repeat(50_000))))
                    .toList();
            awaitAll(List.of(client.appendBatch(events)));
            assertThat(collector.take())
                    .containsExactlyElementsOf(events.stream()
                            .map(event -> new String(event.body(), StandardCharsets.UTF_8))
                            .toList());
        }
    }

    @Test
    void shouldAcknowledgeOnlyWhatTheCollectorHas() throws Exception {
        // Room for 10 events, and safe: acknowledged when a sink has them.
        try (Collector collector = new Collector(ChannelSettings.memory("c", 10), Map.of("ack", "safe"));
                EventClient client = quick(collector.address()).open()) {
            CompletableFuture<Void> first = client.append(bytes("1"));
            await().atMost(LONG).until(() -> collector.size() == 1);
            await().atMost(LONG)
                    .during(STEADY)
                    .failFast("acknowledged too early", first::isDone)
                    .until(() -> collector.size() == 1);
            assertThat(collector.take(false)).containsExactly("1");
            assertThat(first).isNotDone();
            assertThat(collector.take()).containsExactly("1");
            awaitAll(List.of(first));
        }
    }

    @Test
    void shouldLoseAndDoubleNothingWhenTheCollectorIsKilledAgainAndAgain() throws Exception {
        ChannelSettings file =
                ChannelSettings.file("c", 1_000_000, folder.resolve("c")).withSegments(8 << 20, 1 << 20);
        try (Collector collector = new Collector(file, Map.of());
                EventClient client = quick(collector.address()).open()) {
            List<CompletableFuture<Void>> futures = new ArrayList<>();
            Thread appender = new Thread(() -> {
                try {
                    for (int i = 0; i < 20_000; i++) {
                        futures.add(client.append(bytes(Integer.toString(i))));
                        if (i % 2_500 == 0) {
                            // So that kills come before the end.
                            futures.get(i).get(LONG.toSeconds(), TimeUnit.SECONDS);
                        }
                    }
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            appender.start();
            for (int kill = 1; kill <= 3; kill++) {
                int enough = 4_000 * kill;
                await().atMost(LONG).until(() -> collector.size() >= enough);
                collector.kill();
                collector.open();
            }
            appender.join(LONG.toMillis());
            awaitAll(futures);
            List<String> delivered = new ArrayList<>();
            await().atMost(LONG).until(() -> {
                delivered.addAll(collector.take());
                return delivered.size() >= 20_000;
            });
            assertThat(delivered).isEqualTo(numbers(0, 20_000));
            assertThat(client.status().moved()).isZero();
        }
    }

    @Test
    void shouldGoToTheNextHostThatWorksAndCountWhatMoves() throws Exception {
        try (Collector second = Collector.inMemory()) {
            Collector first = new Collector(ChannelSettings.memory("c", 100_000), Map.of("ack", "safe"));
            try (EventClient client =
                    quick(nobody(), first.address(), second.address()).open()) {
                List<CompletableFuture<Void>> futures = append(client, 0, 100);
                // Sent, and not acknowledged: no sink takes it there.
                await().atMost(LONG).until(() -> first.size() == 100);
                first.kill();
                awaitAll(futures);
                assertThat(second.take()).isEqualTo(numbers(0, 100));
                assertThat(client.status().moved()).isEqualTo(100);
                awaitAll(append(client, 100, 200));
                assertThat(second.take()).isEqualTo(numbers(100, 200));
                assertThat(client.status().moved()).isEqualTo(100);
            } finally {
                first.close();
            }
        }
    }

    @Test
    void shouldUseAllHostsAtOnceAndDoWithoutThoseThatAreDown() throws Exception {
        try (Collector one = Collector.inMemory();
                Collector two = Collector.inMemory();
                EventClient client = quick(one.address(), nobody(), two.address())
                        .loadBalance()
                        .open()) {
            List<CompletableFuture<Void>> futures = append(client, 0, 300);
            awaitAll(futures);
            await().atMost(LONG).until(() -> {
                awaitAll(append(client, 0, 2));
                return one.size() > 0 && two.size() > 0;
            });
            one.take();
            two.take();
            one.kill();
            awaitAll(append(client, 1_000, 1_100));
            assertThat(two.take()).containsExactlyInAnyOrderElementsOf(numbers(1_000, 1_100));
            one.open();
            await().atMost(LONG).until(() -> {
                awaitAll(append(client, 0, 3));
                return one.size() > 0;
            });
            assertThat(client.status().moved()).isLessThanOrEqualTo(100);
        }
    }

    @Test
    void shouldWaitForRoomAndFailWhenThereIsNone() throws Exception {
        try (EventClient client = quick(nobody())
                .maxPendingBytes(64 * 1024)
                .appendTimeout(Duration.ofMillis(100))
                .closeTimeout(Duration.ZERO)
                .open()) {
            await().atMost(LONG).until(() -> client.status().trouble().contains("connection refused"));
            byte[] body = new byte[1_000];
            List<CompletableFuture<Void>> taken = new ArrayList<>();
            assertThatThrownBy(() -> {
                        while (true) {
                            taken.add(client.append(body));
                        }
                    })
                    .isInstanceOf(ClientException.class)
                    .hasMessageContaining("maxPendingBytes: 65536 bytes are pending")
                    .hasMessageContaining("connection refused");
            ClientStatus status = client.status();
            assertThat(status.pendingBytes()).isBetween(64L * 1024, 64L * 1024 + 1_100);
            assertThat(status.pendingEvents()).isEqualTo(taken.size());
            assertThat(taken).noneMatch(CompletableFuture::isDone);
        }
    }

    @Test
    void shouldLetInWhoWaitsWhenThereIsRoomAgain() throws Exception {
        try (Collector collector = new Collector(ChannelSettings.memory("c", 100_000), Map.of("ack", "safe"));
                EventClient client =
                        quick(collector.address()).maxPendingBytes(64 * 1024).open()) {
            CompletableFuture<Void> large = client.append(new byte[70_000]);
            CompletableFuture<CompletableFuture<Void>> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return client.append(bytes("late"));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            await().atMost(LONG).until(() -> collector.size() == 1);
            assertThat(waiting).isNotDone();
            assertThat(collector.take()).hasSize(1);
            awaitAll(List.of(large));
            CompletableFuture<Void> late = waiting.get(LONG.toSeconds(), TimeUnit.SECONDS);
            await().atMost(LONG).until(() -> collector.size() == 1);
            assertThat(collector.take()).containsExactly("late");
            awaitAll(List.of(late));
        }
    }

    @Test
    void shouldRefuseWhatIsTooLarge() throws Exception {
        try (EventClient client =
                quick(nobody()).maxEventBytes(1_000).closeTimeout(Duration.ZERO).open()) {
            assertThatThrownBy(() -> client.appendBatch(List.of(new Event(bytes("small")), new Event(new byte[1_001]))))
                    .isInstanceOf(EventTooLargeException.class)
                    .hasMessageContaining("1001")
                    .hasMessageContaining("1000");
            assertThat(client.status().pendingEvents()).isZero();
        }
    }

    @Test
    void shouldDrainWhenClosed() throws Exception {
        try (Collector collector = Collector.inMemory()) {
            EventClient client = quick(collector.address()).open();
            List<CompletableFuture<Void>> futures = append(client, 0, 5_000);
            assertThat(client.close(LONG)).isTrue();
            awaitAll(futures);
            assertThat(collector.take()).isEqualTo(numbers(0, 5_000));
            assertThatThrownBy(() -> client.append(bytes("late")))
                    .isInstanceOf(ClientException.class)
                    .hasMessageContaining("closed");
            assertThat(client.close(Duration.ZERO)).isTrue();
        }
    }

    @Test
    void shouldTellWhatWasNotAcknowledgedWhenClosed() throws Exception {
        EventClient client = quick(nobody()).open();
        List<CompletableFuture<Void>> futures = append(client, 0, 10);
        assertThat(client.close(Duration.ofMillis(50))).isFalse();
        for (CompletableFuture<Void> future : futures) {
            assertThatThrownBy(() -> future.get(LONG.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("not acknowledged when the client was closed");
        }
    }

    @Test
    void shouldSayThatItsTokenIsWrongAndShowTheNextOne() throws Exception {
        AtomicReference<String> token = new AtomicReference<>("not-this-one-at-all");
        try (Collector collector = new Collector(ChannelSettings.memory("c", 1_000), Map.of("token", TOKEN), folder);
                EventClient client =
                        quick(collector.address()).token(token::get).open()) {
            CompletableFuture<Void> future = client.append(bytes("kept"));
            await().atMost(LONG).until(() -> client.status().trouble().contains("TOKEN"));
            assertThat(client.status().trouble()).doesNotContain(token.get());
            assertThat(collector.size()).isZero();
            assertThat(future).isNotDone();
            token.set(TOKEN);
            awaitAll(List.of(future));
            assertThat(collector.take()).containsExactly("kept");
        }
    }

    @Test
    void shouldSpeakTlsAndShowItsCertificate() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        X509Bundle authority = certificates.authority("CN=authority");
        String keys = certificates
                .keyStore("server.p12", certificates.signed(authority, "CN=collector"))
                .toString();
        Path trust = certificates.trustStore("trust.p12", authority);
        Path own = certificates.keyStore("own.p12", certificates.signed(authority, "CN=web1"));
        Map<String, String> settings = Map.of(
                "ssl",
                "true",
                "keystore",
                keys,
                "keystore-password",
                TestCertificates.PASSWORD,
                "client-auth",
                "need",
                "truststore",
                trust.toString(),
                "truststore-password",
                TestCertificates.PASSWORD);
        try (Collector collector = new Collector(ChannelSettings.memory("c", 1_000), settings, folder);
                EventClient stranger = quick(collector.address())
                        .trustStore(trust, "PKCS12", TestCertificates.PASSWORD)
                        .closeTimeout(Duration.ZERO)
                        .open();
                EventClient client = quick(collector.address())
                        .trustStore(trust, "PKCS12", TestCertificates.PASSWORD)
                        .keyStore(own, "PKCS12", TestCertificates.PASSWORD)
                        .open()) {
            stranger.append(bytes("stranger"));
            awaitAll(List.of(client.append(bytes("friend"))));
            await().atMost(LONG).until(() -> stranger.status().trouble().contains("CERTIFICATE"));
            assertThat(collector.take()).containsExactly("friend");
        }
    }

    @Test
    void shouldRefuseSettingsThatMakeNoSense() {
        assertThatThrownBy(() -> EventClient.to()).hasMessageContaining("HOST:PORT");
        assertThatThrownBy(() -> EventClient.to("host")).hasMessageContaining("host: host (expected: HOST:PORT)");
        assertThatThrownBy(() -> EventClient.to("host:0")).hasMessageContaining("HOST:PORT");
        assertThatThrownBy(() -> quick("h:1").maxPendingBytes(1)).hasMessageContaining("maxPendingBytes: 1");
        assertThatThrownBy(() -> quick("h:1").appendTimeout(Duration.ofMillis(-1)))
                .hasMessageContaining("appendTimeout");
        assertThatThrownBy(() -> quick("h:1")
                        .trustStore(folder.resolve("none"), "PEM", null)
                        .open())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none");
    }
}
