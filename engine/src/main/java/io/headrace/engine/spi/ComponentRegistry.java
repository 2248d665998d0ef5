package io.headrace.engine.spi;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.NearestKey;
import io.headrace.engine.plugin.ClassLookup;
import io.headrace.engine.plugin.PlugIn;
import io.headrace.engine.plugin.PlugIns;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Finds components by alias or class name: those that are built in, then those of plug-ins in the order of these. Safe
 * for any thread.
 */
public final class ComponentRegistry {
    private record ClassKey(ComponentRole role, String type) {}

    private final List<ComponentProvider> providers;
    private final PlugIns plugIns;
    private final List<String> warnings;
    private final ClassLookup classes;
    private final Map<ClassKey, ComponentLookup<?>> byClass = new ConcurrentHashMap<>();

    private ComponentRegistry(List<ComponentProvider> providers, PlugIns plugIns, List<String> warnings) {
        this.providers = List.copyOf(providers);
        this.plugIns = plugIns;
        this.warnings = List.copyOf(warnings);
        this.classes = new ClassLookup(plugIns);
    }

    /** All that are built in: registered with the class loader of this class. */
    public static ComponentRegistry load() {
        return load(PlugIns.none());
    }

    /** All that are built in and those of plug-ins. */
    public static ComponentRegistry load(PlugIns plugIns) {
        ClassLoader loader = ComponentRegistry.class.getClassLoader();
        List<ComponentProvider> found = new ArrayList<>();
        for (ComponentRole role : ComponentRole.values()) {
            ServiceLoader.load(role.provider(), loader).forEach(found::add);
        }
        ProviderCollector collector = new ProviderCollector(found);
        plugIns.all().forEach(collector::collect);
        List<String> warnings = new ArrayList<>(plugIns.warnings());
        warnings.addAll(collector.warnings());
        return new ComponentRegistry(found, plugIns, warnings);
    }

    /** Only these; for embedding and tests. */
    public static ComponentRegistry of(Collection<? extends ComponentProvider> providers) {
        return new ComponentRegistry(List.copyOf(providers), PlugIns.none(), List.of());
    }

    /** These and all of this registry; these win. */
    public ComponentRegistry with(ComponentProvider... more) {
        List<ComponentProvider> all = new ArrayList<>(List.of(more));
        all.addAll(providers);
        return new ComponentRegistry(all, plugIns, warnings);
    }

    /** What is wrong with plug-ins, one line each; nothing of it keeps an agent from running without them. */
    public List<String> warnings() {
        return warnings;
    }

    /** The plug-ins behind it. */
    public PlugIns plugIns() {
        return plugIns;
    }

    /** The plug-in that a component comes from. */
    public Optional<PlugIn> plugInOf(ComponentProvider provider) {
        return plugIns.of(provider.getClass());
    }

    /** The component of a type, or null when there is none of that kind. */
    public <P extends ComponentProvider> P find(Class<P> kind, String type) {
        return lookup(kind, type).provider();
    }

    /**
     * As {@link #find}.
     *
     * @throws ConfigurationException when there is none
     */
    public <P extends ComponentProvider> P get(Class<P> kind, String type) {
        ComponentLookup<P> found = lookup(kind, type);
        if (found.provider() == null) {
            throw new ConfigurationException(found.message("type", type));
        }
        return found.provider();
    }

    /** The component of a type, or what keeps it from being one. */
    @SuppressWarnings("unchecked")
    public <P extends ComponentProvider> ComponentLookup<P> lookup(Class<P> kind, String type) {
        for (ComponentProvider provider : providers) {
            if (kind.isInstance(provider) && isCalled(provider, type)) {
                return ComponentLookup.of(kind.cast(provider));
            }
        }
        if (!ClassLookup.isClassName(type)) {
            return new ComponentLookup<>(null, "", known(kind) + suggestion(kind, type, List.of()));
        }
        return (ComponentLookup<P>)
                byClass.computeIfAbsent(new ClassKey(ComponentRole.of(kind), type), key -> byClassName(kind, type));
    }

    private <P extends ComponentProvider> ComponentLookup<P> byClassName(Class<P> kind, String type) {
        try {
            return classes.find(ComponentRole.of(kind), type)
                    .map(provider -> ComponentLookup.of(kind.cast(provider)))
                    .orElseGet(() -> new ComponentLookup<>(
                            null,
                            "",
                            known(kind) + "; no such class, " + classes.places()
                                    + suggestion(kind, type, classes.names())));
        } catch (ClassLookup.Unusable e) {
            return new ComponentLookup<>(null, e.getMessage(), e.expected());
        }
    }

    /** All components of a kind. */
    public <P extends ComponentProvider> List<P> all(Class<P> kind) {
        return providers.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    static boolean isCalled(ComponentProvider provider, String type) {
        return provider.alias().equalsIgnoreCase(type)
                || provider.getClass().getName().equals(type)
                || provider.otherNames().stream().anyMatch(type::equalsIgnoreCase);
    }

    private <P extends ComponentProvider> String known(Class<P> kind) {
        return "one of "
                + all(kind).stream()
                        .map(ComponentProvider::alias)
                        .distinct()
                        .sorted(String.CASE_INSENSITIVE_ORDER)
                        .collect(Collectors.joining(", "));
    }

    private <P extends ComponentProvider> String suggestion(Class<P> kind, String type, List<String> classNames) {
        List<String> names = new ArrayList<>();
        all(kind).forEach(provider -> {
            names.add(provider.alias());
            names.addAll(provider.otherNames());
        });
        names.addAll(classNames);
        String nearest = type.isEmpty() ? null : NearestKey.of(type, names);
        return nearest == null ? "" : "; did you mean " + nearest + "?";
    }
}
