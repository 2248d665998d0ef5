package io.headrace.engine.config;

import io.headrace.engine.config.AgentConfiguration.SinkGroupConfiguration;
import io.headrace.engine.group.SinkGroup;
import io.headrace.engine.spi.ComponentLookup;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.wal.CursorStart;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Checks what is written about sink groups. */
final class SinkGroupCheck {
    private static final String PROCESSOR = "processor";
    private static final String DEFAULT = "default";
    private static final String FAILOVER = "failover";
    private static final String LOAD_BALANCE = "load_balance";
    private static final String PRIORITY = "priority.";
    private static final List<String> SELECTORS = List.of("round_robin", "random", "hash");

    private final CheckContext context;
    private final Map<String, String> groupOfSink = new HashMap<>();

    SinkGroupCheck(CheckContext context) {
        this.context = context;
    }

    List<SinkGroupConfiguration> check() {
        List<SinkGroupConfiguration> groups = new ArrayList<>();
        context.declared("sinkgroups").forEach(group -> check(group).ifPresent(groups::add));
        return groups;
    }

    /** Whether all these sinks are members of the same group. */
    boolean isOneGroup(Collection<String> sinks) {
        return sinks.stream().allMatch(groupOfSink::containsKey)
                && sinks.stream().map(groupOfSink::get).distinct().count() == 1;
    }

    private Optional<SinkGroupConfiguration> check(String group) {
        String title = "sinkgroup " + group;
        Map<String, ConfigValue> values = context.keys.settings("sinkgroups", group);
        ConfigValue members = values.get("sinks");
        List<String> sinks = List.of();
        if (members == null) {
            ConfigValue misplaced = values.get("processor.sinks");
            context.findings.error(
                    misplaced == null ? context.keys.lists().get("sinkgroups") : misplaced,
                    title,
                    context.keys.agent() + ".sinkgroups." + group + ".sinks: missing (expected: names of sinks"
                            + (misplaced == null ? "" : "; did you mean it by processor.sinks?") + ")");
        } else {
            sinks = members(group, title, members);
        }
        Map<String, ConfigValue> processor = CheckContext.below(values, "processor.");
        if (members == null) {
            processor.remove("sinks");
        }
        ComponentSettings settings = members == null && !processor.containsKey("type")
                ? null
                : processor(group, title, processor, members, sinks);
        values.forEach((key, value) -> {
            if (!key.equals("sinks") && !key.startsWith("processor.")) {
                context.findings.warn(
                        value,
                        null,
                        value.key() + ": unknown key"
                                + SettingsBinder.suggestion(key, List.of("sinks", "processor.type")));
            }
        });
        return settings == null || sinks.isEmpty()
                ? Optional.empty()
                : Optional.of(new SinkGroupConfiguration(settings, sinks));
    }

    private List<String> members(String group, String title, ConfigValue members) {
        List<String> found = new ArrayList<>();
        List<String> known = context.declared("sinks");
        for (String sink : SettingParser.list(context.findings.withoutComment(members, title))) {
            String other = groupOfSink.putIfAbsent(sink, group);
            found.add(sink);
            if (!known.contains(sink)) {
                context.findings.error(
                        members,
                        title,
                        members.key() + ": " + sink + ": no such sink" + SettingsBinder.suggestion(sink, known));
            } else if (other != null) {
                context.findings.error(
                        members,
                        title,
                        members.key() + ": " + sink + ": is in group " + other + " (expected: each sink in one group)");
            }
        }
        return found;
    }

    /** The processor with its settings; null with an error when nothing makes it. */
    private ComponentSettings processor(
            String group, String title, Map<String, ConfigValue> values, ConfigValue members, List<String> sinks) {
        ConfigValue written = values.get("type");
        ConfigValue type = written != null
                ? context.bareType(written, title)
                : new ConfigValue(
                        context.keys.agent() + ".sinkgroups." + group + ".processor.type",
                        DEFAULT,
                        members.file(),
                        members.line());
        ComponentProvider.OfSinkProcessor provider =
                context.provider(ComponentProvider.OfSinkProcessor.class, PROCESSOR, type, title);
        if (provider == null) {
            return null;
        }
        ComponentSettings settings = new ComponentSettings(
                ComponentKind.SINKGROUP, group, type, CheckContext.without(values, Set.of("type")));
        SettingsBinder binder = settings.binder();
        binder.tryBind(provider.settingsType());
        context.findings.addAll(binder.problems());
        context.findings.addAll(binder.unknownKeys(
                Set.of(), (key, candidates) -> context.advice.on(PROCESSOR, provider.alias(), key, candidates)));
        binder.effective().forEach((key, value) -> context.effective.put(settings.prefix() + key, value));
        context.effective.put(type.key(), type.value());
        if (members != null) {
            suits(provider.alias(), title, members, sinks);
            shared(title, members, sinks);
        }
        if (provider.alias().equals(FAILOVER)) {
            priorities(title, type, settings.values(), sinks);
        } else if (provider.alias().equals(LOAD_BALANCE)) {
            selector(title, settings.values(), sinks);
        }
        return settings;
    }

    /** How many sinks a processor is for. */
    private void suits(String processor, String title, ConfigValue members, List<String> sinks) {
        if (processor.equals(DEFAULT) && sinks.size() > 1) {
            context.findings.error(
                    members,
                    title,
                    members.key() + ": " + members.value() + " (expected: one sink with the processor default)");
        } else if (processor.equals(LOAD_BALANCE) && sinks.size() == 1) {
            context.findings.error(
                    members,
                    title,
                    members.key() + ": " + members.value()
                            + " (expected: two sinks or more with the processor load_balance)");
        } else if (sinks.size() > SinkGroup.MOST_MEMBERS) {
            context.findings.error(
                    members,
                    title,
                    members.key() + ": " + sinks.size() + " sinks (expected: <= " + SinkGroup.MOST_MEMBERS + ")");
        }
    }

    /** Sinks of a group take from one place. */
    private void shared(String title, ConfigValue members, List<String> sinks) {
        DeclaredPart first = null;
        for (String sink : sinks) {
            DeclaredPart part = context.parts.stream()
                    .filter(one -> one.kind() == ComponentKind.SINK
                            && one.name().equals(sink)
                            && !one.channels().isEmpty())
                    .findFirst()
                    .orElse(null);
            if (part == null) {
                continue;
            } else if (first == null) {
                first = part;
            } else if (!place(part).equals(place(first))) {
                context.findings.error(
                        members,
                        title,
                        members.key() + ": " + sink + ": takes from " + place(part) + " (expected: " + place(first)
                                + ", as " + first.name() + "; the sinks of a group share a channel)");
            }
        }
    }

    private static String place(DeclaredPart sink) {
        String cursor = sink.word("cursor");
        return "channel " + sink.channels().get(0)
                + (cursor.isEmpty() || cursor.equals(CursorStart.SINKS) ? "" : " at cursor " + cursor);
    }

    private void selector(String title, Map<String, ConfigValue> settings, List<String> sinks) {
        ConfigValue written = settings.get("selector");
        String name = written == null ? SELECTORS.get(0) : SettingParser.bare(written.value());
        boolean hash = name.equalsIgnoreCase("hash");
        if (SELECTORS.stream().noneMatch(name::equalsIgnoreCase)) {
            ComponentLookup<ComponentProvider.OfSinkSelector> found =
                    context.types.lookup(ComponentProvider.OfSinkSelector.class, name);
            if (found.provider() == null) {
                String nearest = NearestKey.of(name, SELECTORS);
                int sought = found.expected().indexOf("; no such class");
                context.findings.error(
                        written,
                        title,
                        found.found().isEmpty()
                                ? written.key() + ": " + name + " (expected: one of " + String.join(", ", SELECTORS)
                                        + ", a class name"
                                        + (sought < 0 ? "" : found.expected().substring(sought))
                                        + (sought >= 0 || nearest == null ? "" : "; did you mean " + nearest + "?")
                                        + ")"
                                : found.message(written.key(), name));
            }
        }
        ConfigValue header = settings.get("selector.header");
        if (header != null && !hash) {
            context.findings.warn(
                    header, null, header.key() + ": not read (expected: with processor.selector = hash only)");
        }
        if (hash) {
            tokens(written, sinks);
        }
    }

    /** Sinks that go on after a kill where their token says keep none of parts of frames. */
    private void tokens(ConfigValue selector, List<String> sinks) {
        List<String> keeping = context.parts.stream()
                .filter(part ->
                        part.kind() == ComponentKind.SINK && sinks.contains(part.name()) && part.isA("file_roll"))
                .map(DeclaredPart::name)
                .toList();
        if (!keeping.isEmpty()) {
            context.findings.warn(
                    selector,
                    null,
                    selector.key() + ": hash: after a kill what was under way comes twice to "
                            + String.join(", ", keeping)
                            + " (expected: sinks link, which drop it, or another selector)");
        }
    }

    /** Names and numbers of failover's priorities. */
    private void priorities(String title, ConfigValue type, Map<String, ConfigValue> settings, List<String> sinks) {
        Map<String, String> taken = new TreeMap<>();
        new LinkedHashMap<>(settings).forEach((key, value) -> {
            if (!key.startsWith(PRIORITY)) {
                return;
            }
            String sink = key.substring(PRIORITY.length());
            if (!sinks.contains(sink)) {
                context.findings.warn(
                        value, title, value.key() + ": no sink of this group" + SettingsBinder.suggestion(sink, sinks));
            }
            String number = SettingParser.bare(value.value()).trim();
            if (!isNumber(number)) {
                context.findings.error(value, title, value.key() + ": " + number + " (expected: a whole number)");
                return;
            }
            String other = taken.putIfAbsent(number, sink);
            if (other != null) {
                context.findings.error(
                        value,
                        title,
                        value.key() + ": " + number + ": is the priority of " + other
                                + " (expected: each number once, the largest works first)");
            }
        });
        List<String> without = sinks.stream()
                .filter(sink -> !settings.containsKey(PRIORITY + sink))
                .toList();
        if (!without.isEmpty() && sinks.size() > 1) {
            String prefix = type.key().substring(0, type.key().lastIndexOf('.') + 1);
            context.findings.warn(
                    type,
                    null,
                    prefix + "priority: none for " + String.join(", ", without)
                            + ", which come after all that have one, in the order of the group (expected: " + prefix
                            + PRIORITY + without.get(0) + " = a whole number)");
        }
    }

    private static boolean isNumber(String text) {
        try {
            Long.parseLong(text);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
