package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.spi.ComponentRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source that needs one of its channels and offers what it has to another one, which cannot open or fails. */
class OptionalChannelTest {
    @TempDir
    Path folder;

    private final ManualSource source = new ManualSource();
    private final CollectingSink sink = new CollectingSink("collect");
    private final CollectingSink other = new CollectingSink("other");
    private final ConcurrentLinkedQueue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private FaultyStorage disk;
    private String channels = "c1 c2";
    private String selector = "replicating";
    private Agent agent;

    @BeforeEach
    void fault() {
        disk = new FaultyStorage(folder.resolve("c2"));
    }

    @AfterEach
    void stop() {
        if (agent != null) {
            agent.stopNow();
        }
    }

    @Test
    void shouldStartWithoutAnOptionalChannelThatCannotOpenAndUseItWhenItDoes() throws Exception {
        Files.writeString(folder.resolve("c2"), "not a folder");
        start("a1.sources.r1.selector.optional = c2");
        assertThat(agent.channel("c2")).isNull();

        assertThat(source.put("a")).isEqualTo(PutStatus.ACCEPTED);
        await().until(() -> sink.bodies.equals(List.of("a")));
        assertThat(agent.health().reasons())
                .isNotEmpty()
                .allMatch(reason -> reason.contains(" c2") || reason.startsWith("sink k2"));

        Files.delete(folder.resolve("c2"));
        await().until(() -> source.lives == 2 && agent.health().isHealthy());
        assertThat(source.put("b")).isEqualTo(PutStatus.ACCEPTED);
        await().until(() -> sink.bodies.equals(List.of("a", "b")) && other.bodies.equals(List.of("b")));
    }

    @Test
    void shouldStartWithoutAChannelThatMultiplexingOnlyOffersTo() throws Exception {
        Files.writeString(folder.resolve("c2"), "not a folder");
        selector = "multiplexing";
        start("a1.sources.r1.selector.default = c1\na1.sources.r1.selector.optional = c2");

        assertThat(source.put("a")).isEqualTo(PutStatus.ACCEPTED);
        await().until(() -> sink.bodies.equals(List.of("a")));
    }

    @Test
    void shouldWaitForAChannelThatIsRequiredSomewhere() throws Exception {
        Files.writeString(folder.resolve("c2"), "not a folder");
        selector = "multiplexing";
        start("a1.sources.r1.selector.default = c1\na1.sources.r1.selector.optional = c2\n"
                + "a1.sources.r1.selector.mapping.x = c2");

        assertThat(source.lives).isZero();
        assertThat(agent.health().reasons()).contains("source r1: starting: waits for channel c2");
    }

    @Test
    void shouldWaitForAnyOfItsChannelsWhereAllAreOptional() throws Exception {
        Files.writeString(folder.resolve("c2"), "not a folder");
        channels = "c2";
        start("a1.sources.r1.selector.optional = c2");
        assertThat(source.lives).isZero();

        Files.delete(folder.resolve("c2"));

        await().until(() -> source.lives == 1 && source.put("a") == PutStatus.ACCEPTED);
        await().until(() -> other.bodies.equals(List.of("a")));
    }

    @Test
    void shouldGoOnWhileAnOptionalChannelFailsAndUseItWhenItIsBack() throws Exception {
        start("a1.sources.r1.selector.optional = c2");
        Channel before = agent.channel("c2");
        source.put("a");
        await().until(() -> other.bodies.equals(List.of("a")));

        disk.failures.set(2);
        source.put("b");
        await().until(() -> !errors.isEmpty());
        assertThat(source.put("c")).isEqualTo(PutStatus.ACCEPTED);
        assertThat(source.lives).isOne();

        await().until(() -> agent.channel("c2") != null && agent.channel("c2") != before);
        await().until(() -> source.lives == 2 && agent.health().isHealthy());
        assertThat(source.put("d")).isEqualTo(PutStatus.ACCEPTED);
        await().until(() -> sink.bodies.equals(List.of("a", "b", "c", "d")));
        await().until(() -> other.bodies.contains("d"));
        assertThat(sink.created).hasValue(1);
    }

    private void start(String lines) throws IOException {
        String text = """
                a1.sources = r1
                a1.channels = c1 c2
                a1.sinks = k1 k2
                a1.sources.r1.type = manual
                a1.sources.r1.channels = %s
                a1.sources.r1.selector.type = %s
                a1.channels.c1.type = memory
                a1.channels.c2.type = file
                a1.channels.c2.dataDirs = %s/c2
                a1.channels.c2.maxFileSize = 2m
                a1.channels.c2.maxEventBytes = 262144
                a1.channels.c2.minimumRequiredSpace = 0
                a1.sinks.k1.type = collect
                a1.sinks.k1.channel = c1
                a1.sinks.k2.type = other
                a1.sinks.k2.channel = c2
                """.formatted(channels, selector, folder) + lines + "\n";
        ComponentRegistry registry = ComponentRegistry.load().with(source, sink, other);
        AgentConfiguration configuration = new ConfigurationLoader(registry, System::getenv, System::getProperty, false)
                .readText(Path.of("a.conf"), text, "a1")
                .orThrow();
        agent = Agent.create(
                configuration,
                AgentOptions.defaults()
                        .withRegistry(registry)
                        .withStorage(disk.storage())
                        .withDrain(Duration.ofSeconds(1))
                        .withErrorHandler(errors::add));
        agent.start();
    }
}
