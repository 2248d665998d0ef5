package io.headrace.engine.agent;

import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.wal.Storage;
import java.nio.file.Path;
import java.time.Duration;

/**
 * An agent that counts into channel {@code c1}, whose segments stand in {@code one} and {@code two} and whose checkpoint in
 * {@code three}, and a sink that a test gives.
 */
final class TwoFoldersAgent {
    private TwoFoldersAgent() {}

    /** Starts it. */
    static Agent start(Path folder, CollectingSink sink, Storage storage, int events, String... more) {
        String configuration = """
                a1.sources = r1
                a1.channels = c1
                a1.sinks = k1
                a1.sources.r1.type = seq
                a1.sources.r1.batchSize = 1000
                a1.sources.r1.totalEvents = %d
                a1.sources.r1.channels = c1
                a1.channels.c1.type = file
                a1.channels.c1.capacity = 100000000
                a1.channels.c1.dataDirs = %s/one, %s/two
                a1.channels.c1.checkpointDir = %s/three
                a1.channels.c1.maxFileSize = 1
                a1.channels.c1.maxEventBytes = 64k
                a1.channels.c1.minimumRequiredSpace = 0
                a1.channels.c1.byteCapacity = 1m
                a1.sinks.k1.type = collect
                a1.sinks.k1.channel = c1
                a1.sinks.k1.batchSize = 5000
                """.formatted(events, folder, folder, folder) + String.join("\n", more);
        ComponentRegistry registry = ComponentRegistry.load().with(sink);
        AgentConfiguration read = new ConfigurationLoader(registry, System::getenv, System::getProperty, false)
                .readText(Path.of("a.conf"), configuration, "a1")
                .orThrow();
        Agent agent = Agent.create(
                read,
                AgentOptions.defaults()
                        .withRegistry(registry)
                        .withStorage(storage)
                        .withDrain(Duration.ofSeconds(1))
                        .withErrorHandler(error -> {}));
        agent.start();
        return agent;
    }
}
