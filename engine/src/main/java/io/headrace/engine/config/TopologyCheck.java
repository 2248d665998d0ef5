package io.headrace.engine.config;

import io.headrace.engine.config.AgentConfiguration.SinkConfiguration;
import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Warns of flows that can run but are seldom meant. */
final class TopologyCheck {
    private final AgentKeys keys;
    private final List<ConfigurationProblem> problems;

    TopologyCheck(AgentKeys keys, List<ConfigurationProblem> problems) {
        this.keys = keys;
        this.problems = problems;
    }

    void warnOfCompetingSinks(List<SinkConfiguration> sinks) {
        Map<String, List<SinkConfiguration>> byChannel = sinks.stream()
                .collect(Collectors.groupingBy(SinkConfiguration::channel, LinkedHashMap::new, Collectors.toList()));
        byChannel.forEach((channel, sharing) -> {
            long types = sharing.stream()
                    .map(sink -> sink.settings().type().value().toLowerCase(Locale.ROOT))
                    .distinct()
                    .count();
            if (types > 1) {
                SinkConfiguration last = sharing.get(sharing.size() - 1);
                String names = sharing.stream()
                        .map(sink -> sink.settings().name() + " ("
                                + sink.settings().type().value() + ")")
                        .collect(Collectors.joining(", "));
                warn(
                        last.settings().type(),
                        "channel " + channel + ": sinks " + names + " share it, so each event goes to one of them"
                                + " (expected: a channel for each sink where each is to get all events)");
            }
        });
    }

    void warnOfOneSidedChannels(List<ComponentSettings> channels) {
        for (ComponentSettings channel : channels) {
            String name = channel.name();
            if (!mentioned("sources", "channels", name)) {
                warn(channel.type(), "channel " + name + ": no source (expected: a source that names it)");
            }
            boolean drops = channel.type().value().equalsIgnoreCase("null");
            if (!drops && !mentioned("sinks", "channel", name)) {
                warn(
                        channel.type(),
                        "channel " + name + ": no sink, it fills up and holds its sources"
                                + " (expected: a sink that names it)");
            }
        }
    }

    private boolean mentioned(String group, String key, String channel) {
        return keys.components().get(group).values().stream()
                .map(values -> values.get(key))
                .anyMatch(value -> value != null
                        && SettingParser.list(SettingParser.bare(value.value())).contains(channel));
    }

    private void warn(ConfigValue place, String message) {
        problems.add(ConfigurationProblem.at(place, Severity.WARNING, null, message));
    }
}
