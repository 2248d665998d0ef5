package io.headrace.tools.components;

import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRole;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One key of a component.
 *
 * @param key as it is written
 * @param aliases other spellings
 * @param type what may be written, in words
 * @param unit what a bare number counts, or empty
 * @param byDefault what holds when nothing is written, or empty
 * @param required whether it must be written
 * @param min smallest number, or null
 * @param max largest number, or null
 * @param noEffect why the key changes nothing; empty when it does
 * @param meaning what it is for
 */
public record SettingDoc(
        String key,
        List<String> aliases,
        String type,
        String unit,
        String byDefault,
        boolean required,
        Long min,
        Long max,
        String noEffect,
        String meaning) {
    private static final Set<String> TIMES = Set.of("us", "ms", "s", "m", "h", "d");
    private static final String LARGEST = Long.toString(Long.MAX_VALUE);

    /** The keys of a settings record, those of the records in it included, in order. */
    static List<SettingDoc> of(Class<? extends Record> settings) {
        List<SettingDoc> docs = new ArrayList<>();
        for (RecordComponent component : settings.getRecordComponents()) {
            Setting setting = component.getAnnotation(Setting.class);
            if (setting == null) {
                docs.addAll(of(component.getType().asSubclass(Record.class)));
            } else {
                docs.add(of(setting, component.getGenericType()));
            }
        }
        return docs;
    }

    private static SettingDoc of(Setting setting, Type declared) {
        boolean optional = raw(declared) == Optional.class;
        Type type = optional ? ((ParameterizedType) declared).getActualTypeArguments()[0] : declared;
        Class<?> raw = raw(type);
        boolean required = setting.byDefault().isEmpty() && !optional && raw != List.class && raw != Map.class;
        return new SettingDoc(
                setting.key(),
                List.of(setting.aliases()),
                words(setting, type),
                setting.unit(),
                setting.byDefault(),
                required,
                setting.min() == Long.MIN_VALUE ? null : setting.min(),
                setting.max() == Long.MAX_VALUE ? null : setting.max(),
                setting.noEffect(),
                setting.doc());
    }

    /** Whether the agent reads it for something. */
    boolean hasEffect() {
        return noEffect.isEmpty();
    }

    /** Type, range and default on one line. */
    String value() {
        StringBuilder value = new StringBuilder(type);
        String range = range();
        if (!range.isEmpty()) {
            value.append(", ").append(range);
        }
        if (required) {
            value.append("; required");
        } else if (!byDefault.isEmpty()) {
            value.append("; default ").append(shownDefault());
        }
        return value.toString();
    }

    /** The default for people. */
    String shownDefault() {
        return byDefault.equals(LARGEST) ? "no limit" : byDefault;
    }

    /** Smallest and largest number, or nothing. */
    String range() {
        if (min != null && max != null) {
            return min + " to " + max;
        } else if (min != null) {
            return "at least " + min;
        }
        return max != null ? "at most " + max : "";
    }

    private static String words(Setting setting, Type type) {
        Class<?> raw = raw(type);
        String unit = setting.unit();
        if (setting.names() != ComponentProvider.class) {
            return "name or class of " + ComponentRole.of(setting.names()).withArticle();
        } else if (raw == boolean.class || raw == Boolean.class) {
            return "true or false";
        } else if (raw == Duration.class) {
            return "time in " + (unit.isEmpty() ? "ms" : unit) + " (or with ms, s, m, h, d)";
        } else if (raw == String.class) {
            return "text";
        } else if (raw == Path.class) {
            return "path";
        } else if (raw == Map.class) {
            return "text for each key";
        } else if (raw == List.class) {
            return ((ParameterizedType) type).getActualTypeArguments()[0] == Path.class
                    ? "paths, with commas between them"
                    : "names, with blanks between them";
        } else if (raw.isEnum()) {
            return choice(Arrays.stream(raw.getEnumConstants())
                    .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
                    .toList());
        } else if (unit.equals("bytes")) {
            return "size in bytes (or with k, m, g)";
        } else if (raw == double.class || raw == Double.class) {
            return "decimal number";
        } else if (TIMES.contains(unit)) {
            return "time in " + unit;
        } else if (unit.equals("percent")) {
            return "percentage";
        }
        return unit.isEmpty() ? "number" : "number of " + unit;
    }

    private static String choice(List<String> words) {
        int last = words.size() - 1;
        return last < 1 ? String.join("", words) : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }

    private static Class<?> raw(Type type) {
        return type instanceof ParameterizedType p ? (Class<?>) p.getRawType() : (Class<?>) type;
    }
}
