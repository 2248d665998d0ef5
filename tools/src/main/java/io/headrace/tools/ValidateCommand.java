package io.headrace.tools;

import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Reads a configuration and says all that is wrong with it; opens and starts nothing. */
@Command(
        name = "validate",
        description = {
            "Check a configuration without starting anything.",
            "",
            "What is found is printed as FILE:LINE: SEVERITY: KEY: VALUE (expected: ...), one line each, in order of"
                    + " lines. An error keeps the agent from starting. A warning is something that probably is not meant:"
                    + " the agent starts, with --strict it does not. A note is a key that Flume needs and Headrace does"
                    + " not, or something that only other machines' configurations decide: it never keeps an agent from"
                    + " starting.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace validate agent.properties             every agent in the file",
            "  headrace validate -n a1 agent.properties       one of them",
            "  headrace validate base.properties site.properties",
            "      a key in a later file replaces that of an earlier one, as with agent -f ... -f ...",
            "  headrace validate --settings agent.properties  and what every setting would be",
            "  headrace validate --strict --json agent.properties",
            "",
            "Exit codes: 0 it can be used, 64 usage, 78 it cannot."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class ValidateCommand implements Callable<Integer> {
    @ParentCommand
    private HeadraceCommand headrace;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "Properties files as for the agent; later ones replace keys of earlier ones.")
    private List<Path> files;

    @Option(
            names = {"-n", "--name"},
            paramLabel = "NAME",
            description = "Only this agent (default: all in the files).")
    private String name;

    @Option(names = "--settings", description = "Show every setting with the value in use.")
    private boolean settings;

    @Option(names = "--strict", description = "Warnings keep the agent from starting, too; notes never do.")
    private boolean strict;

    @Option(names = "--lenient", description = "Leave broken components out, as Flume does, instead of refusing.")
    private boolean lenient;

    @Option(names = "--json", description = "Print the same for programs.")
    private boolean json;

    @Mixin
    private PlugInOptions plugIns;

    @Override
    public Integer call() throws IOException {
        ConfigurationMessages.refuseBoth(strict, lenient);
        ConfigurationLoader loader = ConfigurationLoader.standard(plugIns.registry(), lenient);
        List<ConfigurationReport> reports = name == null ? loader.readAll(files) : List.of(loader.read(files, name));
        PrintWriter out = headrace.console().out();
        if (json) {
            out.println(ConfigurationJson.of(files, reports, strict, settings));
        } else {
            ConfigurationMessages.print(out, ConfigurationMessages.problems(files, reports));
            reports.forEach(report -> describe(out, report));
        }
        return reports.stream().allMatch(report -> ConfigurationMessages.isAccepted(report, strict))
                ? ExitCode.OK
                : ExitCode.CONFIGURATION;
    }

    private void describe(PrintWriter out, ConfigurationReport report) {
        String verdict = ConfigurationMessages.verdict(report, strict);
        if (!verdict.isEmpty()) {
            out.println(verdict);
        }
        if (settings && report.isUsable()) {
            report.configuration().effective().forEach((key, value) -> out.println("  " + key + " = " + value));
        }
    }
}
