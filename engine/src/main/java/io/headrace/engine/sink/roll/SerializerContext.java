package io.headrace.engine.sink.roll;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.SettingsBinder;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.EventSerializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** What a serializer is given: the sink's context with the settings below {@code sink.serializer.}. */
record SerializerContext(ComponentContext sink, Map<String, String> serializerSettings) implements ComponentContext {
    /**
     * Makes the serializer of a name.
     *
     * @throws ConfigurationException when there is none of that name, or its settings are wrong
     */
    static EventSerializer serializer(String type, Map<String, String> settings, ComponentContext sink) {
        List<String> known = new ArrayList<>();
        for (ComponentProvider.OfSerializer provider :
                ServiceLoader.load(ComponentProvider.OfSerializer.class, SerializerContext.class.getClassLoader())) {
            if (provider.alias().equalsIgnoreCase(type)
                    || provider.getClass().getName().equals(type)
                    || provider.otherNames().contains(type)) {
                return provider.create(new SerializerContext(sink, settings));
            }
            known.add(provider.alias());
        }
        throw new ConfigurationException("sink.serializer: " + type + " (expected: one of " + known + ")");
    }

    @Override
    public String name() {
        return sink.name();
    }

    @Override
    public String agentName() {
        return sink.agentName();
    }

    @Override
    public <R extends Record> R settings(Class<R> type) {
        return SettingsBinder.bind(type, serializerSettings);
    }

    @Override
    public MetricGroup metrics() {
        return sink.metrics();
    }

    @Override
    public <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> factory) {
        return sink.shared(type, factory);
    }

    @Override
    public EpochClock epochClock() {
        return sink.epochClock();
    }

    @Override
    public NanoClock nanoClock() {
        return sink.nanoClock();
    }

    @Override
    public long randomLong() {
        return sink.randomLong();
    }

    @Override
    public void healthy(String detail) {
        sink.healthy(detail);
    }

    @Override
    public void unhealthy(String reason) {
        sink.unhealthy(reason);
    }

    @Override
    public void failed(Throwable cause) {
        sink.failed(cause);
    }
}
