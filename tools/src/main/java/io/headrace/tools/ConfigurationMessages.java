package io.headrace.tools;

import io.headrace.engine.config.ConfigurationProblem;
import io.headrace.engine.config.ConfigurationReport;

/** Says what is wrong with a configuration, one line each, to standard error. */
final class ConfigurationMessages {
    private ConfigurationMessages() {}

    static void print(Console console, ConfigurationReport report) {
        for (ConfigurationProblem notice : report.notices()) {
            console.err().println("headrace: note: " + notice);
        }
        for (ConfigurationProblem warning : report.warnings()) {
            console.err().println("headrace: warning: " + warning);
        }
        for (ConfigurationProblem error : report.errors()) {
            console.err().println("headrace: " + error);
        }
    }
}
