package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The keys of one or several properties files: a later file replaces what an earlier one has, with the place where the
 * winner was written. Immutable once made.
 *
 * @param files in the order in which they were given
 * @param values by full key, trimmed, in the order in which keys were first written
 * @param problems files that cannot be read, and keys written twice in one file
 */
record ConfigurationFiles(List<Path> files, Map<String, ConfigValue> values, List<ConfigurationProblem> problems) {
    private static final List<String> KINDS = List.of("sources", "channels", "sinks");

    /** Reads all files, each once; one that cannot be read is an error among {@link #problems}. */
    static ConfigurationFiles read(List<Path> files) {
        List<List<ConfigValue>> read = new ArrayList<>();
        List<ConfigurationProblem> problems = new ArrayList<>();
        for (Path file : files) {
            try {
                read.add(PropertiesFile.read(file));
            } catch (ConfigurationException e) {
                problems.add(unreadable(file, e));
            }
        }
        return new ConfigurationFiles(files, merge(read, problems), problems);
    }

    /** As if {@code text} stood in {@code file}. */
    static ConfigurationFiles parse(Path file, String text) {
        List<ConfigurationProblem> problems = new ArrayList<>();
        List<List<ConfigValue>> read = new ArrayList<>();
        try {
            read.add(PropertiesFile.parse(file, text));
        } catch (ConfigurationException e) {
            problems.add(unreadable(file, e));
        }
        return new ConfigurationFiles(List.of(file), merge(read, problems), problems);
    }

    boolean isReadable() {
        return problems.stream().noneMatch(problem -> problem.severity() == Severity.ERROR);
    }

    /** The names that have a list of sources, channels or sinks. */
    TreeSet<String> agents() {
        TreeSet<String> agents = new TreeSet<>();
        for (String key : values.keySet()) {
            int dot = key.indexOf('.');
            if (dot > 0 && KINDS.contains(key.substring(dot + 1))) {
                agents.add(key.substring(0, dot));
            }
        }
        return agents;
    }

    /** The reader's message begins with file and line, which here stand by themselves. */
    private static ConfigurationProblem unreadable(Path file, ConfigurationException failure) {
        String message = String.valueOf(failure.getMessage());
        String rest = message.substring(file.toString().length() + 1);
        int colon = rest.indexOf(':');
        boolean placed = colon > 0 && rest.substring(0, colon).chars().allMatch(Character::isDigit);
        int line = placed ? Integer.parseInt(rest.substring(0, colon)) : 0;
        return new ConfigurationProblem(
                Severity.ERROR,
                file,
                line,
                null,
                placed ? rest.substring(colon + 1).trim() : rest.trim());
    }

    private static Map<String, ConfigValue> merge(List<List<ConfigValue>> read, List<ConfigurationProblem> problems) {
        Map<String, ConfigValue> all = new LinkedHashMap<>();
        for (List<ConfigValue> entries : read) {
            Map<String, ConfigValue> inThisFile = new LinkedHashMap<>();
            for (ConfigValue entry : entries) {
                ConfigValue trimmed =
                        new ConfigValue(entry.key().trim(), entry.value().trim(), entry.file(), entry.line());
                ConfigValue before = inThisFile.put(trimmed.key(), trimmed);
                if (before != null) {
                    problems.add(ConfigurationProblem.at(
                            trimmed,
                            Severity.WARNING,
                            null,
                            trimmed.key() + ": " + SettingsBinder.shown(trimmed.key(), trimmed.value())
                                    + ": replaces the value in line " + before.line() + " (expected: each key once)"));
                }
            }
            all.putAll(inThisFile);
        }
        return all;
    }
}
