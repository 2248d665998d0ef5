package io.headrace.engine.config;

import io.headrace.engine.config.AgentConfiguration.SinkConfiguration;
import io.headrace.engine.config.AgentConfiguration.SinkGroupConfiguration;
import io.headrace.engine.config.AgentConfiguration.SourceConfiguration;
import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Leaves out what cannot run and what hangs on it, as Flume does. */
final class BrokenParts {
    private BrokenParts() {}

    /** Adds a warning for what is left out for another component's sake; errors say it of their own. */
    static AgentConfiguration leaveOut(AgentConfiguration all, List<ConfigurationProblem> problems) {
        Set<String> broken = new LinkedHashSet<>();
        for (ConfigurationProblem problem : problems) {
            if (problem.severity() == Severity.ERROR && problem.component() != null) {
                broken.add(problem.component());
            }
        }
        List<ComponentSettings> channels = all.channels().stream()
                .filter(channel -> !broken.contains(channel.title()))
                .toList();
        List<String> names = channels.stream().map(ComponentSettings::name).toList();
        List<SourceConfiguration> sources = new ArrayList<>();
        for (SourceConfiguration source : all.sources()) {
            if (broken.contains(source.settings().title())) {
                continue;
            }
            List<String> left =
                    source.channels().stream().filter(names::contains).toList();
            source.channels().stream()
                    .filter(channel -> !names.contains(channel))
                    .forEach(channel -> problems.add(warning(
                            source.settings(),
                            "channels: " + channel + ": left out"
                                    + (left.isEmpty()
                                            ? ", and source "
                                                    + source.settings().name() + " with it"
                                            : ""))));
            if (!left.isEmpty()) {
                sources.add(new SourceConfiguration(
                        source.settings(),
                        left,
                        source.optional(),
                        source.selector(),
                        source.interceptors(),
                        source.compression(),
                        source.maxBackoffSleep()));
            }
        }
        List<SinkConfiguration> sinks = new ArrayList<>();
        for (SinkConfiguration sink : all.sinks()) {
            if (broken.contains(sink.settings().title())) {
                continue;
            } else if (names.contains(sink.channel())) {
                sinks.add(sink);
            } else {
                problems.add(warning(
                        sink.settings(),
                        "channel: " + sink.channel() + ": left out, and sink "
                                + sink.settings().name() + " with it"));
            }
        }
        return new AgentConfiguration(
                all.name(), channels, sources, sinks, groups(all, broken, sinks), all.effective());
    }

    /** Groups with the sinks that are left; the sinks of one that is broken work without it. */
    private static List<SinkGroupConfiguration> groups(
            AgentConfiguration all, Set<String> broken, List<SinkConfiguration> sinks) {
        List<String> names = sinks.stream().map(sink -> sink.settings().name()).toList();
        List<SinkGroupConfiguration> groups = new ArrayList<>();
        for (SinkGroupConfiguration group : all.groups()) {
            List<String> left = group.sinks().stream().filter(names::contains).toList();
            if (!left.isEmpty() && !broken.contains(group.settings().title())) {
                groups.add(new SinkGroupConfiguration(group.settings(), left));
            }
        }
        return groups;
    }

    private static ConfigurationProblem warning(ComponentSettings user, String message) {
        return ConfigurationProblem.at(
                user.type(), Severity.WARNING, null, user.prefix() + message + " (expected: a channel without errors)");
    }
}
