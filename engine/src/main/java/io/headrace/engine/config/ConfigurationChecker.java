package io.headrace.engine.config;

import io.headrace.engine.config.AgentConfiguration.SinkConfiguration;
import io.headrace.engine.config.AgentConfiguration.SinkGroupConfiguration;
import io.headrace.engine.config.AgentConfiguration.SourceConfiguration;
import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.spi.ComponentRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks the keys of one agent and makes its configuration of them. Used once. */
final class ConfigurationChecker {
    private final AgentKeys keys;
    private final CheckContext context;
    private final List<ConfigurationProblem> problems;
    private final boolean lenient;
    private final long memoryBytes;

    /** @param memoryBytes that the process may take outside the heap */
    ConfigurationChecker(
            AgentKeys keys,
            ComponentRegistry registry,
            List<ConfigurationProblem> problems,
            boolean lenient,
            long memoryBytes) {
        this.keys = keys;
        this.context = new CheckContext(keys, registry, FlumeCatalogue.standard(), new Findings(problems));
        this.problems = problems;
        this.lenient = lenient;
        this.memoryBytes = memoryBytes;
    }

    AgentConfiguration check() {
        ChannelCheck channelCheck = new ChannelCheck(context);
        SourceCheck sourceCheck = new SourceCheck(context);
        SinkCheck sinkCheck = new SinkCheck(context);
        List<ComponentSettings> channels = new ArrayList<>();
        context.declared("channels").forEach(name -> channelCheck.check(name).ifPresent(channels::add));
        List<SourceConfiguration> sources = new ArrayList<>();
        context.declared("sources").forEach(name -> sourceCheck.check(name).ifPresent(sources::add));
        List<SinkConfiguration> sinks = new ArrayList<>();
        context.declared("sinks").forEach(name -> sinkCheck.check(name).ifPresent(sinks::add));
        SinkGroupCheck groupCheck = new SinkGroupCheck(context);
        List<SinkGroupConfiguration> groups = groupCheck.check();
        context.findings.addAll(context.batchSizes.problems());
        new TopologyCheck(context, groupCheck).check();
        new TimestampCheck(context).check();
        context.memory.check(memoryBytes, lenient, context.findings, context.effective);
        AgentConfiguration all = new AgentConfiguration(
                keys.agent(),
                context.memory.channels(channels),
                context.memory.sources(sources),
                sinks,
                groups,
                context.effective);
        AgentConfiguration kept = lenient ? BrokenParts.leaveOut(all, problems) : all;
        refuseEmpty(kept);
        return kept;
    }

    /** Where errors say why nothing runs they are enough. */
    private void refuseEmpty(AgentConfiguration kept) {
        boolean runs = !kept.channels().isEmpty()
                && !(kept.sources().isEmpty() && kept.sinks().isEmpty());
        boolean explained = !lenient && problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
        if (!runs && !explained) {
            Map<String, ConfigValue> lists = keys.lists();
            ConfigValue any = lists.isEmpty() ? null : lists.values().iterator().next();
            context.findings.error(
                    lists.getOrDefault("channels", any),
                    null,
                    keys.agent()
                            + ": nothing to run (expected: at least one channel and one source or sink that work)");
        }
    }
}
