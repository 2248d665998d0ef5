package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Checks sink groups; only groups of one sink with the processor {@code default} can be run. */
final class SinkGroupCheck {
    private static final List<String> PROCESSORS_OF_FLUME = List.of("failover", "load_balance");

    private final AgentKeys keys;
    private final List<ConfigurationProblem> problems;

    SinkGroupCheck(AgentKeys keys, List<ConfigurationProblem> problems) {
        this.keys = keys;
        this.problems = problems;
    }

    void check(List<String> groups, List<String> sinks) {
        Map<String, String> groupOfSink = new HashMap<>();
        for (String group : groups) {
            Map<String, ConfigValue> values = keys.settings("sinkgroups", group);
            String prefix = keys.agent() + ".sinkgroups." + group + ".";
            ConfigValue members = values.get("sinks");
            ConfigValue place = keys.lists().get("sinkgroups");
            if (members == null) {
                error(place, prefix + "sinks: missing (expected: names of sinks)");
            } else {
                members(group, members, sinks, groupOfSink);
            }
            processor(values.get("processor.type"), members);
            values.forEach((key, value) -> {
                if (!key.equals("sinks") && !key.startsWith("processor.")) {
                    problems.add(ConfigurationProblem.at(
                            value,
                            Severity.WARNING,
                            null,
                            value.key() + ": unknown key"
                                    + SettingsBinder.suggestion(key, List.of("sinks", "processor.type"))));
                }
            });
        }
    }

    private void members(String group, ConfigValue members, List<String> sinks, Map<String, String> groupOfSink) {
        for (String sink : SettingParser.list(SettingParser.bare(members.value()))) {
            String other = groupOfSink.putIfAbsent(sink, group);
            if (!sinks.contains(sink)) {
                error(members, members.key() + ": " + sink + ": no such sink" + SettingsBinder.suggestion(sink, sinks));
            } else if (other != null) {
                error(
                        members,
                        members.key() + ": " + sink + ": is in group " + other + " (expected: each sink in one group)");
            }
        }
    }

    private void processor(ConfigValue type, ConfigValue members) {
        String name =
                type == null ? "default" : SettingParser.bare(type.value()).toLowerCase(Locale.ROOT);
        if (PROCESSORS_OF_FLUME.contains(name)) {
            error(
                    type,
                    type.key() + ": " + type.value()
                            + " (expected: default; this version has no other sink processor, each sink works by"
                            + " itself)");
        } else if (!name.equals("default")) {
            error(type, type.key() + ": " + type.value() + " (expected: default)");
        } else if (members != null
                && SettingParser.list(SettingParser.bare(members.value())).size() > 1) {
            error(members, members.key() + ": " + members.value() + " (expected: one sink with the processor default)");
        }
    }

    private void error(ConfigValue place, String message) {
        problems.add(ConfigurationProblem.at(place, Severity.ERROR, null, message));
    }
}
