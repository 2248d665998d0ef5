package io.headrace.engine.config;

import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the checks of one agent's components have in common. Owned by one thread, used once. */
final class CheckContext {
    final AgentKeys keys;
    final ComponentTypes types;
    final KeyAdvice advice;
    final Findings findings;
    final BatchSizeCheck batchSizes = new BatchSizeCheck();
    final FolderCheck folders;
    final MemoryCheck memory = new MemoryCheck();

    /** Every setting of every component with the value in use, by full key. */
    final Map<String, String> effective = new TreeMap<>();

    /** The sources and sinks that are written, in order. */
    final List<DeclaredPart> parts = new ArrayList<>();

    private final Map<String, List<String>> declared = new LinkedHashMap<>();

    CheckContext(AgentKeys keys, ComponentRegistry registry, FlumeCatalogue catalogue, Findings findings) {
        this.keys = keys;
        this.types = new ComponentTypes(registry, catalogue);
        this.advice = new KeyAdvice(registry, catalogue);
        this.findings = findings;
        this.folders = new FolderCheck(findings);
    }

    /** The names of a list; at its first use with warnings for what is defined but not in it. */
    List<String> declared(String group) {
        List<String> known = declared.get(group);
        if (known == null) {
            known = readList(group);
            declared.put(group, known);
        }
        return known;
    }

    private List<String> readList(String group) {
        ConfigValue list = keys.lists().get(group);
        Set<String> names = new LinkedHashSet<>();
        if (list != null) {
            for (String name : SettingParser.list(findings.withoutComment(list, null))) {
                if (!names.add(name)) {
                    findings.warn(list, null, list.key() + ": " + name + " twice (expected: each name once)");
                }
            }
            if (names.isEmpty()) {
                findings.error(list, null, list.key() + ": empty (expected: names, or no such line)");
            }
        }
        Map<String, Map<String, ConfigValue>> components = keys.components().get(group);
        List<String> bare =
                names.stream().filter(name -> !components.containsKey(name)).toList();
        components.forEach((name, values) -> {
            if (!names.contains(name)) {
                ConfigValue first = first(values);
                String nearest = NearestKey.of(name, bare);
                findings.warn(
                        first,
                        null,
                        first.key() + ": not read (expected: " + name + " in " + keys.agent() + "." + group
                                + (nearest == null ? "" : "; did you mean " + nearest + "?") + ")");
            }
        });
        return List.copyOf(names);
    }

    /** The type without a comment; null with an error when it is missing. */
    ConfigValue type(String kind, String name, Map<String, ConfigValue> written) {
        String group = kind + "s";
        String title = kind + " " + name;
        ConfigValue type = written.get("type");
        if (type != null) {
            return bareType(type, title);
        }
        String key = keys.agent() + "." + group + "." + name + ".type";
        String choice = "one of " + String.join(", ", types.names(kind));
        if (written.isEmpty()) {
            ConfigValue list = keys.lists().get(group);
            findings.error(
                    list,
                    title,
                    list.key() + ": " + name + ": not configured (expected: " + key + " = " + choice + ")");
        } else {
            findings.error(first(written), title, key + ": missing (expected: " + choice + ")");
        }
        return null;
    }

    ConfigValue bareType(ConfigValue type, String title) {
        return type.withValue(findings.withoutComment(type, title));
    }

    /** What makes the component; null with an error when nothing does. */
    <P extends ComponentProvider> P provider(Class<P> provider, String kind, ConfigValue type, String title) {
        P found = types.find(provider, type);
        if (type != null && found == null) {
            findings.error(type, title, types.refusal(kind, type));
        }
        return found;
    }

    /** Checks settings against the component's record; {@code others} are keys that somebody else reads. */
    SettingsBinder bind(ComponentSettings settings, ComponentProvider provider, Set<String> others) {
        SettingsBinder binder = settings.binder();
        binder.tryBind(provider.settingsType()).ifPresent(read -> memory.part(settings, read));
        findings.addAll(binder.problems());
        findings.addAll(binder.unknownKeys(
                others, (key, candidates) -> advice.on(settings.kind().word(), provider.alias(), key, candidates)));
        new NestedComponents(this, settings).check(provider.settingsType(), binder);
        effective.put(settings.type().key(), settings.type().value());
        binder.effective().forEach((key, value) -> effective.put(settings.prefix() + key, value));
        return binder;
    }

    /** Checks settings against what is known of Flume's component, when nothing here runs it. */
    void checkAsFlume(ComponentSettings settings) {
        types.inFlumeOnly(settings.kind().word(), settings.type())
                .ifPresent(
                        known -> known.check(settings.owner(), settings.type(), settings.values(), findings, advice));
    }

    /** Whether a channel is in the agent's list; an error at {@code user} when not. */
    boolean isDeclaredChannel(String channel, ConfigValue user, String title) {
        List<String> known = declared("channels");
        if (!known.contains(channel)) {
            findings.error(
                    user,
                    title,
                    user.key() + ": " + channel + ": no such channel"
                            + (known.isEmpty()
                                    ? " (expected: " + channel + " in " + keys.agent() + ".channels)"
                                    : SettingsBinder.suggestion(channel, known)));
            return false;
        }
        return true;
    }

    static ConfigValue first(Map<String, ConfigValue> written) {
        return written.values().iterator().next();
    }

    static Map<String, ConfigValue> below(Map<String, ConfigValue> values, String prefix) {
        Map<String, ConfigValue> found = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(prefix) && key.length() > prefix.length()) {
                found.put(key.substring(prefix.length()), value);
            }
        });
        return found;
    }

    static Map<String, ConfigValue> without(Map<String, ConfigValue> values, Set<String> read) {
        Map<String, ConfigValue> left = new LinkedHashMap<>(values);
        left.keySet().removeAll(read);
        return left;
    }
}
