package io.headrace.tools;

import io.headrace.tools.bench.BenchSettings;
import io.headrace.tools.bench.WorkloadKind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures the log. */
@Command(
        name = "wal",
        description = {
            "Measure the write-ahead log alone, as a channel's journal writes it: frames are appended in groups, written and synced.",
            "What it holds at the end is read back and verified.",
            ""
        },
        abbreviateSynopsis = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace bench wal --dir /var/lib/a1",
            "  headrace bench wal --sync always --appender positional",
            "  headrace bench wal --batch 100 --rate 50000 --hdr wal.hlog",
            "",
            BenchWorkloadCommand.EXIT_CODES
        },
        sortOptions = false,
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class BenchWalCommand extends BenchWorkloadCommand {
    @Mixin
    private BenchOptions.Log log;

    BenchWalCommand() {
        super(WorkloadKind.WAL);
    }

    @Override
    void apply(BenchSettings.Draft draft) {
        log.apply(draft);
    }
}
