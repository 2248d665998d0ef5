package io.headrace.engine.config;

import io.headrace.engine.config.AgentConfiguration.SinkConfiguration;
import io.headrace.engine.config.AgentConfiguration.SourceConfiguration;
import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Leaves out what cannot run and what hangs on it, as Flume does. */
final class BrokenParts {
    private BrokenParts() {}

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
            List<String> left =
                    source.channels().stream().filter(names::contains).toList();
            if (!broken.contains(source.settings().title()) && !left.isEmpty()) {
                sources.add(new SourceConfiguration(
                        source.settings(), left, source.selector(), source.interceptors(), source.maxBackoffSleep()));
            } else {
                broken.add(source.settings().title());
            }
        }
        List<SinkConfiguration> sinks = new ArrayList<>();
        for (SinkConfiguration sink : all.sinks()) {
            if (!broken.contains(sink.settings().title()) && names.contains(sink.channel())) {
                sinks.add(sink);
            } else {
                broken.add(sink.settings().title());
            }
        }
        broken.forEach(component -> problems.add(ConfigurationProblem.at(
                null, Severity.WARNING, null, component + ": left out (expected: a component without errors)")));
        return new AgentConfiguration(all.name(), channels, sources, sinks, all.effective());
    }
}
