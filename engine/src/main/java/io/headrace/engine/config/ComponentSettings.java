package io.headrace.engine.config;

import java.util.Map;

/**
 * What is written about one component.
 *
 * @param kind what it is
 * @param name in the configuration; {@code source.interceptor} for an interceptor, that of its source for a selector
 * @param type its {@code type}, never null; with its place
 * @param values keys relative to the component, without those that only the agent reads
 */
public record ComponentSettings(ComponentKind kind, String name, ConfigValue type, Map<String, ConfigValue> values) {
    /** As in messages, e.g. {@code source r1}. */
    public String title() {
        return kind == ComponentKind.SELECTOR ? "selector of " + name : kind.word() + " " + name;
    }

    /** The component that cannot start without this one: itself, or its source. */
    public String owner() {
        return switch (kind) {
            case SELECTOR -> "source " + name;
            case INTERCEPTOR -> "source " + name.substring(0, name.indexOf('.'));
            default -> title();
        };
    }

    /** {@code a1.sources.r1.}, with which the full keys begin. */
    public String prefix() {
        String key = type.key();
        return key.substring(0, key.lastIndexOf('.') + 1);
    }

    /** A binder for these settings. */
    public SettingsBinder binder() {
        return new SettingsBinder(owner(), type, values);
    }
}
