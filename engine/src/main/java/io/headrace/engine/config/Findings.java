package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.util.List;

/** Writes down what a check finds. Owned by one thread. */
record Findings(List<ConfigurationProblem> problems) {
    void error(ConfigValue place, String component, String message) {
        problems.add(ConfigurationProblem.at(place, Severity.ERROR, component, message));
    }

    void warn(ConfigValue place, String component, String message) {
        problems.add(ConfigurationProblem.at(place, Severity.WARNING, component, message));
    }

    void note(ConfigValue place, String component, String message) {
        problems.add(ConfigurationProblem.at(place, Severity.NOTICE, component, message));
    }

    void addAll(List<ConfigurationProblem> more) {
        problems.addAll(more);
    }

    /** The value without a comment behind it, with a warning when there was one. */
    String withoutComment(ConfigValue value, String component) {
        String bare = SettingParser.bare(value.value());
        if (!bare.equals(value.value())) {
            warn(value, component, SettingsBinder.tailDropped(value, bare));
        }
        return bare;
    }
}
