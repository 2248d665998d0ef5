package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunnersTest {
    private static final String MANUAL = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = k1
            a1.sources.r1.type = manual
            a1.sources.r1.channels = c1
            a1.channels.c1.type = memory
            a1.sinks.k1.type = collect
            a1.sinks.k1.channel = c1
            """;

    private final ManualSource source = new ManualSource();
    private final CollectingSink sink = new CollectingSink("collect");
    private Agent agent;

    @AfterEach
    void stop() {
        agent.stopNow();
    }

    /** A lost wake-up shows as a pause of a second, after which the sink looks anyway; a busy machine may do so once. */
    @Test
    void shouldNeverLoseAWakeUp() throws InterruptedException {
        start(MANUAL);
        int slow = 0;
        for (int i = 1; i <= 3_000; i++) {
            long put = System.nanoTime();
            assertThat(source.put("x")).isEqualTo(PutStatus.ACCEPTED);
            while (sink.bodies.size() < i) {
                Thread.yield();
            }
            slow += System.nanoTime() - put < TimeUnit.MILLISECONDS.toNanos(900) ? 0 : 1;
            assertThat(slow).as("deliveries that took a second").isLessThan(4);
        }
    }

    @Test
    void shouldPauseLongerAndLongerWhileASourceHasNothingToDo() {
        start(MANUAL);

        await().until(() -> source.pollNanos.size() >= 12);

        List<Long> polls = source.pollNanos;
        assertThat(polls.get(7) - polls.get(0)).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
        assertThat(polls.get(11) - polls.get(10)).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(99));
    }

    @Test
    void shouldPauseNoLongerThanConfigured() {
        start(MANUAL + "a1.sources.r1.maxBackoffSleep = 4");

        // With pauses that double up to 5 s it would take 7 minutes.
        await().atMost(Duration.ofSeconds(20)).until(() -> source.pollNanos.size() >= 100);
    }

    @Test
    void shouldPauseAsLongAsASourceSays() {
        source.pauseNanos = TimeUnit.MILLISECONDS.toNanos(1);
        start(MANUAL);

        // With pauses that double it would take 50 s.
        await().atMost(Duration.ofSeconds(20)).until(() -> source.pollNanos.size() >= 500);
    }

    @Test
    void shouldStartASourceAgainWhosePollFailed() {
        AtomicInteger polls = new AtomicInteger();
        source.work = () -> {
            if (polls.incrementAndGet() == 1) {
                throw new IOException("file gone");
            }
            return 0;
        };
        start(MANUAL);

        await().until(() -> source.lives == 2 && agent.health().isHealthy());

        assertThat(source.ends).isEqualTo(1);
    }

    @Test
    void shouldStopASourceThatWaitsForRoom() {
        AtomicReference<InterruptedException> interrupted = new AtomicReference<>();
        source.work = () -> {
            try {
                return source.put("y") == PutStatus.ACCEPTED ? 1 : 0;
            } catch (InterruptedException e) {
                interrupted.set(e);
                throw e;
            }
        };
        sink.atDelivery = () -> {
            throw new IOException("nobody there");
        };
        start(MANUAL + "a1.channels.c1.keep-alive = 1h", new IdleSink(), 200);
        await().until(() -> agent.channel("c1").size() >= 100);

        agent.stopNow();

        // An hour, or until its channel is closed under it, unless it is interrupted.
        await().until(() -> interrupted.get() != null && source.ends == 1);
    }

    @Test
    void shouldCountAnEmptyChannelOnceNotForEveryLook() throws InterruptedException {
        start(MANUAL);
        await().until(() -> emptyBatches() == 1);

        for (int i = 1; i <= 3; i++) {
            int sent = i;
            source.put("x");
            await().until(() -> sink.bodies.size() == sent && emptyBatches() == sent + 1);
        }
    }

    @Test
    void shouldTellAnIdleSinkWhenItWantsToKnow() {
        IdleSink idle = new IdleSink();
        start(MANUAL.replace("collect", "idle"), idle);

        await().atMost(Duration.ofSeconds(5)).until(() -> idle.calls.get() >= 10);
    }

    @Test
    void shouldSyncOnceForAllThatWaits() throws InterruptedException {
        GroupedSink grouped = new GroupedSink();
        CountDownLatch syncing = new CountDownLatch(1);
        CountDownLatch put = new CountDownLatch(1);
        grouped.fault = step -> {
            if (step.equals("sync") && syncing.getCount() > 0) {
                syncing.countDown();
                put.await();
            }
        };
        start(MANUAL.replace("collect", "grouped"), grouped);
        source.put("a");
        syncing.await();
        putAndAwaitLeasable("b", "c", "d");
        put.countDown();

        await().until(() -> agent.channel("c1").size() == 0);

        assertThat(grouped.steps).containsExactly("first a", "sync", "first b", "c", "d", "sync");
    }

    @Test
    void shouldSyncBeforeLeasesOrTheirTokensAreTooMany() throws InterruptedException {
        assertThat(longestGroup(0)).isEqualTo(SinkRunner.MOST_LEASES);
        stop();
        // Its groups are of 1 MiB.
        assertThat(longestGroup(1 << 18)).isEqualTo(4);
    }

    private int longestGroup(int tokenBytes) throws InterruptedException {
        GroupedSink grouped = new GroupedSink();
        CountDownLatch syncing = new CountDownLatch(1);
        CountDownLatch put = new CountDownLatch(1);
        grouped.tokenBytes = tokenBytes;
        grouped.fault = step -> {
            if (step.equals("sync") && syncing.getCount() > 0) {
                syncing.countDown();
                put.await();
            }
        };
        start(MANUAL.replace("collect", "grouped") + "a1.channels.c1.capacity = 1000", grouped);
        source.put("a");
        syncing.await();
        putAndAwaitLeasable(
                Collections.nCopies(SinkRunner.MOST_LEASES + 10, "b").toArray(String[]::new));
        put.countDown();
        await().until(() -> agent.channel("c1").size() == 0);

        int longest = 0;
        int length = 0;
        for (String step : grouped.steps) {
            length = step.equals("sync") ? 0 : length + 1;
            longest = Math.max(longest, length);
        }
        return longest;
    }

    @Test
    void shouldWriteAGroupAgainThatFailedLeaseByLease() throws InterruptedException {
        GroupedSink grouped = new GroupedSink();
        CountDownLatch syncing = new CountDownLatch(1);
        CountDownLatch put = new CountDownLatch(1);
        grouped.fault = step -> {
            if (step.equals("sync") && syncing.getCount() > 0) {
                syncing.countDown();
                put.await();
            }
            if (step.equals("c")) {
                throw new IOException("disk full");
            }
        };
        start(MANUAL.replace("collect", "grouped"), grouped);
        source.put("a");
        syncing.await();
        putAndAwaitLeasable("b", "c");
        put.countDown();

        await().until(() -> agent.channel("c1").size() == 0);

        assertThat(grouped.steps).containsExactly("first a", "sync", "first b", "first b", "sync", "first c", "sync");
    }

    /** While the sink takes nothing. */
    private void putAndAwaitLeasable(String... bodies) throws InterruptedException {
        long before = agent.channel("c1").acknowledged();
        for (String body : bodies) {
            source.put(body);
        }
        await().until(() -> agent.channel("c1").acknowledged() >= before + bodies.length);
    }

    private long emptyBatches() {
        return agent.metrics().group(GroupType.SINK, "k1").counters().get("BatchEmptyCount");
    }

    private void start(String text) {
        start(text, new IdleSink());
    }

    private void start(String text, ComponentProvider.OfSink other) {
        start(text, other, 10_000);
    }

    private void start(String text, ComponentProvider.OfSink other, long stopMillis) {
        ComponentRegistry registry = ComponentRegistry.load().with(source, sink, other);
        AgentConfiguration configuration = new ConfigurationLoader(registry, System::getenv, System::getProperty, false)
                .readText(Path.of("a.conf"), text, "a1")
                .orThrow();
        agent = Agent.create(configuration, AgentOptions.defaults().withRegistry(registry), stopMillis);
        agent.start();
    }
}
