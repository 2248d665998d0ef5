package io.headrace.engine.agent;

import io.headrace.engine.config.ComponentSettings;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentRegistry;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every component of an agent is given. Safe for any thread, except {@link #settings}. */
class EngineContext implements ComponentContext {
    /** What becomes of what a component says about itself. */
    interface Reports {
        void healthy(String detail);

        void unhealthy(String reason);

        void failed(Throwable cause);
    }

    private final ComponentSettings settings;
    private final String agentName;
    private final MetricGroup metrics;
    private final AgentOptions options;
    private final SharedResources shared;
    private final Reports reports;

    EngineContext(
            ComponentSettings settings,
            String agentName,
            MetricGroup metrics,
            AgentOptions options,
            SharedResources shared,
            Reports reports) {
        this.settings = settings;
        this.agentName = agentName;
        this.metrics = metrics;
        this.options = options;
        this.shared = shared;
        this.reports = reports;
    }

    final ComponentSettings componentSettings() {
        return settings;
    }

    @Override
    public final String name() {
        return settings.name();
    }

    @Override
    public final String agentName() {
        return agentName;
    }

    @Override
    public final <R extends Record> R settings(Class<R> type) {
        return settings.binder().bind(type);
    }

    @Override
    public final MetricGroup metrics() {
        return metrics;
    }

    @Override
    public final Logger logger() {
        // The log shows what follows the last dot.
        return LoggerFactory.getLogger(
                "io.headrace.component." + settings.title().replace('.', '/'));
    }

    @Override
    public final Path dataFolder() {
        return DataFolder.of(agentName, settings.title());
    }

    @Override
    public final ComponentRegistry components() {
        return options.registry();
    }

    @Override
    public final <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> factory) {
        return shared.get(type, factory);
    }

    @Override
    public final EpochClock epochClock() {
        return options.epochClock();
    }

    @Override
    public final NanoClock nanoClock() {
        return options.nanoClock();
    }

    @Override
    public final long randomLong() {
        return options.random().getAsLong();
    }

    @Override
    public final void healthy(String detail) {
        reports.healthy(detail);
    }

    @Override
    public final void unhealthy(String reason) {
        reports.unhealthy(reason);
    }

    @Override
    public final void failed(Throwable cause) {
        reports.failed(cause);
    }
}
