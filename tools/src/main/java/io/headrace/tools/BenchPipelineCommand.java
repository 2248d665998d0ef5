package io.headrace.tools;

import io.headrace.tools.bench.BenchSettings;
import io.headrace.tools.bench.WorkloadKind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures two tiers. */
@Command(
        name = "pipeline",
        description = {
            "Measure two tiers in one process: a channel, sink and source link over loopback, a channel, a sink that verifies.",
            "With two logs on one disk and both tiers on one machine it is slower than two machines are.",
            ""
        },
        abbreviateSynopsis = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace bench pipeline --dir /var/lib/a1",
            "  headrace bench pipeline --rate 100000 --batch 100",
            "  headrace bench pipeline --json > before.json",
            "  headrace bench pipeline --compare before.json",
            "",
            BenchWorkloadCommand.EXIT_CODES
        },
        sortOptions = false,
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class BenchPipelineCommand extends BenchWorkloadCommand {
    @Mixin
    private BenchOptions.Policy policy;

    @Mixin
    private BenchOptions.Channels channels;

    @Mixin
    private BenchOptions.Log log;

    @Mixin
    private BenchOptions.Link link;

    BenchPipelineCommand() {
        super(WorkloadKind.PIPELINE);
    }

    @Override
    void apply(BenchSettings.Draft draft) {
        policy.apply(draft);
        channels.apply(draft);
        log.apply(draft);
        link.apply(draft);
    }
}
