package io.headrace.engine.config;

import io.headrace.engine.plugin.ClassLookup;
import io.headrace.engine.spi.ComponentLookup;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Finds the component that a {@code type} names: one that runs here, or one that only Flume has. Immutable. */
final class ComponentTypes {
    private static final Map<String, Class<? extends ComponentProvider>> PROVIDERS = Map.of(
            "source", ComponentProvider.OfSource.class,
            "channel", ComponentProvider.OfChannel.class,
            "sink", ComponentProvider.OfSink.class,
            "interceptor", ComponentProvider.OfInterceptor.class,
            "selector", ComponentProvider.OfSelector.class,
            "serializer", ComponentProvider.OfSerializer.class,
            "processor", ComponentProvider.OfSinkProcessor.class);

    private final ComponentRegistry registry;
    private final FlumeCatalogue catalogue;

    ComponentTypes(ComponentRegistry registry, FlumeCatalogue catalogue) {
        this.registry = registry;
        this.catalogue = catalogue;
    }

    /** What makes components of a kind; the kind as {@link ComponentKind#word()}, also {@code processor}. */
    static Optional<Class<? extends ComponentProvider>> providers(String kind) {
        return Optional.ofNullable(PROVIDERS.get(kind));
    }

    /** The component that runs here, or null. */
    <P extends ComponentProvider> P find(Class<P> kind, ConfigValue type) {
        return type == null ? null : registry.find(kind, type.value());
    }

    /** The component of a type, or what keeps it from being one. */
    <P extends ComponentProvider> ComponentLookup<P> lookup(Class<P> kind, String type) {
        return registry.lookup(kind, type);
    }

    /** The component of Flume that does not run here. */
    Optional<FlumeType> inFlumeOnly(String kind, ConfigValue type) {
        return type == null || registry.find(PROVIDERS.get(kind), type.value()) != null
                ? Optional.empty()
                : catalogue.find(kind, type.value());
    }

    /** The short name of a type in lower case, or what is written when nobody knows it. */
    String alias(String kind, ConfigValue type) {
        if (type == null) {
            return "";
        }
        ComponentProvider provider = registry.find(PROVIDERS.get(kind), type.value());
        String alias = provider != null
                ? provider.alias()
                : catalogue.find(kind, type.value()).map(FlumeType::alias).orElse(type.value());
        return alias.toLowerCase(Locale.ROOT);
    }

    /** The short names of a kind. */
    List<String> names(String kind) {
        return registry.all(PROVIDERS.get(kind)).stream()
                .map(ComponentProvider::alias)
                .sorted(String.CASE_INSENSITIVE_ORDER)
                .toList();
    }

    /** What to say of a type that does not run here. */
    String refusal(String kind, ConfigValue type) {
        String choice = "one of " + String.join(", ", names(kind));
        if (type.value().isEmpty()) {
            return type.key() + ": empty (expected: " + choice + ")";
        }
        String begin = type.key() + ": " + type.value() + " (expected: ";
        Optional<FlumeType> known = catalogue.find(kind, type.value());
        if (known.isPresent()) {
            String instead =
                    known.get().instead().isEmpty() ? choice : known.get().instead();
            return begin + instead + "; this version has no " + kind + " "
                    + known.get().alias() + ")";
        }
        ComponentLookup<? extends ComponentProvider> looked = registry.lookup(PROVIDERS.get(kind), type.value());
        String other = looked.found().isEmpty() ? otherKind(kind, type.value()) : null;
        if (!looked.found().isEmpty() || other == null && ClassLookup.isClassName(type.value())) {
            return looked.message(type.key(), type.value());
        }
        String nearest = nearest(kind, type.value());
        return begin + choice
                + (other != null ? "; " + type.value() + " is a " + other : "")
                + (other == null && nearest != null ? "; did you mean " + nearest + "?" : "") + ")";
    }

    private String nearest(String kind, String type) {
        String here = NearestKey.of(type, names(kind));
        if (here != null) {
            return here;
        }
        List<String> flumes = new ArrayList<>();
        catalogue.all(kind).forEach(known -> flumes.add(known.alias()));
        return NearestKey.of(type, flumes);
    }

    private String otherKind(String kind, String type) {
        for (String other : List.of("source", "channel", "sink", "interceptor", "selector")) {
            boolean known = registry.find(PROVIDERS.get(other), type) != null
                    || catalogue.find(other, type).isPresent();
            if (!other.equals(kind) && known) {
                return other;
            }
        }
        return null;
    }
}
