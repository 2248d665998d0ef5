package io.headrace.tools;

import io.headrace.tools.bench.BenchSettings;
import io.headrace.tools.bench.WorkloadKind;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** A command that measures one workload; the commands add their own options. */
abstract class BenchWorkloadCommand implements Callable<Integer> {
    /** As help names them. */
    static final String EXIT_CODES =
            "Exit codes: 0 done, 1 failed, 2 loss, duplicates or damage found, 64 usage," + " 130 stopped by Ctrl-C.";

    private final WorkloadKind kind;

    @ParentCommand
    private BenchCommand bench;

    @Mixin
    private BenchOptions.Common common;

    BenchWorkloadCommand(WorkloadKind kind) {
        this.kind = kind;
    }

    /** Takes over the options that not all commands have. */
    abstract void apply(BenchSettings.Draft draft);

    @Override
    public final Integer call() throws Exception {
        return BenchRun.run(
                bench.console(), common, () -> BenchSettings.of(kind).with(draft -> {
                    common.apply(draft);
                    apply(draft);
                }));
    }
}
