package io.headrace.engine.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Checks sink groups; only groups of one sink with the processor {@code default} can be run. */
final class SinkGroupCheck {
    private static final String DEFAULT = "default";
    private static final String PRIORITY = "priority.";

    private final CheckContext context;
    private final Map<String, String> groupOfSink = new HashMap<>();

    SinkGroupCheck(CheckContext context) {
        this.context = context;
    }

    void check() {
        context.declared("sinkgroups").forEach(this::check);
    }

    /** Whether all these sinks are members of the same group. */
    boolean isOneGroup(Collection<String> sinks) {
        return sinks.stream().allMatch(groupOfSink::containsKey)
                && sinks.stream().map(groupOfSink::get).distinct().count() == 1;
    }

    private void check(String group) {
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
        processor(title, processor, members, sinks);
        values.forEach((key, value) -> {
            if (!key.equals("sinks") && !key.startsWith("processor.")) {
                context.findings.warn(
                        value,
                        null,
                        value.key() + ": unknown key"
                                + SettingsBinder.suggestion(key, List.of("sinks", "processor.type")));
            }
        });
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

    private void processor(String title, Map<String, ConfigValue> values, ConfigValue members, List<String> sinks) {
        ConfigValue written = values.get("type");
        ConfigValue type = written == null ? null : context.bareType(written, title);
        Map<String, ConfigValue> settings = CheckContext.without(values, Set.of("type"));
        if (type == null || type.value().equalsIgnoreCase(DEFAULT)) {
            if (sinks.size() > 1) {
                context.findings.error(
                        members,
                        title,
                        members.key() + ": " + members.value() + " (expected: one sink with the processor default)");
            }
            settings.forEach((key, value) -> context.findings.warn(
                    value,
                    null,
                    value.key() + ": unknown key" + context.advice.on("processor", DEFAULT, key, List.of("type"))));
            return;
        }
        Optional<FlumeType> known = context.types.inFlumeOnly("processor", type);
        context.findings.error(
                type,
                title,
                known.isPresent()
                        ? context.types.refusal("processor", type)
                        : type.key() + ": " + type.value() + " (expected: default)");
        known.ifPresent(processor -> {
            processor.check(title, type, settings, context.findings, context.advice);
            priorities(title, settings, sinks);
        });
    }

    /** Names and numbers of failover's priorities. */
    private void priorities(String title, Map<String, ConfigValue> settings, List<String> sinks) {
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
            String number = SettingParser.bare(value.value());
            String other = taken.putIfAbsent(number, sink);
            if (other != null) {
                context.findings.error(
                        value,
                        title,
                        value.key() + ": " + number + ": is the priority of " + other
                                + " (expected: each number once, the largest works first)");
            }
        });
    }
}
