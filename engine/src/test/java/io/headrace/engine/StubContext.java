package io.headrace.engine;

import io.headrace.engine.config.SettingsBinder;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ComponentContext;
import java.util.Map;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** What the contexts of tests have in common: settings of a map, clocks and metrics that are given, failures that are thrown. */
public abstract class StubContext implements ComponentContext {
    private final String name;
    private final Map<String, String> settings;
    private final MetricGroup metrics;
    private final EpochClock epochClock;
    private final NanoClock nanoClock;

    /** @param settings read anew whenever the component asks */
    protected StubContext(
            String name,
            Map<String, String> settings,
            MetricGroup metrics,
            EpochClock epochClock,
            NanoClock nanoClock) {
        this.name = name;
        this.settings = settings;
        this.metrics = metrics;
        this.epochClock = epochClock;
        this.nanoClock = nanoClock;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String agentName() {
        return "a1";
    }

    @Override
    public <R extends Record> R settings(Class<R> type) {
        return SettingsBinder.bind(type, settings);
    }

    @Override
    public MetricGroup metrics() {
        return metrics;
    }

    @Override
    public <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> factory) {
        return factory.get();
    }

    @Override
    public EpochClock epochClock() {
        return epochClock;
    }

    @Override
    public NanoClock nanoClock() {
        return nanoClock;
    }

    @Override
    public long randomLong() {
        return 42;
    }

    @Override
    public void healthy(String detail) {
        // Nobody asks here.
    }

    @Override
    public void unhealthy(String reason) {
        throw new AssertionError(reason);
    }

    @Override
    public void failed(Throwable cause) {
        throw new AssertionError(cause);
    }
}
