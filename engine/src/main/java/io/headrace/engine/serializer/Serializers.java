package io.headrace.engine.serializer;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.EventSerializer;
import java.util.Map;
import java.util.stream.Collectors;

/** Makes the serializer of a sink that writes files. Safe for any thread. */
public final class Serializers {
    private Serializers() {}

    /**
     * Makes a serializer.
     *
     * @param owner the sink's context
     * @param key the key that names the type, e.g. {@code sink.serializer}; settings are written below it
     * @param type alias or class name, e.g. {@code text}
     * @param settings by the part of the key after {@code key.}
     * @throws ConfigurationException when there is no such serializer or it refuses a setting
     */
    public static EventSerializer create(
            ComponentContext owner, String key, String type, Map<String, String> settings) {
        return provider(key, type).create(new SerializerContext(owner, key, settings));
    }

    /**
     * Checks type and settings without making anything; for the settings record of a sink, so that a wrong serializer is
     * found before the agent starts.
     *
     * @throws ConfigurationException as {@link #create} would
     */
    public static void check(String key, String type, Map<String, String> settings) {
        SerializerContext.bind(key, provider(key, type).settingsType(), settings);
    }

    private static ComponentProvider.OfSerializer provider(String key, String type) {
        ComponentRegistry registry = ComponentRegistry.load();
        ComponentProvider.OfSerializer provider = registry.find(ComponentProvider.OfSerializer.class, type);
        if (provider == null) {
            String known = registry.all(ComponentProvider.OfSerializer.class).stream()
                    .map(ComponentProvider::alias)
                    .sorted()
                    .collect(Collectors.joining(", "));
            throw new ConfigurationException(key + ": " + type + " (expected: one of " + known + ")");
        }
        return provider;
    }
}
