package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads the settings of one component into records whose components carry {@link Setting}, and remembers which keys
 * were read, with which effect. All that is wrong with a record is found at once.
 *
 * <p>Owned by one thread.
 */
public final class SettingsBinder {
    private static final Pattern SECRET = Pattern.compile(
            "password|passwd|passphrase|secret|(?<!allow-plain-)token|credential|(api|access|private)[-_.]?key",
            Pattern.CASE_INSENSITIVE);

    /** As in {@code password="x"}, in the options of a login module or a URL, and {@code //user:x@host}. */
    private static final Pattern SECRET_INSIDE = Pattern.compile(
            "(password|passwd|passphrase|secret|token)\\s*=|://[^/@\\s:]*:[^/@\\s]+@", Pattern.CASE_INSENSITIVE);

    private final String owner;
    private final ConfigValue anchor;
    private final Map<String, ConfigValue> values;
    private final Set<String> used = new TreeSet<>();
    private final Set<String> known = new LinkedHashSet<>();
    private final Map<String, String> effective = new TreeMap<>();
    private final Map<String, Object> bound = new TreeMap<>();
    private final List<ConfigurationProblem> problems = new ArrayList<>();

    /**
     * Reads from {@code values}, whose keys are relative to the component.
     *
     * @param owner the component, for messages, e.g. {@code source r1}
     * @param anchor where the component is defined, shown with keys that are missing; may be null
     */
    public SettingsBinder(String owner, ConfigValue anchor, Map<String, ConfigValue> values) {
        this.owner = owner;
        this.anchor = anchor;
        this.values = values;
    }

    /**
     * Reads settings that no file holds, for programs and tests.
     *
     * @throws ConfigurationException with all that is wrong, unknown keys included
     */
    public static <R extends Record> R bind(Class<R> type, Map<String, String> settings) {
        Map<String, ConfigValue> values = new LinkedHashMap<>();
        settings.forEach((key, value) -> values.put(key, ConfigValue.of(key, value)));
        SettingsBinder binder = new SettingsBinder(type.getSimpleName(), null, values);
        R record = binder.bind(type);
        List<ConfigurationProblem> unknown = binder.unknownKeys(Set.of());
        if (!unknown.isEmpty()) {
            throw failure(unknown);
        }
        return record;
    }

    /**
     * Reads a record.
     *
     * @throws ConfigurationException with all that is wrong with it
     */
    public <R extends Record> R bind(Class<R> type) {
        int before = problems.size();
        Optional<R> record = tryBind(type);
        List<ConfigurationProblem> errors = problems.subList(before, problems.size()).stream()
                .filter(problem -> problem.severity() == Severity.ERROR)
                .toList();
        if (!errors.isEmpty()) {
            throw failure(errors);
        }
        return record.orElseThrow();
    }

    /** Reads a record; empty when something is wrong, which {@link #problems()} then has. */
    public <R extends Record> Optional<R> tryBind(Class<R> type) {
        Set<String> plainKeys = new LinkedHashSet<>();
        settingsOf(type).forEach(setting -> {
            plainKeys.add(setting.key());
            plainKeys.addAll(Arrays.asList(setting.aliases()));
        });
        known.addAll(plainKeys);
        Optional<R> record = tryBind(type, plainKeys);
        if (record.orElse(null) instanceof SettingsRemarks talkative) {
            talkative.remarks().forEach(this::remark);
        }
        return record;
    }

    private void remark(SettingsRemarks.Remark remark) {
        ConfigValue written = values.get(remark.key());
        if (written != null) {
            problems.add(ConfigurationProblem.at(
                    written,
                    remark.severity(),
                    owner,
                    written.key() + ": " + shown(remark.key(), written.value()) + ": " + remark.text()));
        }
    }

    private <R extends Record> Optional<R> tryBind(Class<R> type, Set<String> plainKeys) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] arguments = new Object[components.length];
        boolean sound = true;
        for (int i = 0; i < components.length; i++) {
            if (isGroup(components[i])) {
                arguments[i] = tryBind(components[i].getType().asSubclass(Record.class), plainKeys)
                        .orElse(null);
                sound &= arguments[i] != null;
                continue;
            }
            Setting setting = settingOf(type, components[i]);
            try {
                arguments[i] = value(components[i].getGenericType(), setting, plainKeys);
                bound.put(setting.key(), arguments[i]);
            } catch (SettingParser.Unexpected e) {
                sound = false;
            }
        }
        return sound ? make(type, components, arguments) : Optional.empty();
    }

    /** All keys of a record, those of the records in it included, in the order in which they are written there. */
    public static List<Setting> settingsOf(Class<? extends Record> type) {
        List<Setting> settings = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            if (isGroup(component)) {
                settings.addAll(settingsOf(component.getType().asSubclass(Record.class)));
            } else {
                settings.add(settingOf(type, component));
            }
        }
        return List.copyOf(settings);
    }

    /**
     * Refuses a record that cannot be read, whatever is written.
     *
     * @throws IllegalArgumentException when a component has no {@link Setting}, a type that no text can be read as, or a
     *     default that is no value of it
     */
    public static void requireReadable(Class<? extends Record> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            if (isGroup(component)) {
                requireReadable(component.getType().asSubclass(Record.class));
                continue;
            }
            Setting setting = settingOf(type, component);
            if (setting.key().endsWith("*")) {
                if (component.getType() != Map.class) {
                    throw new IllegalArgumentException(type.getName() + "." + component.getName() + ": "
                            + component.getType().getName() + " (expected: a Map<String, String> for " + setting.key()
                            + ")");
                }
                continue;
            }
            try {
                SettingParser.parse(component.getGenericType(), setting, setting.byDefault());
            } catch (SettingParser.Unexpected e) {
                if (!setting.byDefault().isEmpty()) {
                    throw new IllegalArgumentException(
                            type.getName() + "." + component.getName() + ": default " + setting.byDefault()
                                    + " (expected: " + e.getMessage() + ")",
                            e);
                }
            }
        }
    }

    /** Errors, warnings and notices so far, in no order. */
    public List<ConfigurationProblem> problems() {
        return List.copyOf(problems);
    }

    /** What the component works with, by key, as it would be written; secrets are masked. */
    public Map<String, String> effective() {
        return new TreeMap<>(effective);
    }

    /** The value that a key got, by the key's name in its {@link Setting}; null when no record has it. */
    public Object boundValue(String key) {
        return bound.get(key);
    }

    /** The keys that records asked for, {@code prefix.*} included. */
    public Set<String> knownKeys() {
        return Set.copyOf(known);
    }

    /** Keys that no record asked for, each with the nearest that one did; {@code others} are known to somebody else. */
    public List<ConfigurationProblem> unknownKeys(Collection<String> others) {
        return unknownKeys(others, SettingsBinder::suggestion);
    }

    /** As {@link #unknownKeys(Collection)}; {@code advice} makes what stands behind the message of key and candidates. */
    List<ConfigurationProblem> unknownKeys(
            Collection<String> others, BiFunction<String, Collection<String>, String> advice) {
        List<String> candidates = new ArrayList<>(known);
        candidates.addAll(others);
        List<ConfigurationProblem> unknown = new ArrayList<>();
        values.forEach((key, value) -> {
            if (!used.contains(key) && others.stream().noneMatch(other -> matches(other, key))) {
                unknown.add(ConfigurationProblem.at(
                        value, Severity.WARNING, owner, value.key() + ": unknown key" + advice.apply(key, candidates)));
            }
        });
        return unknown;
    }

    /** What to say of a value that is read without the blank and {@code #...} at its end. */
    static String tailDropped(ConfigValue written, String bare) {
        return written.key() + ": " + shown(written.key(), written.value()) + ": read as " + shown(written.key(), bare)
                + " (expected: comments on lines of their own)";
    }

    /** What to say of a text with a blank and {@code #} in it. */
    static String tailOfText(ConfigValue written) {
        return written.key() + ": " + shown(written.key(), written.value())
                + ": what follows # is part of the value (expected: comments on lines of their own)";
    }

    /** {@code (did you mean ...?)}, or what there is. */
    static String suggestion(String written, Collection<String> candidates) {
        String nearest = NearestKey.of(written, candidates);
        if (nearest != null) {
            return " (did you mean " + nearest + "?)";
        }
        return candidates.isEmpty()
                ? " (expected: none)"
                : " (expected: one of " + String.join(", ", new TreeSet<>(candidates)) + ")";
    }

    /** Whether a key holds what must not be shown. */
    static boolean isSecret(String key) {
        return SECRET.matcher(key).find();
    }

    /** A value as it may be shown. */
    static String shown(String key, String value) {
        return isSecret(key) || SECRET_INSIDE.matcher(value).find() ? "***" : value;
    }

    static ConfigurationException failure(List<ConfigurationProblem> errors) {
        return new ConfigurationException(
                errors.stream().map(ConfigurationProblem::toString).collect(Collectors.joining("\n")));
    }

    private Object value(Type type, Setting setting, Set<String> plainKeys) throws SettingParser.Unexpected {
        if (setting.key().equals("*") || setting.key().endsWith(".*")) {
            return map(setting, plainKeys);
        }
        ConfigValue written = find(setting);
        if (!setting.noEffect().isEmpty()) {
            return withoutEffect(type, setting, written);
        }
        boolean optional = SettingParser.unwrapped(type) != type;
        if (written == null && setting.byDefault().isEmpty()) {
            if (optional) {
                return Optional.empty();
            } else if (type.getTypeName().startsWith("java.util.List")) {
                return List.of();
            }
            throw error(anchor, setting.key() + ": missing", expectationOf(setting));
        }
        Object parsed = written == null
                ? SettingParser.parse(type, setting, setting.byDefault())
                : parse(type, setting, written);
        effective.put(setting.key(), shown(setting.key(), SettingParser.print(parsed)));
        return optional ? Optional.of(parsed) : parsed;
    }

    private Optional<?> withoutEffect(Type type, Setting setting, ConfigValue written) {
        if (SettingParser.unwrapped(type) == type) {
            throw new IllegalArgumentException(
                    setting.key() + ": " + type + " (expected: an Optional, as it has no effect)");
        }
        if (written != null) {
            problems.add(ConfigurationProblem.at(
                    written,
                    Severity.NOTICE,
                    owner,
                    written.key() + ": " + shown(setting.key(), written.value()) + ": has no effect ("
                            + setting.noEffect() + ")"));
        }
        return Optional.empty();
    }

    private Object parse(Type type, Setting setting, ConfigValue written) throws SettingParser.Unexpected {
        String text = written.value();
        String bare = SettingParser.withoutComment(text);
        if (text.isEmpty()) {
            throw error(written, written.key() + ": empty", "a value, or no such line");
        }
        if (bare != null && SettingParser.isText(type) && !setting.word()) {
            warn(written, tailOfText(written));
        } else if (bare != null) {
            warn(written, tailDropped(written, bare));
            text = bare;
        }
        if (SettingParser.isText(type)) {
            warnOfQuotes(written);
        }
        try {
            return SettingParser.parse(type, setting, text);
        } catch (SettingParser.Unexpected e) {
            throw error(written, written.key() + ": " + shown(setting.key(), text), e.getMessage());
        }
    }

    /** As in a shell, where they would not be part of the value. */
    private void warnOfQuotes(ConfigValue written) {
        String text = written.value();
        char first = text.isEmpty() ? 0 : text.charAt(0);
        if (text.length() > 1 && (first == '"' || first == '\'') && text.charAt(text.length() - 1) == first) {
            warn(
                    written,
                    written.key() + ": " + shown(written.key(), text)
                            + ": the quotes are part of the value (expected: a value without quotes)");
        }
    }

    private Map<String, String> map(Setting setting, Set<String> plainKeys) {
        String prefix = setting.key().substring(0, setting.key().length() - 1);
        Map<String, String> entries = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(prefix) && key.length() > prefix.length() && !plainKeys.contains(key)) {
                used.add(key);
                if (!isNamed(setting, key.substring(prefix.length()), value)) {
                    return;
                }
                String bare = SettingParser.withoutComment(value.value());
                String text = bare != null && setting.word() ? bare : value.value();
                warnOfQuotes(value);
                entries.put(key.substring(prefix.length()), text);
                effective.put(key, shown(key, text));
                if (bare != null) {
                    warn(value, setting.word() ? tailDropped(value, bare) : tailOfText(value));
                }
            }
        });
        return Collections.unmodifiableMap(entries);
    }

    /** Whether the list that says what may stand below a prefix names it; a warning when it doesn't. */
    private boolean isNamed(Setting setting, String rest, ConfigValue value) {
        if (setting.below().isEmpty() || !(bound.get(setting.below()) instanceof List<?> list)) {
            return true;
        }
        List<String> names = list.stream().map(String::valueOf).toList();
        String name = rest.indexOf('.') < 0 ? rest : rest.substring(0, rest.indexOf('.'));
        if (!names.contains(name)) {
            String nearest = NearestKey.of(name, names);
            warn(
                    value,
                    value.key() + ": not read (expected: " + name + " in " + setting.below() + " = "
                            + String.join(" ", names) + (nearest == null ? "" : "; did you mean " + nearest + "?")
                            + ")");
            return false;
        }
        return true;
    }

    private ConfigValue find(Setting setting) {
        ConfigValue found = values.get(setting.key());
        used.add(setting.key());
        for (String alias : setting.aliases()) {
            ConfigValue other = values.get(alias);
            used.add(alias);
            if (found == null) {
                found = other;
            } else if (other != null) {
                warn(
                        other,
                        other.key() + ": " + shown(alias, other.value()) + ": not read (expected: only one of it and "
                                + found.key() + ")");
            }
        }
        return found;
    }

    private <R extends Record> Optional<R> make(Class<R> type, RecordComponent[] components, Object[] arguments) {
        try {
            Constructor<R> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return Optional.of(constructor.newInstance(arguments));
        } catch (InvocationTargetException e) {
            boolean refused =
                    e.getCause() instanceof IllegalArgumentException || e.getCause() instanceof ConfigurationException;
            if (e.getCause() instanceof Error error) {
                throw error;
            } else if (refused) {
                refuse(e.getCause().getMessage());
            } else {
                String what = anchor == null ? owner : anchor.key() + ": " + anchor.value();
                problems.add(ConfigurationProblem.at(
                        anchor,
                        Severity.ERROR,
                        owner,
                        what + ": " + type.getName() + " throws " + e.getCause()
                                + " (expected: an IllegalArgumentException that says what is wrong)"));
            }
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName() + ": cannot be made of its settings", e);
        }
    }

    /** A record's own check: when its message begins with a key, the key's place is shown. */
    private void refuse(String message) {
        String key = message == null || message.indexOf(':') < 0 ? "" : message.substring(0, message.indexOf(':'));
        ConfigValue written = values.get(key);
        String shown = written == null ? message : written.key() + message.substring(key.length());
        problems.add(ConfigurationProblem.at(written == null ? anchor : written, Severity.ERROR, owner, shown));
    }

    private SettingParser.Unexpected error(ConfigValue place, String what, String expectation) {
        String prefix = place == anchor && anchor != null ? prefixOf(anchor.key()) : "";
        problems.add(ConfigurationProblem.at(
                place, Severity.ERROR, owner, prefix + what + " (expected: " + expectation + ")"));
        return new SettingParser.Unexpected(expectation);
    }

    /** {@code a1.sources.r1.} of {@code a1.sources.r1.type}. */
    private static String prefixOf(String key) {
        return key.substring(0, key.lastIndexOf('.') + 1);
    }

    private void warn(ConfigValue place, String message) {
        problems.add(ConfigurationProblem.at(place, Severity.WARNING, owner, message));
    }

    /** The first sentence of the documentation, to stand in brackets. */
    private static String expectationOf(Setting setting) {
        String doc = setting.doc();
        int end = doc.indexOf(". ");
        String sentence =
                end >= 0 ? doc.substring(0, end) : doc.endsWith(".") ? doc.substring(0, doc.length() - 1) : doc;
        boolean word = sentence.length() > 1 && Character.isLowerCase(sentence.charAt(1));
        return word ? Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1) : sentence;
    }

    private static boolean matches(String pattern, String key) {
        return pattern.endsWith("*") ? key.startsWith(pattern.substring(0, pattern.length() - 1)) : pattern.equals(key);
    }

    private static boolean isGroup(RecordComponent component) {
        return component.getType().isRecord() && component.getAnnotation(Setting.class) == null;
    }

    private static Setting settingOf(Class<?> type, RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            throw new IllegalArgumentException(
                    type.getName() + "." + component.getName() + " has no @Setting (expected: one on each component)");
        }
        return setting;
    }
}
