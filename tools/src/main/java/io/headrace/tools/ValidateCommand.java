package io.headrace.tools;

import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigValue;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationReport;
import io.headrace.engine.config.PropertiesFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Reads a configuration and says all that is wrong with it; opens and starts nothing. */
@Command(
        name = "validate",
        description = {"Check a configuration without starting anything.", ""},
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace validate agent.properties           every agent in the file",
            "  headrace validate -n a1 agent.properties     one of them",
            "  headrace validate --settings agent.properties  and what every setting would be",
            "",
            "Exit codes: 0 it can be used, 78 it cannot."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class ValidateCommand implements Callable<Integer> {
    private static final Set<String> KINDS = Set.of("sources", "channels", "sinks");

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

    @Option(names = "--lenient", description = "Leave broken components out, as Flume does, instead of refusing.")
    private boolean lenient;

    @Mixin
    private PlugInOptions plugIns;

    @Override
    public Integer call() {
        Set<String> agents = name == null ? agents() : Set.of(name);
        if (agents.isEmpty()) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    files + ": no agent (expected: keys such as NAME.sources, NAME.channels, NAME.sinks)");
        }
        ConfigurationLoader loader = ConfigurationLoader.standard(plugIns.registry(), lenient);
        boolean usable = true;
        for (String agent : agents) {
            ConfigurationReport report = loader.read(files, agent);
            ConfigurationMessages.print(headrace.console(), report);
            usable &= report.isUsable();
            if (report.isUsable()) {
                describe(report.configuration());
            }
        }
        return usable ? ExitCode.OK : ExitCode.CONFIGURATION;
    }

    private Set<String> agents() {
        Set<String> agents = new LinkedHashSet<>();
        for (Path file : files) {
            for (ConfigValue value : PropertiesFile.read(file)) {
                int dot = value.key().indexOf('.');
                if (dot > 0 && KINDS.contains(value.key().substring(dot + 1).trim())) {
                    agents.add(value.key().substring(0, dot).trim());
                }
            }
        }
        return agents;
    }

    private void describe(AgentConfiguration agent) {
        List<String> parts = new ArrayList<>();
        parts.add(count(agent.sources().size(), "source"));
        parts.add(count(agent.channels().size(), "channel"));
        parts.add(count(agent.sinks().size(), "sink"));
        headrace.console().out().println(agent.name() + ": can be used (" + String.join(", ", parts) + ")");
        if (settings) {
            agent.effective().forEach((key, value) -> headrace.console().out().println("  " + key + " = " + value));
        }
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
