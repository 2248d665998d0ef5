package io.headrace.engine.config;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

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
        ERROR("error"),
        /** It can, but perhaps not as its author meant. */
        WARNING("warning"),
        /** It can; a key is not needed here, or something outside the files decides. */
        NOTICE("note");

        private final String word;

        Severity(String word) {
            this.word = word;
        }

        /** As in messages. */
        public String word() {
            return word;
        }
    }

    static ConfigurationProblem at(ConfigValue value, Severity severity, String component, String message) {
        return value == null
                ? new ConfigurationProblem(severity, null, 0, component, message)
                : new ConfigurationProblem(severity, value.file(), value.line(), component, message);
    }

    /** What has no place first, then in the order of {@code files}, then of lines, then errors first. */
    public static Comparator<ConfigurationProblem> inOrderOf(List<Path> files) {
        return Comparator.<ConfigurationProblem>comparingInt(
                        problem -> problem.file() == null ? -1 : files.indexOf(problem.file()))
                .thenComparingInt(ConfigurationProblem::line)
                .thenComparing(ConfigurationProblem::severity);
    }

    /** The same as a warning: the component is left out instead. */
    ConfigurationProblem leftOut() {
        return new ConfigurationProblem(
                Severity.WARNING, file, line, component, message + "; " + component + " is left out");
    }

    /** {@code file:line: severity: message}, one line. */
    public String describe() {
        String place = file == null ? "" : file + ":" + (line > 0 ? line + ":" : "") + " ";
        return place + severity.word() + ": " + message;
    }

    /** {@code file:line: message}. */
    @Override
    public String toString() {
        return file == null ? message : file + ":" + (line > 0 ? line + ": " : " ") + message;
    }
}
