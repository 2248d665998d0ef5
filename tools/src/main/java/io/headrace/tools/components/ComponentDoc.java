package io.headrace.tools.components;

import io.headrace.engine.config.CommonKeys;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRole;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One component.
 *
 * @param role what it is
 * @param name its alias
 * @param otherNames what it is called as well
 * @param summary in one line
 * @param plugIn where it comes from, or empty when it is built in
 * @param keys its own, in the order in which they are worth reading
 * @param commonKeys those of every component of the role
 */
public record ComponentDoc(
        ComponentRole role,
        String name,
        List<String> otherNames,
        String summary,
        String plugIn,
        List<SettingDoc> keys,
        List<SettingDoc> commonKeys) {
    static ComponentDoc of(ComponentRole role, ComponentProvider provider, String plugIn) {
        List<SettingDoc> own = SettingDoc.of(provider.settingsType());
        Set<String> ownKeys = own.stream().map(SettingDoc::key).collect(Collectors.toSet());
        List<SettingDoc> common = CommonKeys.of(role).map(SettingDoc::of).orElse(List.of()).stream()
                .filter(key -> !ownKeys.contains(key.key()))
                .toList();
        return new ComponentDoc(
                role,
                provider.alias(),
                List.copyOf(provider.otherNames()),
                sentence(provider.summary()),
                plugIn,
                own,
                common);
    }

    /** {@code sink file_roll}. */
    String title() {
        return role.word() + " " + name;
    }

    /** How its keys stand in a file. */
    String keyPattern() {
        return switch (role) {
            case SOURCE -> "AGENT.sources.NAME.KEY = VALUE";
            case CHANNEL -> "AGENT.channels.NAME.KEY = VALUE";
            case SINK -> "AGENT.sinks.NAME.KEY = VALUE";
            case INTERCEPTOR -> "AGENT.sources.SOURCE.interceptors.NAME.KEY = VALUE";
            case SELECTOR -> "AGENT.sources.SOURCE.selector.KEY = VALUE";
            case SERIALIZER -> "AGENT.sinks.SINK.sink.serializer.KEY = VALUE";
            case SINK_PROCESSOR -> "AGENT.sinkgroups.GROUP.processor.KEY = VALUE";
            case SINK_SELECTOR -> "AGENT.sinkgroups.GROUP.processor.selector.KEY = VALUE";
        };
    }

    List<SettingDoc> keysWithEffect() {
        return keys.stream().filter(SettingDoc::hasEffect).toList();
    }

    List<SettingDoc> commonKeysWithEffect() {
        return commonKeys.stream().filter(SettingDoc::hasEffect).toList();
    }

    /** Its own and the common ones. */
    List<SettingDoc> keysWithoutEffect() {
        return Stream.concat(keys.stream(), commonKeys.stream())
                .filter(key -> !key.hasEffect())
                .toList();
    }

    private static String sentence(String summary) {
        String begun = summary.substring(0, 1).toUpperCase(Locale.ROOT) + summary.substring(1);
        return begun.endsWith(".") ? begun : begun + ".";
    }
}
