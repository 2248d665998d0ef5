package io.headrace.engine.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A source or sink as it is written, also when it cannot run.
 *
 * @param kind which of them
 * @param name in the configuration
 * @param type its {@code type}, or null when there is none
 * @param alias the short name of its type in lower case; the type itself when nobody knows it, empty without one
 * @param list where its channels are named, or null
 * @param channels their names, those that exist
 * @param optional those of a source that its selector never requires
 * @param interceptors of a source, those that can be used
 * @param written keys relative to the component
 */
record DeclaredPart(
        ComponentKind kind,
        String name,
        ConfigValue type,
        String alias,
        ConfigValue list,
        List<String> channels,
        Set<String> optional,
        List<ComponentSettings> interceptors,
        Map<String, ConfigValue> written) {
    boolean isA(String... aliases) {
        return List.of(aliases).contains(alias);
    }

    /** The value of a key without a comment, in lower case; empty when it is not written. */
    String word(String key) {
        ConfigValue value = written.get(key);
        return value == null ? "" : SettingParser.bare(value.value()).toLowerCase(Locale.ROOT);
    }
}
