package io.headrace.tools.tune;

import io.headrace.engine.agent.Agent;
import io.headrace.engine.agent.AgentOptions;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;
import io.headrace.frame.Frame;
import io.headrace.transport.link.netty.LinkSource;
import io.headrace.transport.link.netty.LinkSourceProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where trials send to: a source {@code link} with a channel in memory and a sink that counts, and the {@linkplain BareLine
 * bare line} beside it, at the next port. Started and closed by one thread, asked by any.
 */
final class FarEnd implements AutoCloseable {
    private static final String CONFIGURATION = """
            far.sources = in
            far.channels = kept
            far.sinks = count
            far.sources.in.type = link
            far.sources.in.channels = kept
            far.sources.in.bind = %s
            far.sources.in.port = %d
            far.sources.in.stop-timeout = 0
            far.channels.kept.type = memory
            far.channels.kept.capacity = 1000000
            far.sinks.count.type = %s
            far.sinks.count.channel = kept
            """;

    private final Agent agent;
    private final BareLine line;
    private final int port;
    private final AtomicLong events;

    private FarEnd(Agent agent, BareLine line, int port, AtomicLong events) {
        this.agent = agent;
        this.line = line;
        this.port = port;
        this.events = events;
    }

    /**
     * Listens.
     *
     * @param port of the link, the bare line has the next one; 0 for two that the system chooses
     * @throws IOException when nobody can listen there
     */
    static FarEnd start(String host, int port) throws IOException {
        AtomicLong events = new AtomicLong();
        AtomicReference<LinkSource> source = new AtomicReference<>();
        ComponentRegistry registry = ComponentRegistry.load()
                .with(new Listening(source), new CountingSink.Provider(frame -> count(frame, events)));
        AtomicReference<Throwable> refused = new AtomicReference<>();
        AgentOptions options = AgentOptions.defaults()
                .withRegistry(registry)
                .withDrain(Duration.ZERO)
                .withErrorHandler(error -> refused.compareAndSet(null, error));
        String text = String.format(CONFIGURATION, host, port, CountingSink.ALIAS);
        BareLine line = BareLine.listen(host, port == 0 ? 0 : port + 1);
        Agent agent = Agent.create(
                ConfigurationLoader.standard(registry, false)
                        .readText(Path.of("tune"), text, "far")
                        .orThrow(),
                options);
        agent.start();
        LinkSource listening = source.get();
        if (listening == null || listening.address() == null) {
            agent.stopNow();
            line.close();
            Throwable why = refused.get();
            throw new IOException(
                    why == null ? host + ":" + port + ": nobody listens" : String.valueOf(why.getMessage()), why);
        }
        return new FarEnd(agent, line, listening.address().getPort(), events);
    }

    private static void count(Frame frame, AtomicLong events) {
        events.addAndGet(frame.eventCount());
    }

    int port() {
        return port;
    }

    int linePort() {
        return line.port();
    }

    /** Events that arrived. */
    long events() {
        return events.get();
    }

    @Override
    public void close() throws IOException {
        line.close();
        agent.stopNow();
    }

    /** Remembers the source, which knows its port. */
    private record Listening(AtomicReference<LinkSource> source) implements ComponentProvider.OfSource {
        private static final LinkSourceProvider LINK = new LinkSourceProvider();

        @Override
        public String alias() {
            return LINK.alias();
        }

        @Override
        public Class<? extends Record> settingsType() {
            return LINK.settingsType();
        }

        @Override
        public String summary() {
            return LINK.summary();
        }

        @Override
        public Source create(SourceContext context) {
            LinkSource made = (LinkSource) LINK.create(context);
            source.set(made);
            return made;
        }
    }
}
