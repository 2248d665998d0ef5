package io.headrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One client for many threads, while its collector dies and comes back. */
class EventClientThreadsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int THREADS = 8;
    private static final int APPENDS = 1_500;
    private static final int DEATHS = 3;

    /** What each thread waits for now and then, so that deaths come before the end. */
    private static final int STRETCH = APPENDS / (2 * DEATHS);

    @TempDir
    private Path folder;

    /** One thread's events: single ones, and every fifth append a batch of three. */
    private static final class Appender extends Thread {
        private final EventClient client;
        private final int number;
        private final List<String> told = new ArrayList<>();
        private final List<CompletableFuture<Void>> futures = new ArrayList<>();
        private Exception failure;

        Appender(EventClient client, int number) {
            super("appender-" + number);
            this.client = client;
            this.number = number;
        }

        @Override
        public void run() {
            try {
                for (int i = 0; i < APPENDS; i++) {
                    List<String> texts = i % 5 == 4 ? List.of(i + "a", i + "b", i + "c") : List.of(Integer.toString(i));
                    List<Event> events = texts.stream()
                            .map(text -> new Event((number + ":" + text).getBytes(StandardCharsets.UTF_8)))
                            .toList();
                    futures.add(client.appendBatch(events));
                    told.addAll(texts);
                    if (i % STRETCH == 0) {
                        futures.get(i).get(LONG.toSeconds(), TimeUnit.SECONDS);
                    }
                }
            } catch (Exception e) {
                failure = e;
            }
        }
    }

    @Test
    void shouldKeepTheOrderOfEachThreadAndEachEventOnceThoughTheCollectorDies() throws Exception {
        ChannelSettings file =
                ChannelSettings.file("c", 1_000_000, folder.resolve("c")).withSegments(8 << 20, 1 << 20);
        try (Collector collector = new Collector(file, Map.of());
                EventClient client = EventClient.to(collector.address())
                        .maxBackoff(Duration.ofMillis(50))
                        .maxPendingBytes(64 * 1024)
                        .open()) {
            List<Appender> appenders = IntStream.range(0, THREADS)
                    .mapToObj(number -> new Appender(client, number))
                    .toList();
            appenders.forEach(Thread::start);
            for (int death = 1; death <= DEATHS; death++) {
                int enough = death * THREADS * APPENDS / (DEATHS + 1);
                await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> collector.size() >= enough);
                collector.kill();
                collector.open();
            }
            for (Appender appender : appenders) {
                appender.join(LONG.toMillis());
                assertThat(appender.failure).isNull();
                CompletableFuture.allOf(appender.futures.toArray(CompletableFuture[]::new))
                        .get(LONG.toSeconds(), TimeUnit.SECONDS);
            }
            int all = appenders.stream()
                    .mapToInt(appender -> appender.told.size())
                    .sum();
            List<String> delivered = new ArrayList<>();
            await().atMost(LONG).until(() -> {
                delivered.addAll(collector.take());
                return delivered.size() >= all;
            });
            for (Appender appender : appenders) {
                String own = appender.number + ":";
                assertThat(delivered.stream()
                                .filter(text -> text.startsWith(own))
                                .map(text -> text.substring(own.length())))
                        .isEqualTo(appender.told);
            }
            assertThat(delivered).hasSize(all);
            assertBatchesTogether(delivered);
            assertThat(client.status().moved()).isZero();
            assertThat(client.status().acknowledged()).isEqualTo(all);
        }
    }

    private static void assertBatchesTogether(List<String> delivered) {
        for (int i = 0; i < delivered.size(); i++) {
            if (delivered.get(i).endsWith("a")) {
                String batch = delivered.get(i).substring(0, delivered.get(i).length() - 1);
                assertThat(delivered.subList(i, i + 3)).containsExactly(batch + "a", batch + "b", batch + "c");
            }
        }
    }
}
