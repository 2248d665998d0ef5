package io.headrace.engine.serializer;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.SettingsBinder;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ComponentContext;
import java.util.Map;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** The sink's context with the settings of its serializer. */
record SerializerContext(ComponentContext owner, String key, Map<String, String> written) implements ComponentContext {
    @Override
    public String name() {
        return owner.name();
    }

    @Override
    public String agentName() {
        return owner.agentName();
    }

    @Override
    public <R extends Record> R settings(Class<R> type) {
        return bind(key, type, written);
    }

    static <R extends Record> R bind(String key, Class<R> type, Map<String, String> written) {
        try {
            return SettingsBinder.bind(type, written);
        } catch (ConfigurationException e) {
            throw new ConfigurationException(key + "." + e.getMessage(), e);
        }
    }

    @Override
    public MetricGroup metrics() {
        return owner.metrics();
    }

    @Override
    public <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> factory) {
        return owner.shared(type, factory);
    }

    @Override
    public EpochClock epochClock() {
        return owner.epochClock();
    }

    @Override
    public NanoClock nanoClock() {
        return owner.nanoClock();
    }

    @Override
    public long randomLong() {
        return owner.randomLong();
    }

    @Override
    public void healthy(String detail) {
        owner.healthy(detail);
    }

    @Override
    public void unhealthy(String reason) {
        owner.unhealthy(reason);
    }

    @Override
    public void failed(Throwable cause) {
        owner.failed(cause);
    }
}
