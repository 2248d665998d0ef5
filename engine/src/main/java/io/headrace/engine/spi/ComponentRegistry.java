package io.headrace.engine.spi;

import io.headrace.engine.config.ConfigurationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds components by alias or class name. Immutable. */
public final class ComponentRegistry {
    private static final List<Class<? extends ComponentProvider>> KINDS = List.of(
            ComponentProvider.OfSource.class,
            ComponentProvider.OfSink.class,
            ComponentProvider.OfChannel.class,
            ComponentProvider.OfInterceptor.class,
            ComponentProvider.OfSelector.class,
            ComponentProvider.OfSerializer.class,
            ComponentProvider.OfSinkProcessor.class);

    private final List<ComponentProvider> providers;

    private ComponentRegistry(List<ComponentProvider> providers) {
        this.providers = List.copyOf(providers);
    }

    /** All that are registered with the class loader of this class. */
    public static ComponentRegistry load() {
        ClassLoader loader = ComponentRegistry.class.getClassLoader();
        List<ComponentProvider> found = new ArrayList<>();
        for (Class<? extends ComponentProvider> kind : KINDS) {
            ServiceLoader.load(kind, loader).forEach(found::add);
        }
        return new ComponentRegistry(found);
    }

    /** Only these; for embedding and tests. */
    public static ComponentRegistry of(Collection<? extends ComponentProvider> providers) {
        return new ComponentRegistry(List.copyOf(providers));
    }

    /** These and all of this registry; these win. */
    public ComponentRegistry with(ComponentProvider... more) {
        List<ComponentProvider> all = new ArrayList<>(List.of(more));
        all.addAll(providers);
        return new ComponentRegistry(all);
    }

    /** The component of a type, or null when there is none of that kind. */
    public <P extends ComponentProvider> P find(Class<P> kind, String type) {
        for (ComponentProvider provider : providers) {
            boolean named = provider.alias().equalsIgnoreCase(type)
                    || provider.getClass().getName().equals(type)
                    || provider.otherNames().stream().anyMatch(type::equalsIgnoreCase);
            if (named && kind.isInstance(provider)) {
                return kind.cast(provider);
            }
        }
        return null;
    }

    /**
     * As {@link #find}.
     *
     * @throws ConfigurationException when there is none
     */
    public <P extends ComponentProvider> P get(Class<P> kind, String type) {
        P provider = find(kind, type);
        if (provider == null) {
            String known = all(kind).stream()
                    .map(ComponentProvider::alias)
                    .sorted(String.CASE_INSENSITIVE_ORDER)
                    .collect(Collectors.joining(", "));
            throw new ConfigurationException("type: " + type + " (expected: one of " + known + ")");
        }
        return provider;
    }

    /** All components of a kind. */
    public <P extends ComponentProvider> List<P> all(Class<P> kind) {
        return providers.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
