package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.MetricsJson;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.SinkContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConfiguredAgentTest {
    private static final String COUNTING = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = k1
            a1.sources.r1.type = seq
            a1.sources.r1.batchSize = 10
            a1.sources.r1.totalEvents = 1000
            a1.sources.r1.channels = c1
            a1.channels.c1.type = memory
            a1.channels.c1.capacity = 10000
            a1.sinks.k1.type = collect
            a1.sinks.k1.channel = c1
            """;

    private static final String TWO_SINKS = COUNTING.replace("a1.channels = c1", "a1.channels = c1 c2")
                    .replace("a1.sinks = k1", "a1.sinks = k1 k2")
                    .replace("r1.channels = c1", "r1.channels = c1 c2")
            + """
            a1.channels.c2.type = memory
            a1.channels.c2.capacity = 10000
            a1.sinks.k2.type = other
            a1.sinks.k2.channel = c2
            """;

    private final CollectingSink sink = new CollectingSink("collect");
    private final CollectingSink other = new CollectingSink("other");
    private final ConcurrentLinkedQueue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private Agent agent;

    @AfterEach
    void stop() {
        if (agent != null) {
            agent.stopNow();
        }
    }

    @Test
    void shouldCarryEventsFromSourceToSinkInOrder() {
        start(COUNTING);

        await().untilAsserted(() -> assertThat(sink.bodies).hasSize(1000));

        assertThat(List.copyOf(sink.bodies)).isEqualTo(numbers(1000));
        assertThat(agent.health().isHealthy()).as(agent.health().toJson()).isTrue();
    }

    @Test
    void shouldRunTheSinksThatComeWithTheEngine() {
        start("""
                a1.sources = r1
                a1.channels = c1 c2
                a1.sinks = k1 k2
                a1.sources.r1.type = seq
                a1.sources.r1.totalEvents = 50
                a1.sources.r1.channels = c1 c2
                a1.sources.r1.interceptors = i1
                a1.sources.r1.interceptors.i1.type = static
                a1.channels.c1.type = memory
                a1.channels.c2.type = memory
                a1.sinks.k1.type = logger
                a1.sinks.k1.channel = c1
                a1.sinks.k2.type = null
                a1.sinks.k2.channel = c2
                """);

        await().untilAsserted(() -> {
            assertThat(drained("k1")).isEqualTo(50);
            assertThat(drained("k2")).isEqualTo(50);
        });
    }

    @Test
    void shouldRollBackAndRedeliverWhatASinkCouldNotDeliver() {
        AtomicInteger deliveries = new AtomicInteger();
        sink.atDelivery = () -> {
            if (deliveries.getAndIncrement() < 2) {
                throw new IOException("disk on fire");
            }
        };
        start(COUNTING);

        await().untilAsserted(() -> assertThat(sink.bodies).hasSize(1000));

        assertThat(List.copyOf(sink.bodies)).isEqualTo(numbers(1000));
        assertThat(sink.created).hasValue(1);
        assertThat(group(GroupType.SINK, "k1").counters()).containsEntry("EventWriteFail", 2L);
        assertThat(agent.channel("c1").ledger().redelivered()).isPositive();
        await().until(() -> agent.health().isHealthy());
    }

    @Test
    void shouldSayThatASinkCannotDeliver() {
        sink.atDelivery = () -> {
            throw new IOException("disk on fire");
        };
        start(COUNTING);

        await().until(() -> !agent.health().isHealthy());

        assertThat(agent.health().reasons())
                .containsExactly("sink k1: impaired: delivery failed, trying again: disk on fire");
    }

    @Test
    void shouldStartABrokenSinkAgainWhileOthersRun() {
        AtomicInteger starts = new AtomicInteger();
        sink.atStart = () -> {
            if (starts.incrementAndGet() < 3) {
                throw new IOException("port taken");
            }
        };
        start(TWO_SINKS);

        await().untilAsserted(() -> assertThat(other.bodies).hasSize(1000));
        await().untilAsserted(() -> assertThat(sink.bodies).hasSize(1000));

        assertThat(sink.created).hasValue(3);
        assertThat(sink.stopped).hasValue(2);
        assertThat(other.created).hasValue(1);
        assertThat(errors).hasSize(2).allMatch(IOException.class::isInstance);
        await().until(() -> agent.health().isHealthy());
    }

    @Test
    void shouldShowThatAComponentWaitsForItsNextTry() {
        sink.atStart = () -> {
            throw new IOException("port taken");
        };
        start(TWO_SINKS);

        assertThat(agent.health().isHealthy()).isFalse();
        assertThat(agent.health().reasons()).containsExactly("sink k1: retrying: port taken");
    }

    @Test
    void shouldNeverSwallowAnErrorOfASink() {
        AtomicInteger deliveries = new AtomicInteger();
        sink.atDelivery = () -> {
            if (deliveries.getAndIncrement() == 0) {
                throw new NoClassDefFoundError("made/up");
            }
        };
        start(COUNTING);

        await().untilAsserted(() -> assertThat(sink.bodies).hasSize(1000));

        assertThat(List.copyOf(sink.bodies)).isEqualTo(numbers(1000));
        assertThat(errors).singleElement().isInstanceOf(NoClassDefFoundError.class);
        assertThat(sink.created).hasValue(2);
    }

    @Test
    void shouldStopInOrderWhenTheMachineRanOutOfMemory() throws InterruptedException {
        AtomicInteger deliveries = new AtomicInteger();
        sink.atDelivery = () -> {
            if (deliveries.getAndIncrement() == 3) {
                throw new OutOfMemoryError("made up");
            }
        };
        start(TWO_SINKS);

        assertThat(agent.awaitTermination(Duration.ofSeconds(10))).isTrue();

        assertThat(agent.failure()).hasMessage("sink k1: OutOfMemoryError: made up");
        assertThat(errors).hasAtLeastOneElementOfType(OutOfMemoryError.class);
        assertThat(other.stopped).hasValue(1);
    }

    @Test
    void shouldStartASinkAgainThatSaysItFailed() {
        start(COUNTING);
        await().until(() -> sink.bodies.size() == 1000);

        sink.context.failed(new IOException("connection lost for good"));

        await().until(() -> sink.created.get() == 2 && agent.health().isHealthy());
        assertThat(sink.stopped).hasValue(1);
    }

    @Test
    void shouldNotListenToAnEarlierLife() {
        start(COUNTING);
        await().until(() -> sink.bodies.size() == 1000);
        SinkContext first = sink.context;
        first.failed(new IOException("once"));
        await().until(() -> sink.created.get() == 2 && agent.health().isHealthy());

        first.failed(new IOException("twice"));
        first.unhealthy("an echo");
        agent.stop();

        assertThat(sink.created).hasValue(2);
        assertThat(errors).hasSize(1);
    }

    @Test
    void shouldDrainBeforeItStops() {
        CountDownLatch open = new CountDownLatch(1);
        sink.atDelivery = open::await;
        start(COUNTING);
        await().until(() -> agent.channel("c1").ledger().accepted() == 1000);

        agent.requestStop();
        await().until(() -> agent.health().phase() == Health.Phase.DRAINING);
        assertThat(agent.health().isHealthy()).isFalse();
        open.countDown();
        agent.awaitTermination();

        assertThat(sink.bodies).hasSize(1000);
        assertThat(agent.health().phase()).isEqualTo(Health.Phase.STOPPED);
        assertThat(sink.stopped).hasValue(1);
        assertThat(agent.channel("c1")).isNull();
    }

    @Test
    void shouldStopWithoutDrainingWhenHurried() throws InterruptedException {
        sink.atDelivery = () -> {
            throw new IOException("nobody there");
        };
        start(COUNTING, Duration.ofHours(1));
        await().until(() -> agent.channel("c1").size() == 1000);
        agent.requestStop();
        await().until(() -> agent.health().phase() == Health.Phase.DRAINING);

        agent.stopNow();

        assertThat(agent.awaitTermination(Duration.ofSeconds(1))).isTrue();
        assertThat(sink.bodies).isEmpty();
    }

    @Test
    void shouldStopOthersWhenOneHangsWhileItStops() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        sink.atStop = () -> awaitUninterruptibly(never);
        agent = create(TWO_SINKS, Duration.ofSeconds(5), 100);
        agent.start();

        agent.requestStop();

        assertThat(agent.awaitTermination(Duration.ofSeconds(8))).isTrue();
        assertThat(other.stopped).hasValue(1);
        assertThat(errors).singleElement().asString().contains("it still stops");
        never.countDown();
    }

    @Test
    void shouldStartNoOtherLifeWhileTheOneBeforeStillStops() {
        CountDownLatch stopsAtLast = new CountDownLatch(1);
        sink.atStop = () -> awaitUninterruptibly(stopsAtLast);
        agent = create(TWO_SINKS, Duration.ofSeconds(5), 50);
        agent.start();

        sink.context.failed(new IOException("connection lost for good"));
        await().until(() -> agent.health().reasons().contains("sink k1: retrying: its earlier life has not ended"));
        await().untilAsserted(() -> assertThat(other.bodies).hasSize(1000));
        assertThat(sink.created).hasValue(1);
        sink.atStop = () -> {};
        stopsAtLast.countDown();

        await().until(() -> agent.health().isHealthy());
        assertThat(sink.created).hasValue(2);
    }

    @Test
    void shouldStartNoOtherLifeWhileTheOneBeforeStillDelivers() {
        CountDownLatch deliversAtLast = new CountDownLatch(1);
        AtomicInteger deliveries = new AtomicInteger();
        sink.atDelivery = () -> {
            if (deliveries.incrementAndGet() == 2) {
                awaitUninterruptibly(deliversAtLast);
            }
        };
        agent = create(COUNTING, Duration.ofSeconds(5), 50);
        agent.start();
        await().until(() -> deliveries.get() == 2);

        sink.context.failed(new IOException("connection lost for good"));
        await().until(() -> agent.health().reasons().contains("sink k1: retrying: its earlier life has not ended"));
        assertThat(sink.created).hasValue(1);
        deliversAtLast.countDown();

        await().untilAsserted(() -> assertThat(sink.bodies).hasSize(1000));
        assertThat(List.copyOf(sink.bodies)).isEqualTo(numbers(1000));
        assertThat(sink.created).hasValue(2);
    }

    /** A signal may come at any moment of the start; the agent must stop then and not be started by half. */
    @Test
    void shouldStopWhenAskedWhileItStarts() throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            Agent started = create(COUNTING, Duration.ZERO);
            ConcurrentLinkedQueue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            Thread stopping = new Thread(started::requestStop);
            stopping.start();
            try {
                started.start();
            } catch (IllegalStateException stoppedBefore) {
                assertThat(stoppedBefore).hasMessageContaining("started or stopped before");
            } catch (RuntimeException e) {
                thrown.add(e);
            }
            assertThat(started.awaitTermination(Duration.ofSeconds(10))).isTrue();
            assertThat(started.channel("c1")).isNull();
            assertThat(thrown).isEmpty();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldStopOnce() {
        start(COUNTING);

        agent.stop();
        agent.stop();
        agent.close();

        assertThat(sink.stopped).hasValue(1);
        assertThatThrownBy(agent::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("agent a1: started or stopped before (expected: once)");
    }

    @Test
    void shouldStopEverythingWhenAComponentRefusesItsSettings() {
        sink.atStart = () -> {
            throw new ConfigurationException("batchSize: 7 (expected: even)");
        };
        agent = create(TWO_SINKS, Duration.ofSeconds(5));

        assertThatThrownBy(agent::start)
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("a.conf:10: a1.sinks.k1.batchSize: 7 (expected: even)");

        assertThat(agent.health().phase()).isEqualTo(Health.Phase.STOPPED);
        assertThat(agent.channel("c1")).isNull();
    }

    @Test
    void shouldLetASlowChannelHoldTheSourceOnly() {
        CountDownLatch open = new CountDownLatch(1);
        sink.atDelivery = open::await;
        start(COUNTING.replace("capacity = 10000", "capacity = 100\na1.channels.c1.keep-alive = 0"));

        await().until(() -> group(GroupType.SOURCE, "r1").counters().get("ChannelWriteFail") > 1);
        assertThat(agent.channel("c1").size()).isLessThanOrEqualTo(110);
        open.countDown();

        await().untilAsserted(() -> assertThat(sink.bodies).hasSize(1000));
        assertThat(List.copyOf(sink.bodies)).isEqualTo(numbers(1000));
    }

    @Test
    void shouldRunInterceptorsAndSelector() {
        start(TWO_SINKS + """
                a1.sources.r1.interceptors = i1 i2
                a1.sources.r1.interceptors.i1.type = static
                a1.sources.r1.interceptors.i1.key = state
                a1.sources.r1.interceptors.i1.value = CZ
                a1.sources.r1.interceptors.i2.type = timestamp
                a1.sources.r1.selector.type = multiplexing
                a1.sources.r1.selector.header = state
                a1.sources.r1.selector.mapping.CZ = c1
                a1.sources.r1.selector.default = c2
                """);

        await().untilAsserted(() -> assertThat(sink.bodies).hasSize(1000));

        assertThat(sink.headers.get(0)).containsEntry("state", "CZ").containsKey("timestamp");
        assertThat(other.bodies).isEmpty();
    }

    @Test
    void shouldCountUnderTheNamesOfFlume() {
        start(COUNTING);
        await().untilAsserted(() -> assertThat(drained("k1")).isEqualTo(1000));

        assertThat(group(GroupType.SOURCE, "r1").counters())
                .containsEntry("EventReceivedCount", 1000L)
                .containsEntry("EventAcceptedCount", 1000L)
                .containsEntry("AppendBatchReceivedCount", 100L)
                .containsEntry("AppendBatchAcceptedCount", 100L);
        assertThat(group(GroupType.CHANNEL, "c1").counters()).containsEntry("EventPutSuccessCount", 1000L);
        assertThat(group(GroupType.SINK, "k1").counters())
                .containsEntry("EventDrainAttemptCount", 1000L)
                .containsKeys("BatchEmptyCount", "BatchUnderflowCount", "BatchCompleteCount");
        assertThat(MetricsJson.flat(agent.metrics()))
                .contains("\"SOURCE.r1\":{", "\"CHANNEL.c1\":{", "\"EventAcceptedCount\":\"1000\"");
    }

    @Test
    void shouldNameThreadsAfterComponents() {
        start(COUNTING);

        Map<Thread, StackTraceElement[]> threads = Thread.getAllStackTraces();

        assertThat(threads.keySet()).extracting(Thread::getName).contains("source-r1", "sink-k1");
    }

    private MetricGroup group(GroupType type, String name) {
        return agent.metrics().group(type, name);
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).toList();
    }

    private long drained(String name) {
        return agent.metrics().group(GroupType.SINK, name).counters().getOrDefault("EventDrainSuccessCount", 0L);
    }

    private void start(String text) {
        start(text, Duration.ofSeconds(5));
    }

    private void start(String text, Duration drain) {
        agent = create(text, drain);
        agent.start();
    }

    private Agent create(String text, Duration drain) {
        return create(text, drain, 10_000);
    }

    private Agent create(String text, Duration drain, long stopMillis) {
        ComponentRegistry registry = ComponentRegistry.load().with(sink, other);
        AgentConfiguration configuration = new ConfigurationLoader(registry, System::getenv, System::getProperty, false)
                .readText(Path.of("a.conf"), text, "a1")
                .orThrow();
        return Agent.create(
                configuration,
                AgentOptions.defaults().withRegistry(registry).withDrain(drain).withErrorHandler(errors::add),
                stopMillis);
    }
}
