package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ComponentRegistry;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources build frames as large as their channels say. */
class FrameBytesTest {
    private static final int EVENTS = 10_000;

    @TempDir
    Path folder;

    @Test
    void shouldBuildFramesOfTheChannelsSize() throws Exception {
        assertThat(framesWith("4096")).isGreaterThan(4 * framesWith("196608"));
    }

    private long framesWith(String frameBytes) throws Exception {
        CollectingSink sink = new CollectingSink("collect");
        ComponentRegistry registry = ComponentRegistry.load().with(sink);
        AgentConfiguration read = new ConfigurationLoader(registry, System::getenv, System::getProperty, false)
                .readText(Path.of("a.conf"), """
                a1.sources = r1
                a1.channels = c1
                a1.sinks = k1
                a1.sources.r1.type = seq
                a1.sources.r1.batchSize = 5000
                a1.sources.r1.totalEvents = %d
                a1.sources.r1.channels = c1
                a1.channels.c1.type = file
                a1.channels.c1.dataDirs = %s/%s
                a1.channels.c1.frameBytes = %s
                a1.channels.c1.minimumRequiredSpace = 0
                a1.sinks.k1.type = collect
                a1.sinks.k1.channel = c1
                """.formatted(EVENTS, folder, frameBytes, frameBytes), "a1")
                .orThrow();
        Agent agent = Agent.create(
                read, AgentOptions.defaults().withRegistry(registry).withDrain(Duration.ofSeconds(1)));
        agent.start();
        try {
            await().until(() -> sink.bodies.size() == EVENTS);
            MetricGroup channel = agent.metrics().groups().stream()
                    .filter(group -> group.type() == GroupType.CHANNEL)
                    .findFirst()
                    .orElseThrow();
            return channel.counters().get("LogFrameCount");
        } finally {
            agent.stopNow();
        }
    }
}
