package io.headrace.tools;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command itself: it only has subcommands. */
@Command(
        name = "headrace",
        description = {
            "Moves events between machines and loses none: an agent reads them, keeps them in a channel that survives a"
                    + " kill, and hands them on over a link that acknowledges.",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "Commands:%n",
        optionListHeading = "Options:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace quickstart                         see it work: two tiers, a kill, nothing lost",
            "  headrace quickstart /var/log/*.log          the same with your own files, which are only read",
            "  headrace validate agent.properties          check a configuration",
            "  headrace agent -n a1 -f agent.properties    run one; Flume's flags and files are understood",
            "  headrace wal status /var/lib/a1/log         look into a channel's log, also of a running agent",
            "  headrace bench channel                      measure this machine, with every event verified",
            "  headrace tune                               find settings for this machine",
            "  headrace help agent                         all about one command",
            "  headrace help components                    what can stand in a configuration",
            "",
            "Exit codes: 0 done, 1 failed, 2 loss or duplicates found, 64 usage, 78 configuration."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE,
        exitCodeOnExecutionException = ExitCode.FAILED)
final class HeadraceCommand implements Runnable {
    private final Console console;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help and exit.")
    private boolean help;

    @Option(
            names = {"-v", "--debug"},
            scope = ScopeType.INHERIT,
            description = "Show the stack trace of an error and log more.")
    private boolean debug;

    @Option(
            names = {"-V", "--version"},
            description = "Show the version and exit.")
    private boolean version;

    HeadraceCommand(Console console) {
        this.console = console;
    }

    Console console() {
        return console;
    }

    boolean debug() {
        return debug;
    }

    static boolean isDebug(CommandLine command) {
        CommandLine top = command;
        while (top.getParent() != null) {
            top = top.getParent();
        }
        return top.getCommand() instanceof HeadraceCommand headrace && headrace.debug;
    }

    @Override
    public void run() {
        if (version) {
            console.out().println(VersionCommand.describe());
            return;
        }
        spec.commandLine().usage(console.out());
    }
}
