package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.spi.ComponentRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads properties files in Flume's syntax into the configuration of one agent and finds all that is wrong with it in
 * one go. Nothing is opened or started. Immutable.
 */
public final class ConfigurationLoader {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^{}:]+)");

    private final ComponentRegistry registry;
    private final UnaryOperator<String> environment;
    private final UnaryOperator<String> system;
    private final boolean lenient;
    private final long memoryBytes;

    /**
     * A loader for agents of this process.
     *
     * @param registry the components there are
     * @param environment value of an environment variable, or null
     * @param system value of a system property, or null
     * @param lenient whether broken components are left out with a warning, as Flume does
     */
    public ConfigurationLoader(
            ComponentRegistry registry,
            UnaryOperator<String> environment,
            UnaryOperator<String> system,
            boolean lenient) {
        this(registry, environment, system, lenient, ProcessMemory.outsideHeapBytes());
    }

    private ConfigurationLoader(
            ComponentRegistry registry,
            UnaryOperator<String> environment,
            UnaryOperator<String> system,
            boolean lenient,
            long memoryBytes) {
        this.registry = registry;
        this.environment = environment;
        this.system = system;
        this.lenient = lenient;
        this.memoryBytes = memoryBytes;
    }

    /** The same for a process that may take so many bytes outside the heap. */
    ConfigurationLoader withMemory(long bytes) {
        return new ConfigurationLoader(registry, environment, system, lenient, bytes);
    }

    /** Reads files with all registered components and this process's environment; later files replace earlier keys. */
    public static ConfigurationReport load(List<Path> files, String agentName) {
        return standard(false).read(files, agentName);
    }

    /** A loader with all registered components and this process's environment. */
    public static ConfigurationLoader standard(boolean lenient) {
        return standard(ComponentRegistry.load(), lenient);
    }

    /** A loader with these components and this process's environment. */
    public static ConfigurationLoader standard(ComponentRegistry registry, boolean lenient) {
        return new ConfigurationLoader(registry, System::getenv, System::getProperty, lenient);
    }

    /** Reads files; later files replace keys of earlier ones. */
    public ConfigurationReport read(List<Path> files, String agentName) {
        return build(ConfigurationFiles.read(files), agentName);
    }

    /**
     * Reads files, each once, for all agents in them.
     *
     * @return a report for each agent in order of names; a single one without a name, which is not usable, when there is
     *     no agent or a file cannot be read
     */
    public List<ConfigurationReport> readAll(List<Path> files) {
        ConfigurationFiles read = ConfigurationFiles.read(files);
        TreeSet<String> agents = read.agents();
        if (!read.isReadable()) {
            return List.of(unreadable(read, null));
        } else if (agents.isEmpty()) {
            List<ConfigurationProblem> problems = new ArrayList<>(read.problems());
            problems.add(new ConfigurationProblem(
                    Severity.ERROR,
                    files.get(files.size() - 1),
                    0,
                    null,
                    "no agent (expected: keys such as NAME.sources, NAME.channels, NAME.sinks)"));
            return List.of(report(read.files(), null, problems, null));
        }
        return agents.stream().map(agent -> build(read, agent)).toList();
    }

    /** Reads a text as if it stood in {@code file}. */
    public ConfigurationReport readText(Path file, String text, String agentName) {
        return build(ConfigurationFiles.parse(file, text), agentName);
    }

    private ConfigurationReport build(ConfigurationFiles read, String agentName) {
        if (!read.isReadable()) {
            return unreadable(read, agentName);
        }
        List<ConfigurationProblem> problems = new ArrayList<>(read.problems());
        registry.warnings()
                .forEach(warning -> problems.add(ConfigurationProblem.at(null, Severity.WARNING, null, warning)));
        TreeSet<String> agents = read.agents();
        AgentConfiguration configuration = null;
        if (agents.contains(agentName)) {
            AgentKeys keys = AgentKeys.of(agentName, resolve(agentName, read.values(), problems), problems);
            warnOfUnknownAgents(agents, read.values(), problems);
            warnOfBareKeys(read.values(), problems);
            new PeerCheck(read.values(), problems).check(agentName);
            configuration = new ConfigurationChecker(keys, registry, problems, lenient, memoryBytes).check();
        } else {
            String nearest = NearestKey.of(agentName, agents);
            problems.add(ConfigurationProblem.at(
                    null,
                    Severity.ERROR,
                    null,
                    "agent: " + agentName + " (expected: "
                            + (agents.isEmpty()
                                    ? "an agent with sources, channels or sinks; there is none"
                                    : "one of " + String.join(", ", agents))
                            + " in "
                            + read.files().stream().map(Path::toString).collect(Collectors.joining(", "))
                            + (nearest == null ? "" : "; did you mean " + nearest + "?") + ")"));
        }
        return report(read.files(), agentName, problems, configuration);
    }

    private Map<String, ConfigValue> resolve(
            String agentName, Map<String, ConfigValue> all, List<ConfigurationProblem> problems) {
        Interpolator interpolator = new Interpolator(all, environment, system);
        Map<String, ConfigValue> own = new LinkedHashMap<>();
        String prefix = agentName + ".";
        all.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                try {
                    String resolved = interpolator.resolve(value).trim();
                    own.put(key.substring(prefix.length()), value.withValue(resolved));
                } catch (ConfigurationException e) {
                    problems.add(ConfigurationProblem.at(
                            value,
                            Severity.ERROR,
                            AgentKeys.ownerOf(key.substring(prefix.length())),
                            key + ": " + e.getMessage()));
                }
            }
        });
        return own;
    }

    /** Keys of components whose agent has no lists: mostly a name with a slip. */
    private static void warnOfUnknownAgents(
            TreeSet<String> agents, Map<String, ConfigValue> all, List<ConfigurationProblem> problems) {
        all.forEach((key, value) -> {
            String[] parts = key.split("\\.", 3);
            boolean component = parts.length == 3 && AgentKeys.GROUPS.contains(parts[1]);
            if (component && !agents.contains(parts[0])) {
                problems.add(ConfigurationProblem.at(
                        value,
                        Severity.WARNING,
                        null,
                        key + ": not read, no agent is called " + parts[0]
                                + SettingsBinder.suggestion(parts[0], agents)));
            }
        });
    }

    /** Keys of no agent that nothing refers to: mostly the rest of a value whose line does not say that it goes on. */
    private static void warnOfBareKeys(Map<String, ConfigValue> all, List<ConfigurationProblem> problems) {
        Set<String> referred = new HashSet<>();
        all.values().forEach(value -> REFERENCE
                .matcher(value.value())
                .results()
                .forEach(reference -> referred.add(reference.group(1))));
        all.forEach((key, value) -> {
            if (key.indexOf('.') < 0 && !referred.contains(key)) {
                problems.add(
                        ConfigurationProblem.at(
                                value,
                                Severity.WARNING,
                                null,
                                key
                                        + ": not read (expected: AGENT.KEY = VALUE, or a backslash at the end of the line before)"));
            }
        });
    }

    private static ConfigurationReport unreadable(ConfigurationFiles read, String agentName) {
        List<ConfigurationProblem> errors = read.problems().stream()
                .filter(problem -> problem.severity() == Severity.ERROR)
                .toList();
        return new ConfigurationReport(agentName, errors, null);
    }

    private ConfigurationReport report(
            List<Path> files, String agent, List<ConfigurationProblem> problems, AgentConfiguration configuration) {
        List<ConfigurationProblem> told = problems.stream()
                .map(problem -> lenient && problem.component() != null && problem.severity() == Severity.ERROR
                        ? problem.leftOut()
                        : problem)
                .distinct()
                .sorted(ConfigurationProblem.inOrderOf(files))
                .toList();
        boolean usable = told.stream().noneMatch(problem -> problem.severity() == Severity.ERROR);
        return new ConfigurationReport(agent, told, usable ? configuration : null);
    }
}
