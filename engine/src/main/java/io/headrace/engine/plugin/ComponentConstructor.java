package io.headrace.engine.plugin;

import io.headrace.engine.config.Setting;
import io.headrace.engine.config.SettingsBinder;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentRole;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The public constructor by which a component of a class is made: of its settings, its context, both in this order, or
 * nothing; the one with the most parameters. Immutable.
 *
 * @param type the component's class
 * @param settings its settings: the record that the constructor takes or, when it doesn't, the record nested in the
 *     class; any settings when there is no such record
 */
record ComponentConstructor(Class<?> type, Constructor<?> constructor, Class<? extends Record> settings) {
    /** Settings of a class of which nobody knows what it reads. */
    record AnySettings(
            @Setting(key = "*", doc = "Whatever the class reads.")
            Map<String, String> all) {}

    /** Settings of a class that cannot read any. */
    record NoSettings() {}

    /** The constructor of a class, or nothing when it has none that the agent can call. */
    static Optional<ComponentConstructor> of(Class<?> type, ComponentRole role) {
        return Arrays.stream(type.getConstructors())
                .filter(constructor -> isUsable(constructor, role))
                .max(Comparator.comparingInt(Constructor::getParameterCount))
                .map(constructor -> new ComponentConstructor(type, constructor, settingsOf(type, constructor)));
    }

    /** What it may look like, for messages. */
    static String expected(ComponentRole role) {
        String context = role.context().getSimpleName();
        return "a public constructor (" + context + "), (SETTINGS, " + context
                + "), (SETTINGS) or (), where SETTINGS is a" + " record with @Setting on its components";
    }

    Object make(ComponentContext context) {
        Object[] arguments = Arrays.stream(constructor.getParameterTypes())
                .map(parameter -> parameter.isRecord() ? context.settings(settings) : context)
                .toArray();
        try {
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException thrown) {
                throw thrown;
            } else if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(type.getName() + ": its constructor threw " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName() + ": cannot be made", e);
        }
    }

    private static boolean isUsable(Constructor<?> constructor, ComponentRole role) {
        Class<?>[] parameters = constructor.getParameterTypes();
        return switch (parameters.length) {
            case 0 -> true;
            case 1 -> isSettings(parameters[0]) || parameters[0].isAssignableFrom(role.context());
            case 2 -> isSettings(parameters[0]) && parameters[1].isAssignableFrom(role.context());
            default -> false;
        };
    }

    private static Class<? extends Record> settingsOf(Class<?> type, Constructor<?> constructor) {
        Class<?>[] parameters = constructor.getParameterTypes();
        if (parameters.length == 0) {
            return NoSettings.class;
        } else if (isSettings(parameters[0])) {
            return parameters[0].asSubclass(Record.class);
        }
        List<Class<?>> nested = Arrays.stream(type.getDeclaredClasses())
                .filter(ComponentConstructor::isSettings)
                .toList();
        return nested.size() == 1 ? nested.get(0).asSubclass(Record.class) : AnySettings.class;
    }

    /** Records in the class that hold no settings are its own affair. */
    private static boolean isSettings(Class<?> type) {
        if (!type.isRecord()) {
            return false;
        }
        try {
            SettingsBinder.settingsOf(type.asSubclass(Record.class));
            return true;
        } catch (IllegalArgumentException withoutSetting) {
            return false;
        }
    }
}
