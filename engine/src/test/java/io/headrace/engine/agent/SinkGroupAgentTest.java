package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ComponentRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of sinks that the engine runs on threads of its own, in an agent. */
class SinkGroupAgentTest {
    private static final int EVENTS = 20_000;

    private static final String TWO = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = k1 k2
            a1.sources.r1.type = manual
            a1.sources.r1.channels = c1
            a1.channels.c1.type = memory
            a1.channels.c1.capacity = 100000
            a1.sinks.k1.type = first
            a1.sinks.k1.channel = c1
            a1.sinks.k2.type = second
            a1.sinks.k2.channel = c1
            a1.sinkgroups = g1
            a1.sinkgroups.g1.sinks = k1 k2
            """;

    private static final String FAILOVER = TWO + """
            a1.sinkgroups.g1.processor.type = failover
            a1.sinkgroups.g1.processor.priority.k1 = 2
            a1.sinkgroups.g1.processor.priority.k2 = 1
            a1.sinkgroups.g1.processor.maxpenalty = 200
            """;

    private final ManualSource source = new ManualSource();
    private final CollectingSink first = new CollectingSink("first");
    private final CollectingSink second = new CollectingSink("second");
    private Agent agent;
    private int put;

    @AfterEach
    void stop() {
        if (agent != null) {
            agent.stopNow();
        }
    }

    @Test
    void shouldLeaveTheWorkToTheSecondWhileTheFirstFailsAndGiveItBack() throws Exception {
        start(FAILOVER);
        put(50);
        await().untilAsserted(() -> assertThat(first.bodies).hasSize(50));
        first.atDelivery = () -> {
            throw new IOException("disk on fire");
        };
        put(50);
        await().untilAsserted(() -> assertThat(second.bodies).hasSize(50));
        assertThat(group().counter("MemberFailureCount").get()).isPositive();
        assertThat(group().timing("takeover").snapshot().getTotalCount()).isPositive();
        first.atDelivery = () -> {};
        await().untilAsserted(() -> assertThat(health()).startsWith("k1 active"));
        put(50);
        await().untilAsserted(() -> assertThat(first.bodies).hasSize(100));
        assertThat(first.bodies.subList(0, 50)).isEqualTo(numbers(0, 50));
        assertThat(second.bodies).isEqualTo(numbers(50, 100));
        assertThat(first.bodies.subList(50, 100)).isEqualTo(numbers(100, 150));
        await().untilAsserted(() -> assertThat(agent.health().isHealthy())
                .as(agent.health().toJson())
                .isTrue());
    }

    @Test
    void shouldBeHealthyWhileTheSecondDoesTheWorkAndNameTheFirst() throws Exception {
        start(FAILOVER);
        put(10);
        await().untilAsserted(() -> assertThat(first.bodies).hasSize(10));
        first.atDelivery = () -> {
            throw new IOException("disk on fire");
        };
        put(10);
        await().untilAsserted(() -> assertThat(second.bodies).hasSize(10));
        await().untilAsserted(() -> {
            assertThat(agent.health().remarks()).anySatisfy(remark -> assertThat(remark)
                    .startsWith("sink k1: ")
                    .contains("disk on fire")
                    .endsWith("(sinkgroup g1 does its work)"));
            assertThat(agent.health().isHealthy()).as(agent.health().toJson()).isTrue();
            assertThat(agent.health().reasons()).isEmpty();
        });
        second.atDelivery = () -> {
            throw new IOException("no space left");
        };
        put(10);
        await().untilAsserted(() -> {
            assertThat(agent.health().isHealthy()).as(agent.health().toJson()).isFalse();
            assertThat(agent.health().reasons())
                    .anySatisfy(reason -> assertThat(reason).contains("sinkgroup g1: impaired"))
                    .anySatisfy(reason -> assertThat(reason).contains("no space left"));
        });
    }

    @Test
    void shouldWorkWithASinkThatCannotStart() throws Exception {
        first.atStart = () -> {
            throw new IOException("no such folder");
        };
        start(FAILOVER);
        put(50);
        await().untilAsserted(() -> assertThat(second.bodies).hasSize(50));
        first.atStart = () -> {};
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(health()).startsWith("k1 active"));
        put(50);
        await().untilAsserted(() -> assertThat(first.bodies).hasSize(50));
    }

    @Test
    void shouldGoOnWithoutASinkThatDies() throws Exception {
        start(FAILOVER);
        put(10);
        await().untilAsserted(() -> assertThat(first.bodies).hasSize(10));
        first.atDelivery = () -> {
            throw new AssertionError("gone");
        };
        put(40);
        await().untilAsserted(() -> assertThat(second.bodies).hasSize(40));
    }

    @ParameterizedTest
    @ValueSource(strings = {"round_robin", "random", "hash"})
    void shouldShareAmongAllAndLoseNothingWhenOneFailsNowAndThen(String selector) throws Exception {
        int[] deliveries = new int[1];
        first.atDelivery = () -> {
            deliveries[0]++;
            if (deliveries[0] % 7 == 3) {
                throw new IOException("now and then");
            }
        };
        start(TWO + "a1.sinkgroups.g1.processor.type = load_balance\na1.sinkgroups.g1.processor.selector = " + selector
                + "\n");
        put(EVENTS);
        await().atMost(Duration.ofSeconds(30)).until(() -> agent.channel("c1").size() == 0);
        List<String> all = new ArrayList<>(first.bodies);
        all.addAll(second.bodies);
        assertThat(all).hasSize(EVENTS);
        assertThat(new HashSet<>(all)).hasSize(EVENTS);
        assertThat(first.bodies).isNotEmpty();
        assertThat(second.bodies).isNotEmpty();
    }

    @Test
    void shouldDrainAndStopWithAGroup() throws Exception {
        start(TWO + "a1.sinkgroups.g1.processor.type = load_balance\n"
                + "a1.sinkgroups.g1.processor.selector = hash\n");
        put(EVENTS);
        agent.stop();
        assertThat(first.bodies.size() + second.bodies.size()).isEqualTo(EVENTS);
        assertThat(group().counter("MemberFailureCount").get()).isZero();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("sinkgroup-g1"));
    }

    private void put(int events) throws InterruptedException {
        for (int i = 0; i < events; i++) {
            source.put(Integer.toString(put++));
        }
    }

    private MetricGroup group() {
        return agent.metrics().group(GroupType.SINK_PROCESSOR, "g1");
    }

    private String health() {
        return agent.health().components().stream()
                .filter(component -> component.name().equals("sinkgroup g1"))
                .findFirst()
                .orElseThrow()
                .detail();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private void start(String text) {
        ComponentRegistry registry = ComponentRegistry.load().with(source, first, second);
        ConfigurationLoader loader =
                new ConfigurationLoader(registry, Map.<String, String>of()::get, Map.<String, String>of()::get, false);
        agent = Agent.create(
                loader.readText(Path.of("a.conf"), text, "a1").orThrow(),
                AgentOptions.defaults().withRegistry(registry).withDrain(Duration.ofSeconds(20)));
        agent.start();
    }
}
