package io.headrace.tools;

import io.headrace.tools.bench.BenchSettings;
import io.headrace.tools.bench.WorkloadKind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures a channel. */
@Command(
        name = "channel",
        description = {
            "Measure one channel with all its threads: producers put frames, a sink takes, verifies and commits them.",
            ""
        },
        abbreviateSynopsis = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace bench channel --dir /var/lib/a1",
            "  headrace bench channel --channel memory --producers 4",
            "  headrace bench channel --in-flight 1             a source that waits for each acknowledgement",
            "",
            BenchWorkloadCommand.EXIT_CODES
        },
        sortOptions = false,
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class BenchChannelCommand extends BenchWorkloadCommand {
    @Mixin
    private BenchOptions.Policy policy;

    @Mixin
    private BenchOptions.Channels channels;

    @Mixin
    private BenchOptions.Log log;

    BenchChannelCommand() {
        super(WorkloadKind.CHANNEL);
    }

    @Override
    void apply(BenchSettings.Draft draft) {
        policy.apply(draft);
        channels.apply(draft);
        log.apply(draft);
    }
}
