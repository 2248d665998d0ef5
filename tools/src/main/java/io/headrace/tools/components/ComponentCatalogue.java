package io.headrace.tools.components;

import io.headrace.engine.config.NearestKey;
import io.headrace.engine.plugin.PlugIn;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.ComponentRole;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What components there are. Immutable. */
public final class ComponentCatalogue {
    private final ComponentRegistry registry;
    private final List<ComponentDoc> all;

    private ComponentCatalogue(ComponentRegistry registry, List<ComponentDoc> all) {
        this.registry = registry;
        this.all = List.copyOf(all);
    }

    /** All components of a registry, by role and name. */
    public static ComponentCatalogue of(ComponentRegistry registry) {
        List<ComponentDoc> docs = new ArrayList<>();
        for (ComponentRole role : ComponentRole.values()) {
            registry.all(role.provider()).stream()
                    .map(provider -> doc(registry, role, provider))
                    .sorted(Comparator.comparing(ComponentDoc::name, String.CASE_INSENSITIVE_ORDER))
                    .forEach(docs::add);
        }
        return new ComponentCatalogue(registry, docs);
    }

    private static ComponentDoc doc(ComponentRegistry registry, ComponentRole role, ComponentProvider provider) {
        return ComponentDoc.of(
                role, provider, registry.plugInOf(provider).map(PlugIn::name).orElse(""));
    }

    /** All of them. */
    public List<ComponentDoc> all() {
        return all;
    }

    /** Those of a role. */
    public List<ComponentDoc> all(ComponentRole role) {
        return all.stream().filter(doc -> doc.role() == role).toList();
    }

    /** The role that a word means, in singular or plural; null when it means none. */
    public static ComponentRole role(String word) {
        String wanted = word.toLowerCase(Locale.ROOT).replace('-', ' ').replace('_', ' ');
        for (ComponentRole role : ComponentRole.values()) {
            if (wanted.equals(role.word()) || wanted.equals(role.word() + "s")) {
                return role;
            }
        }
        return null;
    }

    /**
     * The components of a name.
     *
     * @param role which kind, or null for every
     * @param name alias, other name or class
     */
    public List<ComponentDoc> find(ComponentRole role, String name) {
        List<ComponentDoc> found = new ArrayList<>();
        for (ComponentRole each : ComponentRole.values()) {
            ComponentProvider provider = role == null || role == each
                    ? registry.lookup(each.provider(), name).provider()
                    : null;
            if (provider != null) {
                found.add(doc(registry, each, provider));
            }
        }
        return found;
    }

    /** What somebody probably meant, and what there is. */
    public String expected(ComponentRole role, String name) {
        List<String> names = all.stream()
                .filter(doc -> role == null || doc.role() == role)
                .map(ComponentDoc::name)
                .distinct()
                .sorted(String.CASE_INSENSITIVE_ORDER)
                .toList();
        String nearest = NearestKey.of(name, names);
        return "one of " + String.join(", ", names) + (nearest == null ? "" : "; did you mean " + nearest + "?");
    }
}
