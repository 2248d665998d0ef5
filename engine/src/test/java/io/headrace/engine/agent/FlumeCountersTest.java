package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.MetricsJson;
import io.headrace.engine.spi.ComponentRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flume's counters are there under their names for every source, channel and sink, from the start, and count. */
class FlumeCountersTest {
    private static final List<String> OF_ALL = List.of("Type", "StartTime", "StopTime");

    private static final List<String> OF_SOURCE = List.of(
            "EventReceivedCount",
            "EventAcceptedCount",
            "AppendReceivedCount",
            "AppendAcceptedCount",
            "AppendBatchReceivedCount",
            "AppendBatchAcceptedCount",
            "OpenConnectionCount",
            "EventReadFail",
            "ChannelWriteFail",
            "GenericProcessingFail");

    private static final List<String> OF_CHANNEL = List.of(
            "ChannelSize",
            "ChannelCapacity",
            "ChannelFillPercentage",
            "EventPutAttemptCount",
            "EventPutSuccessCount",
            "EventTakeAttemptCount",
            "EventTakeSuccessCount");

    private static final List<String> OF_FILE_CHANNEL = List.of(
            "Open",
            "Closed",
            "Unhealthy",
            "EventPutErrorCount",
            "EventTakeErrorCount",
            "CheckpointWriteErrorCount",
            "CheckpointBackupWriteErrorCount");

    private static final List<String> OF_SINK = List.of(
            "ConnectionCreatedCount",
            "ConnectionClosedCount",
            "ConnectionFailedCount",
            "BatchEmptyCount",
            "BatchUnderflowCount",
            "BatchCompleteCount",
            "EventDrainAttemptCount",
            "EventDrainSuccessCount",
            "EventWriteFail",
            "ChannelReadFail");

    @TempDir
    Path folder;

    private final ManualSource source = new ManualSource();
    private final CollectingSink sink = new CollectingSink("collect");
    private Agent agent;

    @AfterEach
    void stop() {
        if (agent != null) {
            agent.stopNow();
        }
    }

    @Test
    void shouldShowEveryCounterOfFlumesWhateverTheComponent() throws IOException {
        Files.writeString(folder.resolve("no"), "no folder");
        start("""
                a1.sources = tail count idle
                a1.channels = kept broken memory spill
                a1.sinks = k1 k2 k3 k4
                a1.sources.tail.type = TAILDIR
                a1.sources.tail.channels = kept spill
                a1.sources.tail.filegroups = g
                a1.sources.tail.filegroups.g = %1$s/.*log
                a1.sources.tail.positionFile = %1$s/p.json
                a1.sources.count.type = seq
                a1.sources.count.channels = memory
                a1.sources.idle.type = manual
                a1.sources.idle.channels = broken
                a1.channels.kept.type = file
                a1.channels.kept.dataDirs = %1$s/kept
                a1.channels.broken.type = file
                a1.channels.broken.dataDirs = %1$s/no/where
                a1.channels.memory.type = memory
                a1.channels.spill.type = SPILLABLEMEMORY
                a1.channels.spill.dataDirs = %1$s/spill
                a1.sinks.k1.type = file_roll
                a1.sinks.k1.sink.directory = %1$s
                a1.sinks.k1.channel = kept
                a1.sinks.k2.type = logger
                a1.sinks.k2.channel = broken
                a1.sinks.k3.type = null
                a1.sinks.k3.channel = memory
                a1.sinks.k4.type = collect
                a1.sinks.k4.channel = spill
                """.formatted(folder));

        String flat = MetricsJson.flat(agent.metrics());
        for (String name : List.of("tail", "count", "idle")) {
            assertThat(group(flat, "SOURCE." + name)).contains(quoted(OF_ALL)).contains(quoted(OF_SOURCE));
        }
        for (String name : List.of("kept", "broken", "memory", "spill")) {
            assertThat(group(flat, "CHANNEL." + name)).contains(quoted(OF_ALL)).contains(quoted(OF_CHANNEL));
        }
        for (String name : List.of("kept", "broken")) {
            assertThat(group(flat, "CHANNEL." + name)).contains(quoted(OF_FILE_CHANNEL));
        }
        for (String name : List.of("k1", "k2", "k3", "k4")) {
            assertThat(group(flat, "SINK." + name)).contains(quoted(OF_ALL)).contains(quoted(OF_SINK));
        }
        assertThat(group(flat, "CHANNEL.kept")).contains("\"Open\":\"true\"", "\"Closed\":\"0\"");
        assertThat(group(flat, "CHANNEL.broken")).contains("\"Open\":\"false\"", "\"Closed\":\"1\"");
    }

    @Test
    void shouldCountWhatASourceAChannelAndASinkDo() throws InterruptedException {
        CountDownLatch deliver = new CountDownLatch(1);
        sink.atDelivery = deliver::await;
        start("""
                a1.sources = r1
                a1.channels = c1
                a1.sinks = k1
                a1.sources.r1.type = manual
                a1.sources.r1.channels = c1
                a1.channels.c1.type = memory
                a1.channels.c1.capacity = 10
                a1.channels.c1.transactionCapacity = 5
                a1.channels.c1.keep-alive = 0
                a1.sinks.k1.type = collect
                a1.sinks.k1.batchSize = 2
                a1.sinks.k1.channel = c1
                """);
        assertThat(value(GroupType.CHANNEL, "c1", "ChannelCapacity")).isEqualTo(10);
        int put = 0;
        while (source.put("x") == PutStatus.ACCEPTED) {
            put++;
        }
        assertThat(value(GroupType.CHANNEL, "c1", "EventPutSuccessCount")).isEqualTo(put);
        assertThat(value(GroupType.CHANNEL, "c1", "EventPutAttemptCount")).isEqualTo(put + 1);
        assertThat(value(GroupType.CHANNEL, "c1", "ChannelSize")).isEqualTo(10);
        assertThat(agent.metrics().group(GroupType.CHANNEL, "c1").gauges())
                .containsEntry("ChannelFillPercentage", 100.0);

        deliver.countDown();
        int all = put;
        await().until(() -> value(GroupType.CHANNEL, "c1", "EventTakeSuccessCount") == all);

        await().until(() -> value(GroupType.SINK, "k1", "EventDrainSuccessCount") == all);
        assertThat(value(GroupType.SINK, "k1", "EventDrainAttemptCount")).isEqualTo(all);
        assertThat(value(GroupType.SINK, "k1", "BatchCompleteCount")).isPositive();
        assertThat(value(GroupType.SINK, "k1", "BatchUnderflowCount")
                        + 2 * value(GroupType.SINK, "k1", "BatchCompleteCount"))
                .isEqualTo(all);
        await().until(() -> value(GroupType.SINK, "k1", "BatchEmptyCount") > 0);
        assertThat(value(GroupType.CHANNEL, "c1", "EventTakeAttemptCount")).isGreaterThanOrEqualTo(all);
        assertThat(value(GroupType.CHANNEL, "c1", "ChannelSize")).isZero();
    }

    @Test
    void shouldSayWhenAComponentWasStartedAndStopped() {
        long before = System.currentTimeMillis();
        start("""
                a1.sources = r1
                a1.channels = c1
                a1.sinks = k1
                a1.sources.r1.type = manual
                a1.sources.r1.channels = c1
                a1.channels.c1.type = memory
                a1.sinks.k1.type = collect
                a1.sinks.k1.channel = c1
                """);
        for (MetricGroup group : agent.metrics().groups()) {
            assertThat(group.startTime()).isBetween(before, System.currentTimeMillis());
            assertThat(group.stopTime()).isZero();
        }
        long stopped = System.currentTimeMillis();

        agent.stop();

        assertThat(agent.metrics().groups()).hasSize(3).allMatch(group -> group.stopTime() >= stopped);
    }

    private long value(GroupType type, String name, String counter) {
        return agent.metrics().group(type, name).values().get(counter).longValue();
    }

    private static String group(String flat, String name) {
        int from = flat.indexOf('"' + name + "\":{");
        assertThat(from).as(name).isNotNegative();
        return flat.substring(from, flat.indexOf('}', from));
    }

    private static List<String> quoted(List<String> names) {
        return names.stream().map(name -> '"' + name + "\":\"").toList();
    }

    private void start(String text) {
        ComponentRegistry registry = ComponentRegistry.load().with(source, sink);
        AgentConfiguration configuration = new ConfigurationLoader(registry, System::getenv, System::getProperty, false)
                .readText(Path.of("a.conf"), text, "a1")
                .orThrow();
        agent = Agent.create(
                configuration, AgentOptions.defaults().withRegistry(registry).withDrain(Duration.ofSeconds(1)));
        agent.start();
    }
}
