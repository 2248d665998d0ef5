package io.headrace.engine.config;

import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Says what to write in place of a key that nobody reads. Immutable. */
final class KeyAdvice {
    /** More are not listed: nobody reads them in a message. */
    private static final int LISTED = 8;

    private record KeysOf(String alias, List<String> keys) {}

    private final ComponentRegistry registry;
    private final FlumeCatalogue catalogue;

    KeyAdvice(ComponentRegistry registry, FlumeCatalogue catalogue) {
        this.registry = registry;
        this.catalogue = catalogue;
    }

    /**
     * In brackets, to stand behind "unknown key".
     *
     * @param kind as {@link ComponentKind#word()}
     * @param alias the component's type
     * @param key relative to the component
     * @param candidates the keys that the component reads
     */
    String on(String kind, String alias, String key, Collection<String> candidates) {
        Optional<FlumeKey> mistake =
                catalogue.find(kind, alias).flatMap(type -> type.key(key)).filter(FlumeKey::isMistake);
        if (mistake.isPresent()) {
            return mistake(mistake.get(), key);
        }
        List<String> all = new ArrayList<>(candidates);
        all.addAll(keysOfAgent(kind));
        String nearest = NearestKey.of(key, all);
        if (nearest != null) {
            return " (did you mean " + nearest + "?)";
        }
        String other = ownerOf(kind, key);
        if (alias.equalsIgnoreCase(other)) {
            return " (expected: no such line; only Flume's " + other + " has this key)";
        } else if (other != null) {
            return " (expected: a key of " + alias + "; " + other + " has it)";
        }
        return candidates.size() <= LISTED
                ? SettingsBinder.suggestion(key, candidates)
                : " (expected: a key of " + alias + ", see: headrace help components " + alias + ")";
    }

    /** What the agent itself reads of components of a kind. */
    private static List<String> keysOfAgent(String kind) {
        return switch (kind) {
            case "source" -> List.of("channels", "interceptors", "selector.type");
            case "sink" -> List.of("channel", "cursor");
            default -> List.of();
        };
    }

    private static String mistake(FlumeKey known, String key) {
        if (known.kind() == FlumeKey.Kind.NO_KEY) {
            return " (expected: no such line; " + known.note() + ")";
        }
        String[] note = known.note().split("\\s+", 2);
        return " (expected: " + known.meant(key) + (note.length > 1 ? "; " + note[1] : "") + ")";
    }

    /** Another type of the kind that has exactly this key, or null. */
    private String ownerOf(String kind, String key) {
        List<KeysOf> all = new ArrayList<>();
        ComponentTypes.providers(kind)
                .ifPresent(type -> registry.all(type).forEach(provider -> all.add(keysOf(provider))));
        catalogue.all(kind).forEach(type -> all.add(new KeysOf(type.alias(), type.keyNames())));
        return all.stream()
                .filter(type -> type.keys().contains(key))
                .map(KeysOf::alias)
                .findFirst()
                .orElse(null);
    }

    private static KeysOf keysOf(ComponentProvider provider) {
        List<String> keys = SettingsBinder.settingsOf(provider.settingsType()).stream()
                .map(Setting::key)
                .toList();
        return new KeysOf(provider.alias(), keys);
    }
}
