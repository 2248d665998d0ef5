package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The keys of one agent, sorted by component. Immutable.
 *
 * @param agent its name
 * @param lists {@code sources}, {@code channels}, {@code sinks}, {@code sinkgroups}
 * @param components settings by group, name and the rest of the key
 */
record AgentKeys(
        String agent, Map<String, ConfigValue> lists, Map<String, Map<String, Map<String, ConfigValue>>> components) {
    static final List<String> GROUPS = List.of("sources", "channels", "sinks", "sinkgroups");

    /** Sorts {@code own}, whose keys no longer begin with the agent's name; the key in the value does. */
    static AgentKeys of(String agent, Map<String, ConfigValue> own, List<ConfigurationProblem> problems) {
        Map<String, ConfigValue> lists = new LinkedHashMap<>();
        Map<String, Map<String, Map<String, ConfigValue>>> components = new LinkedHashMap<>();
        GROUPS.forEach(group -> components.put(group, new LinkedHashMap<>()));
        own.forEach((key, value) -> {
            String[] parts = key.split("\\.", 3);
            if (parts[0].equals("configfilters")) {
                problems.add(ConfigurationProblem.at(
                        value,
                        Severity.ERROR,
                        null,
                        value.key() + ": " + value.value()
                                + " (expected: ${env:NAME} or ${sys:NAME}; there are no configuration filters)"));
            } else if (!GROUPS.contains(parts[0])) {
                problems.add(ConfigurationProblem.at(
                        value,
                        Severity.WARNING,
                        null,
                        value.key() + ": unknown key" + SettingsBinder.suggestion(parts[0], GROUPS)));
            } else if (parts.length == 1) {
                lists.put(key, value);
            } else if (parts.length == 2) {
                problems.add(ConfigurationProblem.at(
                        value,
                        Severity.WARNING,
                        null,
                        value.key() + ": not read (expected: " + value.key() + ".KEY = VALUE)"));
            } else {
                components
                        .get(parts[0])
                        .computeIfAbsent(parts[1], name -> new LinkedHashMap<>())
                        .put(parts[2], value);
            }
        });
        return new AgentKeys(agent, lists, components);
    }

    /** The component that a key without the agent's name belongs to, as in messages; null when to none. */
    static String ownerOf(String key) {
        String[] parts = key.split("\\.", 3);
        return parts.length == 3 && Set.of("sources", "channels", "sinks").contains(parts[0])
                ? parts[0].substring(0, parts[0].length() - 1) + " " + parts[1]
                : null;
    }

    /** The settings of a component; empty when there are none. */
    Map<String, ConfigValue> settings(String group, String name) {
        return components.get(group).getOrDefault(name, Map.of());
    }
}
