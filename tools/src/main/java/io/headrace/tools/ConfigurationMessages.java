package io.headrace.tools;

import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigurationProblem;
import io.headrace.engine.config.ConfigurationReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Says what is wrong with a configuration: {@code file:line: severity: key: value (expected: ...)}, one line each. */
final class ConfigurationMessages {
    private ConfigurationMessages() {}

    /**
     * Refuses what cannot be meant.
     *
     * @throws CommandException when both are asked for
     */
    static void refuseBoth(boolean strict, boolean lenient) {
        if (strict && lenient) {
            throw new CommandException(ExitCode.USAGE, "--strict with --lenient (expected: one of them)");
        }
    }

    /** What several agents of the same files have to tell, each thing once, in order of files and lines. */
    static List<ConfigurationProblem> problems(List<Path> files, Collection<ConfigurationReport> reports) {
        return reports.stream()
                .flatMap(report -> report.problems().stream())
                .distinct()
                .sorted(ConfigurationProblem.inOrderOf(files))
                .toList();
    }

    static void print(PrintWriter out, List<ConfigurationProblem> problems) {
        problems.forEach(problem -> out.println(problem.describe()));
    }

    /** Whether the agent may start. */
    static boolean isAccepted(ConfigurationReport report, boolean strict) {
        return strict ? report.isFlawless() : report.isUsable();
    }

    /** Whether the agent may start, in a line; empty when there is no agent to speak of. */
    static String verdict(ConfigurationReport report, boolean strict) {
        if (report.agent() == null) {
            return "";
        }
        List<String> counts = new ArrayList<>();
        boolean accepted = isAccepted(report, strict);
        if (report.isUsable()) {
            AgentConfiguration agent = report.configuration();
            counts.add(count(agent.sources().size(), "source"));
            counts.add(count(agent.channels().size(), "channel"));
            counts.add(count(agent.sinks().size(), "sink"));
        }
        addCount(counts, report.errors().size(), "error");
        addCount(counts, report.warnings().size(), "warning");
        return report.agent() + ": " + (accepted ? "can be used" : "cannot be used") + " (" + String.join(", ", counts)
                + (report.isUsable() && !accepted ? " with --strict" : "") + ")";
    }

    private static void addCount(List<String> counts, int number, String what) {
        if (number > 0) {
            counts.add(count(number, what));
        }
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
