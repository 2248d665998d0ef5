package io.headrace.engine.agent;

import io.headrace.engine.config.AgentConfiguration.SinkGroupConfiguration;
import io.headrace.engine.config.ComponentSettings;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.group.GroupMember;
import io.headrace.engine.group.SinkGroup;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.plugin.ContextLoader;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.SinkProcessor;

/** A group of sinks of an agent. Owned by the supervisor's thread; it lives as long as the agent. */
final class SinkGroupPart {
    private final ComponentSettings settings;
    private final PartEnvironment env;
    private final MetricGroup metrics;
    private final SinkGroup group;

    SinkGroupPart(SinkGroupConfiguration configuration, PartEnvironment env) {
        this.settings = configuration.settings();
        this.env = env;
        this.metrics = env.metrics().group(GroupType.SINK_PROCESSOR, settings.name());
        this.group = new SinkGroup(
                settings.name(),
                configuration.sinks(),
                metrics,
                env.options().nanoClock(),
                env.options().epochClock());
        env.health()
                .covers(
                        settings.title(),
                        configuration.sinks().stream()
                                .map(sink -> "sink " + sink)
                                .toList());
        show(ComponentState.STARTING, "");
    }

    /** The member that a sink is; null when it is none. */
    GroupMember member(String sink) {
        return group.member(sink);
    }

    /**
     * Makes the processor; before the sinks start.
     *
     * @throws ConfigurationException when it refuses its settings
     * @throws IllegalStateException when it cannot be made for another reason
     */
    void open() {
        ComponentProvider.OfSinkProcessor provider = env.options()
                .registry()
                .get(ComponentProvider.OfSinkProcessor.class, settings.type().value());
        EngineContext context =
                new EngineContext(settings, env.agentName(), metrics, env.options(), env.shared(), new Reports());
        try {
            SinkProcessor processor = ContextLoader.make("type", provider, () -> provider.create(context));
            group.open(processor, new Steps());
        } catch (ConfigurationException e) {
            throw settings.located(e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(settings.title() + ": " + Failures.describe(e), e);
        }
    }

    /** Lets the sinks work, which have been started as far as they can. */
    void start() {
        group.start();
        metrics.started(now());
    }

    /** What sinks end from here on is no failure. */
    void requestStop() {
        group.requestStop();
    }

    /** After the sinks, before the channels. */
    void stop() {
        group.close();
        metrics.stopped(now());
        show(ComponentState.STOPPED, "");
    }

    private void show(ComponentState state, String detail) {
        env.health().set(settings.title(), state, detail, now());
    }

    private long now() {
        return env.options().epochClock().time();
    }

    /** What the group does: well as long as one of its sinks delivers, whoever else does not. */
    private final class Steps implements SinkGroup.Report {
        @Override
        public void works(String detail, boolean delivers) {
            show(delivers ? ComponentState.UP : ComponentState.IMPAIRED, detail);
        }

        @Override
        public void fails(String detail, Throwable cause) {
            show(ComponentState.IMPAIRED, detail);
            env.options().errorHandler().accept(cause);
        }
    }

    /** What a processor says of itself. */
    private final class Reports implements EngineContext.Reports {
        @Override
        public void healthy(String detail) {
            show(ComponentState.UP, detail == null ? "" : detail);
        }

        @Override
        public void unhealthy(String reason) {
            show(ComponentState.IMPAIRED, reason);
        }

        @Override
        public void failed(Throwable cause) {
            show(ComponentState.FAILED, Failures.describe(cause));
            env.options().errorHandler().accept(cause);
        }
    }
}
