package io.headrace.engine.config;

import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRole;
import java.util.Set;

/** Checks components that another component makes, such as the serializer of a sink. */
final class NestedComponents {
    private final CheckContext context;
    private final ComponentSettings owner;

    NestedComponents(CheckContext context, ComponentSettings owner) {
        this.context = context;
        this.owner = owner;
    }

    /** Checks the components that settings of {@code type} name; {@code bound} has read them. */
    void check(Class<? extends Record> type, SettingsBinder bound) {
        for (Setting setting : SettingsBinder.settingsOf(type)) {
            if (setting.names() != ComponentProvider.class && bound.boundValue(setting.key()) instanceof String name) {
                check(setting, name);
            }
        }
    }

    private void check(Setting setting, String name) {
        String kind = ComponentRole.of(setting.names()).word();
        ConfigValue place = owner.values().getOrDefault(setting.key(), owner.type());
        ConfigValue named = new ConfigValue(owner.prefix() + setting.key(), name, place.file(), place.line());
        ComponentProvider found = context.provider(setting.names(), kind, named, owner.owner());
        if (found == null) {
            return;
        }
        ConfigValue type = new ConfigValue(named.key() + ".type", name, place.file(), place.line());
        SettingsBinder binder =
                new SettingsBinder(owner.owner(), type, CheckContext.below(owner.values(), setting.key() + "."));
        binder.tryBind(found.settingsType());
        context.findings.addAll(binder.problems());
        context.findings.addAll(binder.unknownKeys(
                Set.of(), (key, candidates) -> context.advice.on(kind, found.alias(), key, candidates)));
    }
}
