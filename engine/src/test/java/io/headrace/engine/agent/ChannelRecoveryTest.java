package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.spi.ComponentRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelRecoveryTest {
    @TempDir
    Path folder;

    private final CollectingSink sink = new CollectingSink("collect");
    private final CollectingSink other = new CollectingSink("other");
    private final ConcurrentLinkedQueue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private FaultyStorage disk;
    private String configuration;
    private Agent agent;

    @BeforeEach
    void configure() {
        disk = new FaultyStorage(folder.resolve("c1"));
        configuration = """
                a1.sources = r1 r2
                a1.channels = c1 c2
                a1.sinks = k1 k2
                a1.sources.r1.type = seq
                a1.sources.r1.channels = c1
                a1.sources.r2.type = seq
                a1.sources.r2.channels = c2
                a1.channels.c1.type = file
                a1.channels.c1.dataDirs = %s/c1
                a1.channels.c1.maxFileSize = 34m
                a1.channels.c1.maxEventBytes = 1m
                a1.channels.c1.minimumRequiredSpace = 0
                a1.channels.c2.type = memory
                a1.sinks.k1.type = collect
                a1.sinks.k1.channel = c1
                a1.sinks.k2.type = other
                a1.sinks.k2.channel = c2
                """.formatted(folder);
    }

    @AfterEach
    void stop() {
        if (agent != null) {
            agent.stopNow();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReopenAChannelWhoseDiskFailedOnce(boolean full) {
        disk.full = full;
        start();
        await().until(() -> sink.bodies.size() > 100);
        Channel before = agent.channel("c1");

        disk.failures.set(1);

        await().until(() -> !errors.isEmpty());
        await().until(() -> agent.channel("c1") != null && agent.channel("c1") != before);
        int delivered = sink.bodies.size();
        await().until(() -> sink.bodies.size() > delivered + 100);
        await().until(() -> agent.health().isHealthy());
        assertThat(sink.created).hasValue(2);
        assertThat(other.created).hasValue(1);
        assertThat(count("LogErrorCount")).isEqualTo(1);
    }

    /** No call fails, and none returns: only that nothing moves tells. */
    @Test
    @Tag("slow")
    void shouldSayThatADiskDoesNotAnswerAndGoOnWhenItDoes() {
        start();
        await().until(() -> sink.bodies.size() > 100);
        disk.answers = new CountDownLatch(1);
        try {
            await().atMost(Duration.ofMinutes(1)).until(() -> agent.health().reasons().stream()
                    .anyMatch(reason -> reason.startsWith("channel c1: ")
                            && reason.contains("sync of its log has not returned for 5 s")));
            assertThat(count("LogStallCount")).isEqualTo(1);
            assertThat(agent.health().reasons()).singleElement();
        } finally {
            disk.answers.countDown();
        }
        int delivered = sink.bodies.size();
        await().until(() -> sink.bodies.size() > delivered + 100);
        await().until(() -> agent.health().isHealthy());
        assertThat(errors).isEmpty();
        assertThat(count("LogErrorCount")).isZero();
    }

    @Test
    void shouldGiveAChannelUpAfterThreeFailuresInARowWhileOthersRun() {
        start();
        await().until(() -> sink.bodies.size() > 100);

        disk.failures.set(Integer.MAX_VALUE);

        await().until(() ->
                agent.health().reasons().stream().anyMatch(reason -> reason.startsWith("channel c1: failed")));
        int delivered = other.bodies.size();
        await().until(() -> other.bodies.size() > delivered + 100);
        assertThat(agent.health().isHealthy()).isFalse();
        assertThat(agent.health().toJson()).contains("Input/output error");
        assertThat(agent.channel("c1")).isNull();
        assertThat(errors).hasSize(3);
        assertThat(count("LogErrorCount")).isEqualTo(3);
    }

    /** The log opens from the other slot; a second bad one would cost it, so somebody has to hear of the first. */
    @ParameterizedTest
    @ValueSource(strings = {"checkpoint-a", "checkpoint-b"})
    void shouldRemarkInHealthAndCountABadSlotOfACheckpointAndWorkOn(String slot) throws IOException {
        start();
        await().until(() -> sink.bodies.size() > 100);
        assertThat(agent.health().remarks()).isEmpty();
        agent.stopNow();
        Path bad = folder.resolve("c1").resolve(slot);
        Files.write(bad, new byte[(int) Files.size(bad)]);

        start();

        await().until(() -> agent.health().isHealthy());
        assertThat(agent.health().reasons()).isEmpty();
        assertThat(agent.health().remarks())
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith("channel c1: one of the two slots")
                .contains(bad.toString());
        assertThat(agent.health().toJson()).contains("\"healthy\":true").contains("\"remarks\":[\"channel c1: one of");
        assertThat(count("CheckpointSlotErrorCount")).isEqualTo(1);
        assertThat(count("LogErrorCount")).isZero();
        agent.stopNow();

        start();

        await().until(() -> agent.health().isHealthy());
        assertThat(agent.health().remarks()).isEmpty();
        assertThat(agent.health().toJson()).contains("\"remarks\":[]");
        assertThat(count("CheckpointSlotErrorCount")).isZero();
    }

    @Test
    void shouldDeliverAfterARestartWhatWasLeftInALog() {
        sink.atDelivery = () -> {
            throw new IOException("nobody there");
        };
        configuration = configuration
                + "a1.sources.r1.totalEvents = 1000\na1.sources.r1.batchSize = 10\na1.sources.r2.totalEvents = 1\n";
        start();
        await().until(() -> agent.channel("c1").ledger().accepted() == 1000);
        agent.stopNow();

        sink.atDelivery = () -> {};
        configuration = configuration.replace("a1.sources = r1 r2", "a1.sources = r2");
        start();

        await().until(() -> sink.bodies.size() >= 1000);
        assertThat(List.copyOf(sink.bodies))
                .isEqualTo(IntStream.range(0, 1000).mapToObj(String::valueOf).toList());
        assertThat(new HashSet<>(sink.bodies)).hasSize(1000);
    }

    @Test
    void shouldHoldTheSourceWhileTheDiskIsFullAndGoOnByItself() {
        // Room for the first segment alone.
        disk.usable = 5 << 20;
        sink.atDelivery = () -> {
            throw new IOException("nobody there");
        };
        configuration = configuration + "a1.channels.c1.byteCapacity = 1m\na1.sources.r1.totalEvents = 600000\n"
                + "a1.sources.r1.batchSize = 5000\n";
        start();

        await().until(() -> agent.health().reasons().stream()
                .anyMatch(
                        reason -> reason.startsWith("channel c1: impaired: its log takes no more until there is room: "
                                + folder.resolve("c1") + ": " + disk.usable + " bytes are free (expected: >= ")));
        long held = agent.channel("c1").size();
        assertThat(held).isBetween(1L, 599_999L);
        int delivered = other.bodies.size();
        await().until(() -> other.bodies.size() > delivered + 100);
        assertThat(agent.metrics().group(GroupType.CHANNEL, "c1").counters().get("Full_log"))
                .isPositive();

        disk.usable = Long.MAX_VALUE;
        sink.atDelivery = () -> {};

        await().atMost(Duration.ofSeconds(60)).until(() -> sink.bodies.size() >= 600_000);
        await().until(() -> agent.health().isHealthy());
        assertThat(List.copyOf(sink.bodies))
                .isEqualTo(IntStream.range(0, 600_000).mapToObj(String::valueOf).toList());
        assertThat(errors).isEmpty();
    }

    /** Whoever stops an agent may do so to make room. */
    @Test
    void shouldStopSoonWhileTheDiskIsFull() {
        disk.usable = 0;
        sink.atDelivery = () -> {
            throw new IOException("nobody there");
        };
        configuration = configuration + "a1.channels.c1.byteCapacity = 1m\na1.sources.r1.batchSize = 5000\n";
        start();
        await().until(() ->
                agent.health().reasons().stream().anyMatch(reason -> reason.contains("takes no more until")));
        long begun = System.nanoTime();

        agent.stop();

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(6));
    }

    @Test
    void shouldTryAFolderThatCannotBeUsedUntilItCan() throws IOException {
        Path c1 = Files.writeString(folder.resolve("c1"), "no folder");
        start();
        await().atMost(Duration.ofSeconds(20)).until(() -> errors.size() > 4);
        assertThat(agent.health().reasons())
                .contains("channel c1: retrying: " + c1 + ": is there already (expected: a folder or nothing)");

        Files.delete(c1);

        await().until(() -> agent.health().isHealthy() && sink.bodies.size() > 100);
    }

    private long count(String name) {
        return agent.metrics().group(GroupType.CHANNEL, "c1").counters().get(name);
    }

    private void start() {
        ComponentRegistry registry = ComponentRegistry.load().with(sink, other);
        AgentConfiguration read = new ConfigurationLoader(registry, System::getenv, System::getProperty, false)
                .readText(Path.of("a.conf"), configuration, "a1")
                .orThrow();
        AgentOptions options = AgentOptions.defaults()
                .withRegistry(registry)
                .withStorage(disk.storage())
                .withDrain(Duration.ofSeconds(1))
                .withErrorHandler(errors::add);
        agent = Agent.create(read, options);
        agent.start();
    }
}
