package io.headrace.engine.serializer;

import io.headrace.engine.config.ConfigValue;
import io.headrace.engine.config.SettingsBinder;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentRegistry;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;

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
        // Unknown keys were warned of when the configuration was read.
        Map<String, ConfigValue> values = new LinkedHashMap<>();
        written.forEach((name, value) -> values.put(name, ConfigValue.of(key + "." + name, value)));
        return new SettingsBinder(key, ConfigValue.of(key + ".type", ""), values).bind(type);
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
    public ComponentRegistry components() {
        return owner.components();
    }

    @Override
    public Logger logger() {
        return owner.logger();
    }

    @Override
    public Path dataFolder() {
        return owner.dataFolder();
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
