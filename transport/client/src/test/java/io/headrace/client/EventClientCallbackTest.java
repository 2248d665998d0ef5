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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What depends on a future and does not end, or appends itself. */
class EventClientCallbackTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int LIMIT = 64 * 1024;
    private static final int BODY = 1_000;

    /** Far more than fit below the limit. */
    private static final int MANY = 1_000;

    private final CountDownLatch goOn = new CountDownLatch(1);
    private final List<CompletableFuture<Void>> appended = new ArrayList<>();
    private Collector collector;

    @BeforeEach
    void open() throws Exception {
        // Acknowledged when a sink has it: what depends on a future is there before it ends.
        collector = new Collector(ChannelSettings.memory("c", 100_000), Map.of("ack", "safe"));
    }

    @AfterEach
    void close() {
        goOn.countDown();
        collector.close();
    }

    private EventClientBuilder small() {
        return EventClient.to(collector.address()).maxPendingBytes(LIMIT).appendTimeout(Duration.ofMillis(100));
    }

    private static void get(CompletableFuture<?> future) throws Exception {
        future.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    /** Appends one event; returns when it is acknowledged, though nobody may have been told. */
    private void appendAndDeliver(EventClient client) throws InterruptedException {
        long before = client.status().acknowledged();
        appended.add(client.append(new byte[BODY]));
        deliver(client, before + 1);
    }

    private void deliver(EventClient client, long events) {
        await().atMost(LONG).pollInterval(Duration.ofMillis(1)).until(() -> {
            collector.take();
            return client.status().acknowledged() >= events;
        });
    }

    private void holdUpCallbacks(EventClient client) throws InterruptedException {
        CompletableFuture<Void> first = client.append("first".getBytes(StandardCharsets.UTF_8));
        CountDownLatch begun = new CountDownLatch(1);
        appended.add(first.thenRun(() -> {
            begun.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }));
        deliver(client, 1);
        assertThat(begun.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldHoldUpAppendsWhileACallbackDoesNotEnd() throws Exception {
        try (EventClient client = small().open()) {
            holdUpCallbacks(client);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < MANY; i++) {
                            appendAndDeliver(client);
                        }
                    })
                    .isInstanceOf(ClientException.class)
                    .hasMessageContaining("maxPendingBytes: 65536 bytes are pending")
                    .hasMessageContaining("callbacks");
            assertThat(appended.size() - 1).isEqualTo(1 + (LIMIT - 1) / (BODY + 64));
            assertThat(client.status().pendingBytes()).isZero();
            goOn.countDown();
            get(CompletableFuture.allOf(appended.toArray(CompletableFuture[]::new)));
            appendAndDeliver(client);
            get(appended.get(appended.size() - 1));
        }
    }

    @Test
    void shouldLetACallbackAppendThoughNobodyElseMay() throws Exception {
        try (EventClient client = small().open()) {
            CompletableFuture<CompletableFuture<Void>> own = new CompletableFuture<>();
            holdUpCallbacks(client);
            appended.get(0).thenRun(() -> {
                try {
                    own.complete(client.append(new byte[BODY]));
                } catch (InterruptedException | RuntimeException e) {
                    own.completeExceptionally(e);
                }
            });
            // Charged with 64 besides: nobody else is let in.
            long before = client.status().acknowledged();
            appended.add(client.append(new byte[LIMIT - 64]));
            deliver(client, before + 1);
            assertThatThrownBy(() -> client.append(new byte[BODY])).isInstanceOf(ClientException.class);
            goOn.countDown();
            CompletableFuture<Void> last = own.get(LONG.toSeconds(), TimeUnit.SECONDS);
            deliver(client, before + 2);
            get(last);
        }
    }

    @Test
    void shouldRefuseACallbackThatAppendsWithoutEnd() throws Exception {
        try (EventClient client = small().open()) {
            CompletableFuture<Void> first = client.append(new byte[BODY]);
            CompletableFuture<Integer> refused = new CompletableFuture<>();
            first.thenRun(() -> {
                int count = 0;
                try {
                    for (; count < MANY; count++) {
                        appendAndDeliver(client);
                    }
                    refused.completeExceptionally(new AssertionError("appended " + count));
                } catch (ClientException e) {
                    refused.complete(count);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            deliver(client, 1);
            assertThat(refused.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1 + (2 * LIMIT - 1) / (BODY + 64));
            get(CompletableFuture.allOf(appended.toArray(CompletableFuture[]::new)));
        }
    }
}
