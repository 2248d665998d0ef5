package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.util.List;

/**
 * What came of reading the configuration of one agent.
 *
 * @param agent its name; null when no agent could be looked for
 * @param problems all that is to be told, in order of files and lines
 * @param configuration what can be started; null when there are errors
 */
public record ConfigurationReport(String agent, List<ConfigurationProblem> problems, AgentConfiguration configuration) {
    /** What keeps the agent from starting, in order of files and lines. */
    public List<ConfigurationProblem> errors() {
        return of(Severity.ERROR);
    }

    /** What an operator should look at, in order of files and lines. */
    public List<ConfigurationProblem> warnings() {
        return of(Severity.WARNING);
    }

    /** Keys that are not needed here, and what cannot be decided from the files, in order of files and lines. */
    public List<ConfigurationProblem> notices() {
        return of(Severity.NOTICE);
    }

    /** Whether the agent can start. */
    public boolean isUsable() {
        return errors().isEmpty();
    }

    /** Whether the agent can start where warnings count as errors. */
    public boolean isFlawless() {
        return isUsable() && warnings().isEmpty();
    }

    /**
     * The configuration.
     *
     * @throws ConfigurationException with all errors, one a line
     */
    public AgentConfiguration orThrow() {
        if (!isUsable()) {
            throw SettingsBinder.failure(errors());
        }
        return configuration;
    }

    private List<ConfigurationProblem> of(Severity severity) {
        return problems.stream()
                .filter(problem -> problem.severity() == severity)
                .toList();
    }
}
