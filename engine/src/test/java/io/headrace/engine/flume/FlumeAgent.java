package io.headrace.engine.flume;

import io.headrace.engine.agent.Agent;
import io.headrace.engine.agent.AgentOptions;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationReport;
import io.headrace.engine.config.Setting;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.spi.BatchSink;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.frame.EventCursor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A whole agent from the text of a Flume configuration; the sink {@code collect} keeps what it gets for the test. */
final class FlumeAgent implements AutoCloseable {
    private static final Path FILE = Path.of("a.conf");

    final List<Event> events = new CopyOnWriteArrayList<>();
    final Agent agent;

    /** What the sink got. */
    record Event(Map<String, String> headers, String body) {}

    /** What happens before a delivery counts. */
    interface Fault {
        void strike() throws Exception;
    }

    volatile Fault atDelivery = () -> {};

    private FlumeAgent(String text) {
        ComponentRegistry registry = ComponentRegistry.load().with(new Collecting());
        agent = Agent.create(
                loader(registry).readText(FILE, text, "a1").orThrow(),
                AgentOptions.defaults().withRegistry(registry).withDrain(Duration.ofSeconds(5)));
    }

    /** An agent that runs. */
    static FlumeAgent start(String text) {
        FlumeAgent started = create(text);
        started.agent.start();
        return started;
    }

    /** An agent that does not run yet. */
    static FlumeAgent create(String text) {
        return new FlumeAgent(text);
    }

    /** What is said of a configuration, with the sink {@code collect}. */
    static ConfigurationReport read(String text) {
        return loader(ComponentRegistry.load().with(new Named("collect"))).readText(FILE, text, "a1");
    }

    private static ConfigurationLoader loader(ComponentRegistry registry) {
        return new ConfigurationLoader(registry, System::getenv, System::getProperty, false);
    }

    List<String> bodies() {
        return events.stream().map(Event::body).toList();
    }

    long counter(GroupType type, String name, String counter) {
        return agent.metrics().group(type, name).counters().getOrDefault(counter, 0L);
    }

    @Override
    public void close() {
        agent.stop();
    }

    /** No settings but the batch. */
    record Settings(
            @Setting(key = "batchSize", byDefault = "100", min = 1, doc = "Events.")
            int batchSize) {}

    private static class Named implements ComponentProvider.OfSink {
        private final String alias;

        Named(String alias) {
            this.alias = alias;
        }

        @Override
        public String alias() {
            return alias;
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "collects";
        }

        @Override
        public Sink create(SinkContext context) {
            throw new UnsupportedOperationException(alias);
        }
    }

    private final class Collecting extends Named {
        Collecting() {
            super("collect");
        }

        @Override
        public Sink create(SinkContext context) {
            int batchSize = context.settings(Settings.class).batchSize();
            EventCursor cursor = new EventCursor();
            return new BatchSink() {
                @Override
                public int maxBatchEvents() {
                    return batchSize;
                }

                @Override
                public void start() {}

                @Override
                public byte[] deliver(Lease lease) throws Exception {
                    atDelivery.strike();
                    for (int i = 0; i < lease.size(); i++) {
                        cursor.wrap(lease.frame(i));
                        while (cursor.next()) {
                            String body = new String(cursor.body(), StandardCharsets.UTF_8);
                            events.add(new Event(cursor.headers(), body));
                        }
                    }
                    return null;
                }

                @Override
                public void stop() {}
            };
        }
    }
}
