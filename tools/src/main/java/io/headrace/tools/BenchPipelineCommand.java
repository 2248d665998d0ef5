package io.headrace.tools;

import io.headrace.tools.bench.BenchSettings;
import io.headrace.tools.bench.WorkloadKind;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Measures two tiers. */
@Command(
        name = "pipeline",
        description = {
            "Measure two tiers in one process: a channel, sink and source link over loopback, a channel, a sink that verifies. With two logs on one disk and both tiers on one machine it is slower than two machines are.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace bench pipeline --dir /var/lib/a1",
            "  headrace bench pipeline --rate 100000 --batch 100",
            "  headrace bench pipeline --json > before.json",
            "  headrace bench pipeline --compare before.json",
            "",
            "Exit codes: 0 done, 1 failed or stopped early, 2 loss, duplicates or damage found, 64 usage."
        },
        sortOptions = false,
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class BenchPipelineCommand implements Callable<Integer> {
    @ParentCommand
    private BenchCommand bench;

    @Mixin
    private BenchOptions.Common common;

    @Mixin
    private BenchOptions.Policy policy;

    @Mixin
    private BenchOptions.Channels channels;

    @Mixin
    private BenchOptions.Log log;

    @Mixin
    private BenchOptions.Link link;

    @Override
    public Integer call() throws Exception {
        return BenchRun.run(bench.console(), common, () -> BenchSettings.of(WorkloadKind.PIPELINE)
                .with(draft -> {
                    common.apply(draft);
                    policy.apply(draft);
                    channels.apply(draft);
                    log.apply(draft);
                    link.apply(draft);
                }));
    }
}
