package io.headrace.engine.config;

import java.util.LinkedHashMap;
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

    /** The same refusal with the place of the key that its message begins with, or of the component. */
    public ConfigurationException located(ConfigurationException refusal) {
        String message = String.valueOf(refusal.getMessage());
        if (type.file() != null && message.startsWith(type.file() + ":")) {
            return refusal;
        }
        int colon = message.indexOf(':');
        ConfigValue written = colon < 0 ? null : values.get(message.substring(0, colon));
        String shown = message.startsWith(prefix()) ? message : prefix() + message;
        return new ConfigurationException((written == null ? type : written).place() + shown, refusal);
    }

    /** The same with another value of a key, which stands where the old one does, or the type. */
    ComponentSettings with(String key, String value) {
        ConfigValue old = values.get(key);
        Map<String, ConfigValue> changed = new LinkedHashMap<>(values);
        changed.put(
                key,
                old == null ? new ConfigValue(prefix() + key, value, type.file(), type.line()) : old.withValue(value));
        return new ComponentSettings(kind, name, type, changed);
    }

    /** A binder for these settings. */
    public SettingsBinder binder() {
        return new SettingsBinder(owner(), type, values);
    }
}
