package io.headrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client does with frames that a collector has, and whose answers are lost; over a cable that can be cut. */
class EventClientOutageTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Map<String, String> SAFE = Map.of("ack", "safe");

    private static EventClientBuilder quick(String... hosts) {
        return EventClient.to(hosts).maxBackoff(Duration.ofMillis(20));
    }

    private static CompletableFuture<Void> append(EventClient client, String text) throws InterruptedException {
        return client.append(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Collector collector(Map<String, String> settings) throws Exception {
        return new Collector(ChannelSettings.memory("c", 1_000), settings);
    }

    private static void awaitAll(List<CompletableFuture<Void>> futures) throws Exception {
        CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    private static void awaitConnected(EventClient client) {
        await().atMost(LONG).until(() -> client.status().trouble().isEmpty());
    }

    /** Each a frame of its own: the one before is there. */
    private static List<CompletableFuture<Void>> appendFrames(EventClient client, Collector to, String... texts)
            throws InterruptedException {
        List<CompletableFuture<Void>> futures = new ArrayList<>();
        int before = to.size();
        for (String text : texts) {
            futures.add(append(client, text));
            await().atMost(LONG).until(() -> to.size() == before + futures.size());
        }
        return futures;
    }

    @ParameterizedTest
    @ValueSource(strings = {"accepted", "safe"})
    void shouldSendAgainUnderTheSameSequenceWhatWasKeptAndNotAnswered(String ack) throws Exception {
        try (Collector collector = collector(Map.of("ack", ack));
                Cable cable = new Cable(collector.port());
                EventClient client = quick(cable.address()).open()) {
            awaitConnected(client);
            cable.mute();
            List<CompletableFuture<Void>> futures = appendFrames(client, collector, "a", "b", "c");
            assertThat(futures).noneMatch(CompletableFuture::isDone);
            for (int cut = 0; cut < 2; cut++) {
                cable.cut();
                cable.mend();
                // On the same stream, after what is sent again: when it is there, so would be what came twice.
                String next = "after cut " + cut;
                futures.add(append(client, next));
                await().atMost(LONG).until(() -> collector.take(false).contains(next));
            }
            assertThat(collector.take()).containsExactly("a", "b", "c", "after cut 0", "after cut 1");
            awaitAll(futures);
            assertThat(client.status().moved()).isZero();
        }
    }

    @Test
    void shouldKnowAgainWhatAHostHasAfterGoingToAnotherOne() throws Exception {
        try (Collector first = collector(SAFE);
                Collector second = collector(SAFE);
                Cable toFirst = new Cable(first.port());
                Cable toSecond = new Cable(second.port());
                EventClient client =
                        quick(toFirst.address(), toSecond.address()).open()) {
            List<CompletableFuture<Void>> futures = appendFrames(client, first, "a", "b");
            toFirst.cut();
            await().atMost(LONG).until(() -> second.size() == 2);
            assertThat(client.status().moved()).isEqualTo(2);
            toFirst.mend();
            toSecond.cut();
            futures.add(append(client, "c"));
            await().atMost(LONG).until(() -> first.take(false).contains("c"));
            assertThat(first.take()).containsExactly("a", "b", "c");
            awaitAll(futures);
            assertThat(second.take()).containsExactly("a", "b");
        }
    }

    @Test
    void shouldMoveWhatWasSentToAHostThatIsGoneAndCountIt() throws Exception {
        try (Collector first = collector(SAFE);
                Collector second = collector(Map.of());
                Cable cable = new Cable(first.port());
                EventClient client =
                        quick(cable.address(), second.address()).loadBalance().open()) {
            awaitConnected(client);
            List<CompletableFuture<Void>> futures = new ArrayList<>();
            for (String text : List.of("a", "b", "c", "d")) {
                futures.add(append(client, text));
            }
            await().atMost(LONG).until(() -> first.size() == second.size() && second.size() == 2);
            cable.cut();
            awaitAll(futures);
            assertThat(second.take()).containsExactlyInAnyOrder("a", "b", "c", "d");
            assertThat(client.status().moved()).isEqualTo(2);
        }
    }

    @Test
    void shouldEndAllFuturesWhenClosedDuringAnOutage() throws Exception {
        try (Collector collector = collector(SAFE);
                Cable cable = new Cable(collector.port())) {
            EventClient client = quick(cable.address()).open();
            List<CompletableFuture<Void>> futures = appendFrames(client, collector, "sent");
            cable.cut();
            futures.add(append(client, "not sent"));
            assertThat(client.close(Duration.ZERO)).isFalse();
            for (CompletableFuture<Void> future : futures) {
                assertThatThrownBy(() -> future.get(LONG.toSeconds(), TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasMessageContaining("not acknowledged when the client was closed");
            }
            assertThat(client.status().pendingBytes()).isZero();
        }
    }

    @Test
    void shouldDeliverWhenTheOutageEndsWhileItCloses() throws Exception {
        try (Collector collector = collector(Map.of());
                Cable cable = new Cable(collector.port())) {
            EventClient client = quick(cable.address()).open();
            awaitConnected(client);
            cable.mute();
            List<CompletableFuture<Void>> futures = appendFrames(client, collector, "sent");
            cable.cut();
            futures.add(append(client, "not sent"));
            AtomicBoolean all = new AtomicBoolean();
            Thread closer = new Thread(() -> {
                try {
                    all.set(client.close(LONG));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            closer.start();
            await().atMost(LONG).until(() -> closer.getState() == Thread.State.TIMED_WAITING);
            cable.mend();
            closer.join(LONG.toMillis());
            assertThat(all).isTrue();
            awaitAll(futures);
            assertThat(collector.take()).containsExactly("sent", "not sent");
        }
    }

    @Test
    void shouldEndAllFuturesWhenTheThreadThatClosesIsInterrupted() throws Exception {
        try (Collector collector = collector(SAFE)) {
            EventClient client = quick(collector.address()).open();
            List<CompletableFuture<Void>> futures = appendFrames(client, collector, "a", "b", "c");
            Thread closer = new Thread(client::close);
            closer.start();
            await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> {
                closer.interrupt();
                return !closer.isAlive();
            });
            for (CompletableFuture<Void> future : futures) {
                assertThatThrownBy(() -> future.get(5, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasMessageContaining("not acknowledged when the client was closed");
            }
            assertThat(client.status().pendingEvents()).isZero();
        }
    }
}
