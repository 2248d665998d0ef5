package io.headrace.tools;

import io.headrace.tools.bench.BenchSettings;
import io.headrace.tools.bench.WorkloadKind;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Measures a channel. */
@Command(
        name = "channel",
        description = {
            "Measure one channel with all its threads: producers put frames, a sink takes, verifies and commits them.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace bench channel --dir /var/lib/a1",
            "  headrace bench channel --channel memory --producers 4",
            "  headrace bench channel --in-flight 1             a source that waits for each acknowledgement",
            "",
            "Exit codes: 0 done, 1 failed or stopped early, 2 loss, duplicates or damage found, 64 usage."
        },
        sortOptions = false,
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class BenchChannelCommand implements Callable<Integer> {
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

    @Override
    public Integer call() throws Exception {
        return BenchRun.run(bench.console(), common, () -> BenchSettings.of(WorkloadKind.CHANNEL)
                .with(draft -> {
                    common.apply(draft);
                    policy.apply(draft);
                    channels.apply(draft);
                    log.apply(draft);
                }));
    }
}
