package io.headrace.tools;

import io.headrace.engine.agent.AgentOptions;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationReport;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.tools.logging.LogRequest;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Runs one agent until it is told to stop. */
@Command(
        name = "agent",
        description = {
            "Run an agent: the sources, channels and sinks of a properties file, as Flume has them.",
            "",
            "SIGTERM, SIGHUP or Ctrl-C stops it in order: sources first, then sinks take what is left for a while, then channels"
                    + " write what remains; it says what was delivered and what is left. A second signal ends it at once.",
            "A component that fails is started again with growing pauses while the others run; /health says which and why."
                    + " Messages go to standard error.",
            ""
        },
        customSynopsis = "headrace agent -n NAME -f FILE [OPTIONS]",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace agent -n a1 -f agent.properties",
            "  headrace agent -n a1 -f agent.properties --dryrun         check it and exit, as validate does",
            "  headrace agent -n a1 -f agent.properties --metrics-port 41414",
            "      then  curl localhost:41414/metrics    or  /metrics/prometheus  or  /health",
            "  headrace agent -n a1 -c conf -f conf/flume.properties -Dflume.root.logger=DEBUG,console -Xmx1g",
            "      flags of flume-ng are understood; -X..., -D... and -javaagent: go to Java",
            "",
            "Exit codes: 0 stopped in order; 1 failed: a damaged log at the start, or the virtual machine",
            "      (out of memory; the agent stops in order first, for a bounded time); 64 usage;",
            "      78 configuration, nothing was started; 129, 130 or 143 at the second SIGHUP, SIGINT",
            "      or SIGTERM."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class AgentCommand implements Callable<Integer> {
    @ParentCommand
    private HeadraceCommand headrace;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-n", "--name"},
            paramLabel = "NAME",
            description = "Which agent of the file to run: its keys begin with this name.")
    private String name;

    @Option(
            names = {"-f", "--conf-file"},
            paramLabel = "FILE",
            description =
                    "Properties file with its configuration; given again, a later file replaces keys of earlier ones.")
    private List<Path> files = new ArrayList<>();

    @Mixin
    private FlumeFlags flume = new FlumeFlags();

    @Option(
            names = {"-d", "--dryrun"},
            description = "Check the configuration and exit; nothing is started.")
    private boolean dryRun;

    @Option(
            names = "-D",
            paramLabel = "KEY=VALUE",
            mapFallbackValue = "",
            description = "Set a Java property, e.g. -Dheadrace.log.level=debug; -Dflume.root.logger=LEVEL,console and"
                    + " LEVEL,LOGFILE (logs/flume.log) are understood.")
    private Map<String, String> properties = new LinkedHashMap<>();

    @Mixin
    private MonitoringOptions monitoring;

    @Option(names = "--lenient", description = "Leave broken components out, as Flume does, instead of refusing.")
    private boolean lenient;

    @Option(
            names = "--strict",
            description = "Refuse what is otherwise only warned of, with exit code 78; see: headrace help validate.")
    private boolean strict;

    @Option(
            names = "--drain",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long sinks may take what is left at the stop (default: ${DEFAULT-VALUE}).")
    private long drainSeconds;

    @Mixin
    private PlugInOptions plugIns = new PlugInOptions();

    @Option(names = "--stop-with-parent", hidden = true, description = "Stop at once when standard input ends.")
    private boolean stopWithParent;

    @Override
    public Integer call() throws Exception {
        properties.forEach(System::setProperty);
        if (headrace.debug()) {
            System.setProperty(LogRequest.LEVEL_PROPERTY, "debug");
        }
        List<Path> files = files();
        LogRequest log = logRequest();
        flume.check(headrace.console());
        long mostSeconds = AgentOptions.LONGEST_DRAIN.toSeconds();
        if (drainSeconds < 0 || drainSeconds > mostSeconds) {
            throw new CommandException(
                    ExitCode.USAGE, "--drain: " + drainSeconds + " (expected: 0.." + mostSeconds + ")");
        }
        ConfigurationMessages.refuseBoth(strict, lenient);
        Monitoring served = monitoring.read(headrace.console());
        ComponentRegistry registry = plugIns.registry();
        ConfigurationLoader loader = ConfigurationLoader.standard(registry, lenient);
        if (name == null) {
            throw missingName(files, loader.readAll(files));
        }
        ConfigurationReport report = loader.read(files, name);
        boolean accepted = ConfigurationMessages.isAccepted(report, strict);
        Console console = headrace.console();
        PrintWriter out = dryRun ? console.out() : console.err();
        ConfigurationMessages.print(out, report.problems());
        if (dryRun || !accepted) {
            out.println(ConfigurationMessages.verdict(report, strict));
            return accepted ? ExitCode.OK : ExitCode.CONFIGURATION;
        }
        if (log.file().isPresent()) {
            log.prepareFile();
            console.err().println("headrace: messages go to " + log.file().get());
        }
        new AgentRun(report.configuration(), registry, Duration.ofSeconds(drainSeconds), served).run(stopWithParent);
        return ExitCode.OK;
    }

    private List<Path> files() {
        List<Path> all = flume.files(files);
        if (all.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--conf-file: missing (expected: " + (name == null ? "-n NAME " : "") + "-f FILE)");
        }
        return all;
    }

    /** Also where there is only one: as with Flume, what runs does not depend on what else a file holds. */
    private ParameterException missingName(List<Path> files, List<ConfigurationReport> reports) {
        List<String> agents = reports.stream()
                .map(ConfigurationReport::agent)
                .filter(Objects::nonNull)
                .toList();
        String where = files.stream().map(Path::toString).collect(Collectors.joining(", "));
        if (agents.isEmpty()) {
            ConfigurationMessages.print(headrace.console().err(), ConfigurationMessages.problems(files, reports));
        }
        String expected =
                switch (agents.size()) {
                    case 0 -> "-n NAME, an agent in ";
                    case 1 -> "-n " + agents.get(0) + ", the agent in ";
                    default -> "-n and one of " + String.join(", ", agents) + ", the agents in ";
                };
        return new ParameterException(spec.commandLine(), "--name: missing (expected: " + expected + where + ")");
    }

    private static LogRequest logRequest() {
        try {
            return LogRequest.read(System.getProperties());
        } catch (IllegalArgumentException wrong) {
            throw new CommandException(ExitCode.USAGE, wrong.getMessage(), wrong);
        }
    }
}
