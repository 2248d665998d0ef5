package io.headrace.engine.serializer;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.plugin.ContextLoader;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentLookup;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.EventSerializer;
import java.util.Map;

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
        ComponentLookup<ComponentProvider.OfSerializer> found =
                owner.components().lookup(ComponentProvider.OfSerializer.class, type);
        ComponentProvider.OfSerializer provider = found.provider();
        if (provider == null) {
            throw new ConfigurationException(found.message(key, type));
        }
        try {
            return ContextLoader.make(
                    key, provider, () -> provider.create(new SerializerContext(owner, key, settings)));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(key + ": " + type + ": cannot be made", e);
        }
    }
}
