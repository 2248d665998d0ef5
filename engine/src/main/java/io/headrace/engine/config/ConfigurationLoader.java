package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.spi.ComponentRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Reads properties files in Flume's syntax into the configuration of one agent and finds all that is wrong with it in
 * one go. Nothing is opened or started. Immutable.
 */
public final class ConfigurationLoader {
    private final ComponentRegistry registry;
    private final UnaryOperator<String> environment;
    private final UnaryOperator<String> system;
    private final boolean lenient;

    /**
     * A loader.
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
        this.registry = registry;
        this.environment = environment;
        this.system = system;
        this.lenient = lenient;
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
        List<List<ConfigValue>> read = new ArrayList<>();
        List<ConfigurationProblem> unreadable = new ArrayList<>();
        for (Path file : files) {
            try {
                read.add(PropertiesFile.read(file));
            } catch (ConfigurationException e) {
                unreadable.add(ConfigurationProblem.at(null, Severity.ERROR, null, e.getMessage()));
            }
        }
        if (!unreadable.isEmpty()) {
            return new ConfigurationReport(unreadable, List.of(), List.of(), null);
        }
        return build(files, read, agentName);
    }

    /** Reads a text as if it stood in {@code file}. */
    public ConfigurationReport readText(Path file, String text, String agentName) {
        try {
            return build(List.of(file), List.of(PropertiesFile.parse(file, text)), agentName);
        } catch (ConfigurationException e) {
            return new ConfigurationReport(
                    List.of(ConfigurationProblem.at(null, Severity.ERROR, null, e.getMessage())),
                    List.of(),
                    List.of(),
                    null);
        }
    }

    private ConfigurationReport build(List<Path> files, List<List<ConfigValue>> read, String agentName) {
        List<ConfigurationProblem> problems = new ArrayList<>();
        registry.warnings()
                .forEach(warning -> problems.add(ConfigurationProblem.at(null, Severity.WARNING, null, warning)));
        Map<String, ConfigValue> all = merge(read, problems);
        TreeSet<String> agents = agentsIn(all);
        AgentConfiguration configuration = null;
        if (agents.contains(agentName)) {
            AgentKeys keys = AgentKeys.of(agentName, resolve(agentName, all, problems), problems);
            warnOfMisspeltAgents(agentName, agents, all, problems);
            configuration = new ConfigurationChecker(keys, registry, problems, lenient).check();
        } else {
            problems.add(ConfigurationProblem.at(
                    null,
                    Severity.ERROR,
                    null,
                    "agent: " + agentName + " (expected: "
                            + (agents.isEmpty()
                                    ? "an agent with sources, channels or sinks; there is none"
                                    : "one of " + String.join(", ", agents))
                            + " in " + files + ")"));
        }
        return report(files, problems, configuration);
    }

    private static Map<String, ConfigValue> merge(List<List<ConfigValue>> read, List<ConfigurationProblem> problems) {
        Map<String, ConfigValue> all = new LinkedHashMap<>();
        for (List<ConfigValue> entries : read) {
            for (ConfigValue entry : entries) {
                ConfigValue trimmed =
                        new ConfigValue(entry.key().trim(), entry.value().trim(), entry.file(), entry.line());
                ConfigValue before = all.put(trimmed.key(), trimmed);
                if (before != null && before.file().equals(trimmed.file())) {
                    problems.add(ConfigurationProblem.at(
                            trimmed,
                            Severity.WARNING,
                            null,
                            trimmed.key() + ": " + SettingsBinder.shown(trimmed.key(), trimmed.value())
                                    + ": replaces the value in line " + before.line() + " (expected: each key once)"));
                }
            }
        }
        return all;
    }

    private static TreeSet<String> agentsIn(Map<String, ConfigValue> all) {
        TreeSet<String> agents = new TreeSet<>();
        for (String key : all.keySet()) {
            int dot = key.indexOf('.');
            if (dot > 0 && List.of("sources", "channels", "sinks").contains(key.substring(dot + 1))) {
                agents.add(key.substring(0, dot));
            }
        }
        return agents;
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

    private static void warnOfMisspeltAgents(
            String agentName,
            TreeSet<String> agents,
            Map<String, ConfigValue> all,
            List<ConfigurationProblem> problems) {
        all.forEach((key, value) -> {
            String[] parts = key.split("\\.", 3);
            boolean component = parts.length == 3 && AgentKeys.GROUPS.contains(parts[1]);
            if (component && !agents.contains(parts[0]) && NearestKey.distance(parts[0], agentName) <= 2) {
                problems.add(ConfigurationProblem.at(
                        value,
                        Severity.WARNING,
                        null,
                        key + ": not read, no agent is called " + parts[0] + " (did you mean " + agentName + "?)"));
            }
        });
    }

    private ConfigurationReport report(
            List<Path> files, List<ConfigurationProblem> problems, AgentConfiguration configuration) {
        List<ConfigurationProblem> sorted = new ArrayList<>(problems);
        sorted.sort(Comparator.<ConfigurationProblem>comparingInt(
                        problem -> problem.file() == null ? -1 : files.indexOf(problem.file()))
                .thenComparingInt(ConfigurationProblem::line));
        List<ConfigurationProblem> errors = new ArrayList<>();
        List<ConfigurationProblem> warnings = new ArrayList<>();
        List<ConfigurationProblem> notices = new ArrayList<>();
        for (ConfigurationProblem problem : sorted) {
            boolean leftOut = lenient && problem.component() != null;
            if (problem.severity() == Severity.NOTICE) {
                notices.add(problem);
            } else if (problem.severity() == Severity.WARNING) {
                warnings.add(problem);
            } else if (leftOut) {
                warnings.add(problem.asWarning());
            } else {
                errors.add(problem);
            }
        }
        return new ConfigurationReport(
                List.copyOf(errors),
                List.copyOf(warnings),
                List.copyOf(notices),
                errors.isEmpty() ? configuration : null);
    }
}
