package io.headrace.engine.config;

import java.util.List;

/**
 * What came of reading a configuration.
 *
 * @param errors what keeps the agent from starting, in order of files and lines
 * @param warnings what an operator should look at, in order of files and lines
 * @param notices keys that are not needed here, in order of files and lines
 * @param configuration what can be started; null when there are errors
 */
public record ConfigurationReport(
        List<ConfigurationProblem> errors,
        List<ConfigurationProblem> warnings,
        List<ConfigurationProblem> notices,
        AgentConfiguration configuration) {
    /** Whether the agent can start. */
    public boolean isUsable() {
        return errors.isEmpty();
    }

    /**
     * The configuration.
     *
     * @throws ConfigurationException with all errors, one a line
     */
    public AgentConfiguration orThrow() {
        if (!errors.isEmpty()) {
            throw SettingsBinder.failure(errors);
        }
        return configuration;
    }
}
