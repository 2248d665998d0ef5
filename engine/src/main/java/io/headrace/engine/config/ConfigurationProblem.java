package io.headrace.engine.config;

import java.nio.file.Path;

/**
 * Something that is wrong with a configuration, or looks so.
 *
 * @param severity whether the agent can start
 * @param file where, or null
 * @param line where, from 1, or 0
 * @param component the component that it breaks, e.g. {@code source r1}, or null when it concerns the whole agent
 * @param message names key, value and expectation; without the place
 */
public record ConfigurationProblem(Severity severity, Path file, int line, String component, String message) {
    /** Whether the agent can start. */
    public enum Severity {
        /** It cannot. */
        ERROR,
        /** It can, but perhaps not as its author meant. */
        WARNING,
        /** It can; a key is not needed here. */
        NOTICE
    }

    static ConfigurationProblem at(ConfigValue value, Severity severity, String component, String message) {
        return value == null
                ? new ConfigurationProblem(severity, null, 0, component, message)
                : new ConfigurationProblem(severity, value.file(), value.line(), component, message);
    }

    ConfigurationProblem asWarning() {
        return new ConfigurationProblem(Severity.WARNING, file, line, component, message);
    }

    /** {@code file:line: message}. */
    @Override
    public String toString() {
        return file == null ? message : file + ":" + line + ": " + message;
    }
}
