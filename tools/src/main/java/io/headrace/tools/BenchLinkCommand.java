package io.headrace.tools;

import io.headrace.tools.bench.BenchSettings;
import io.headrace.tools.bench.WorkloadKind;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Measures the link. */
@Command(
        name = "link",
        description = {
            "Measure the link: a channel in memory, sink and source link over loopback, a channel in memory, a sink that verifies.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace bench link",
            "  headrace bench link --producers 4 --connections 4",
            "  headrace bench link --window 64k --size 1000",
            "",
            "Exit codes: 0 done, 1 failed or stopped early, 2 loss, duplicates or damage found, 64 usage."
        },
        sortOptions = false,
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class BenchLinkCommand implements Callable<Integer> {
    @ParentCommand
    private BenchCommand bench;

    @Mixin
    private BenchOptions.Common common;

    @Mixin
    private BenchOptions.Channels channels;

    @Mixin
    private BenchOptions.Link link;

    @Override
    public Integer call() throws Exception {
        return BenchRun.run(bench.console(), common, () -> BenchSettings.of(WorkloadKind.LINK)
                .with(draft -> {
                    common.apply(draft);
                    channels.apply(draft);
                    link.apply(draft);
                }));
    }
}
