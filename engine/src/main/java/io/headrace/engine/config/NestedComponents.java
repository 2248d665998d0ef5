package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.spi.ComponentLookup;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks components that another component makes, such as the serializer of a sink. Used once. */
final class NestedComponents {
    private final ComponentRegistry registry;
    private final ComponentSettings owner;
    private final List<ConfigurationProblem> problems = new ArrayList<>();

    NestedComponents(ComponentRegistry registry, ComponentSettings owner) {
        this.registry = registry;
        this.owner = owner;
    }

    /** What is wrong with the components that settings of {@code type} name; {@code bound} has read them. */
    List<ConfigurationProblem> check(Class<? extends Record> type, SettingsBinder bound) {
        for (Setting setting : SettingsBinder.settingsOf(type)) {
            if (setting.names() != ComponentProvider.class && bound.boundValue(setting.key()) instanceof String name) {
                check(setting, name);
            }
        }
        return problems;
    }

    private void check(Setting setting, String name) {
        ConfigValue written = owner.values().getOrDefault(setting.key(), owner.type());
        ComponentLookup<? extends ComponentProvider> found = registry.lookup(setting.names(), name);
        if (found.provider() == null) {
            problems.add(ConfigurationProblem.at(
                    written, Severity.ERROR, owner.owner(), found.message(owner.prefix() + setting.key(), name)));
            return;
        }
        String prefix = setting.key() + ".";
        Map<String, ConfigValue> own = new LinkedHashMap<>();
        owner.values().forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                own.put(key.substring(prefix.length()), value);
            }
        });
        ConfigValue anchor = new ConfigValue(owner.prefix() + prefix + "type", name, written.file(), written.line());
        SettingsBinder binder = new SettingsBinder(owner.owner(), anchor, own);
        binder.tryBind(found.provider().settingsType());
        problems.addAll(binder.problems());
        problems.addAll(binder.unknownKeys(Set.of()));
    }
}
