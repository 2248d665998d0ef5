package io.headrace.tools;

import io.headrace.tools.bench.BenchSettings;
import io.headrace.tools.bench.WorkloadKind;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Measures the log. */
@Command(
        name = "wal",
        description = {
            "Measure the write-ahead log alone, as a channel's journal writes it: frames are appended in groups, written and synced. What it holds at the end is read back and verified.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace bench wal --dir /var/lib/a1",
            "  headrace bench wal --sync always --appender positional",
            "  headrace bench wal --batch 100 --rate 50000 --hdr wal.hlog",
            "",
            "Exit codes: 0 done, 1 failed or stopped early, 2 loss, duplicates or damage found, 64 usage."
        },
        sortOptions = false,
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class BenchWalCommand implements Callable<Integer> {
    @ParentCommand
    private BenchCommand bench;

    @Mixin
    private BenchOptions.Common common;

    @Mixin
    private BenchOptions.Log log;

    @Override
    public Integer call() throws Exception {
        return BenchRun.run(bench.console(), common, () -> BenchSettings.of(WorkloadKind.WAL)
                .with(draft -> {
                    common.apply(draft);
                    log.apply(draft);
                }));
    }
}
