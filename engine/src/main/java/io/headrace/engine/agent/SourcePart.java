package io.headrace.engine.agent;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelProcessorImpl;
import io.headrace.engine.channel.InterceptorStage;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.config.AgentConfiguration.SourceConfiguration;
import io.headrace.engine.config.ComponentSettings;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.NamedChannel;
import io.headrace.engine.config.SelectorChannels;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.SourceCounters;
import io.headrace.engine.plugin.ContextLoader;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Interceptor;
import io.headrace.engine.spi.PollingSource;
import io.headrace.engine.spi.SelectorContext;
import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** A source of an agent with its interceptors and its selector. */
final class SourcePart extends Part {
    private static final long END_OF_POLL_MILLIS = 5_000;
    private static final long END_AFTER_INTERRUPT_MILLIS = 1_000;

    private final SourceConfiguration configuration;
    private final Function<String, ManagedChannel> channels;
    private Source source;
    private PollingSourceRunner runner;
    private ClassLoader loader;

    SourcePart(SourceConfiguration configuration, PartEnvironment env, Function<String, ManagedChannel> channels) {
        super(
                configuration.settings(),
                env,
                env.metrics().group(GroupType.SOURCE, configuration.settings().name()));
        this.configuration = configuration;
        this.channels = channels;
        // Who watches finds every counter of Flume's from the start, also those that this component never moves.
        new SourceCounters(metrics);
    }

    boolean uses(String channel) {
        return configuration.channels().contains(channel);
    }

    /** Whether it runs without this channel: its selector never requires it. */
    boolean doesWithout(String channel) {
        return configuration.optional().contains(channel);
    }

    /** Whether it cannot go on when this channel closes. */
    boolean endsWith(String channel) {
        return uses(channel)
                && (!doesWithout(channel)
                        || configuration.channels().stream()
                                .allMatch(name -> name.equals(channel) || channels.apply(name) == null));
    }

    /** A channel that must be open before; where all are optional, any of them. */
    @Override
    String missing() {
        String missing = null;
        boolean anyOpen = false;
        for (String name : configuration.channels()) {
            if (channels.apply(name) != null) {
                anyOpen = true;
            } else if (!doesWithout(name)) {
                return "channel " + name;
            } else if (missing == null) {
                missing = "channel " + name;
            }
        }
        return anyOpen ? null : missing;
    }

    @Override
    void open(EngineContext.Reports reports) throws Exception {
        List<Channel> all = new ArrayList<>();
        List<Channel> open = new ArrayList<>();
        for (String name : configuration.channels()) {
            Channel channel = channels.apply(name);
            if (channel == null) {
                all.add(new NamedChannel(name));
            } else {
                all.add(channel);
                open.add(channel);
            }
        }
        ChannelProcessor processor = new ChannelProcessorImpl(
                open,
                interceptors(reports),
                selector(all, reports),
                configuration.compression().newCompressor(),
                env.options().nanoClock(),
                env.options().epochClock(),
                metrics);
        ComponentProvider.OfSource provider = env.options()
                .registry()
                .get(ComponentProvider.OfSource.class, settings.type().value());
        loader = ContextLoader.of(provider);
        source = ContextLoader.make(
                "type", provider, () -> provider.create(new OfSource(settings, this, reports, processor)));
        ContextLoader.call(loader, () -> {
            source.start();
            if (source instanceof PollingSource polling) {
                runner = new PollingSourceRunner(
                        settings.name(), polling, configuration.maxBackoffSleep(), reports::failed);
                runner.start();
            }
            return null;
        });
    }

    private List<InterceptorStage> interceptors(EngineContext.Reports reports) throws Exception {
        List<InterceptorStage> stages = new ArrayList<>();
        for (ComponentSettings interceptor : configuration.interceptors()) {
            ComponentProvider.OfInterceptor provider = env.options()
                    .registry()
                    .get(
                            ComponentProvider.OfInterceptor.class,
                            interceptor.type().value());
            Interceptor made = make(interceptor, provider, () -> provider.create(context(interceptor, reports)));
            stages.add(new InterceptorStage(provider.alias(), made));
        }
        return stages;
    }

    private ChannelSelector selector(List<Channel> all, EngineContext.Reports reports) throws Exception {
        ComponentSettings selector = configuration.selector();
        ComponentProvider.OfSelector provider = env.options()
                .registry()
                .get(ComponentProvider.OfSelector.class, selector.type().value());
        return make(selector, provider, () -> provider.create(new OfSelector(selector, this, reports, all)));
    }

    /** A refusal is told with the place of the interceptor or selector, not with that of the source. */
    private static <T> T make(ComponentSettings component, ComponentProvider provider, Callable<T> create)
            throws Exception {
        try {
            return ContextLoader.make("type", provider, create);
        } catch (ConfigurationException e) {
            throw component.located(e);
        }
    }

    private EngineContext context(ComponentSettings component, EngineContext.Reports reports) {
        return new EngineContext(component, env.agentName(), metrics, env.options(), env.shared(), reports);
    }

    @Override
    void requestStop() {
        if (runner != null) {
            runner.requestStop();
        }
    }

    @Override
    void close(boolean orderly) {
        PollingSourceRunner polled = runner;
        Source open = source;
        runner = null;
        source = null;
        try {
            if (polled != null) {
                polled.requestStop();
                if (!polled.awaitEnd(Math.min(END_OF_POLL_MILLIS, env.stopMillis()))) {
                    polled.interrupt();
                    if (!polled.awaitEnd(END_AFTER_INTERRUPT_MILLIS)) {
                        linger(polled::isAlive);
                        threwAtStop(new IllegalStateException("its thread still polls (expected: an end within "
                                + (END_OF_POLL_MILLIS + END_AFTER_INTERRUPT_MILLIS) + " ms)"));
                    }
                }
            }
            if (open != null) {
                stopWithin(loader, open::stop);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            threwAtStop(e);
        } catch (Throwable t) {
            threwAtStop(t);
        }
    }

    private static final class OfSource extends EngineContext implements SourceContext {
        private final ChannelProcessor processor;

        OfSource(ComponentSettings settings, SourcePart part, Reports reports, ChannelProcessor processor) {
            super(settings, part.env.agentName(), part.metrics, part.env.options(), part.env.shared(), reports);
            this.processor = processor;
        }

        @Override
        public ChannelProcessor processor() {
            return processor;
        }
    }

    private static final class OfSelector extends EngineContext implements SelectorContext {
        private final List<Channel> channels;

        OfSelector(ComponentSettings settings, SourcePart part, Reports reports, List<Channel> channels) {
            super(settings, part.env.agentName(), part.metrics, part.env.options(), part.env.shared(), reports);
            this.channels = channels;
        }

        @Override
        public List<Channel> channels() {
            return channels;
        }

        @Override
        public Channel channel(String key, String name) {
            return SelectorChannels.find(componentSettings(), channels, key, name);
        }
    }
}
