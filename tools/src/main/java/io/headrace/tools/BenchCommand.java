package io.headrace.tools;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Measures what is installed; it only has subcommands. */
@Command(
        name = "bench",
        description = {
            "Measure how fast this machine is with Headrace, and verify on the way that every event came through, once, in"
                    + " order, unchanged.",
            "",
            "Each round sets up the real components anew, warms up, and measures. A latency is that of a frame, from when it"
                    + " was due (--rate) or its building began until the last sink had verified it; for wal until it was"
                    + " acknowledged. With --rate a late frame counts from when it was due, so that no pause is hidden.",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "Commands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace bench channel --dir /var/lib/a1         a channel that syncs before it acknowledges",
            "  headrace bench channel --channel memory --batch 100",
            "  headrace bench wal --sync never --size 1000      the log alone",
            "  headrace bench link --connections 2              two tiers in memory over loopback",
            "  headrace bench pipeline --rate 100000            latencies of two durable tiers at a rate",
            "  headrace bench pipeline --json > before.json     and after a change:",
            "  headrace bench pipeline --compare before.json    by how much, and whether that is more than noise",
            "  headrace bench pipeline --help                   all options of one of them",
            "",
            BenchWorkloadCommand.EXIT_CODES
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class BenchCommand implements Runnable {
    @ParentCommand
    private HeadraceCommand headrace;

    @Spec
    private CommandSpec spec;

    Console console() {
        return headrace.console();
    }

    @Override
    public void run() {
        spec.commandLine().usage(console().out());
    }
}
