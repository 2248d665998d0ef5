package io.headrace.tools;

import io.headrace.tools.wal.LogJson;
import io.headrace.tools.wal.StatusText;
import io.headrace.wal.LogSlots;
import io.headrace.wal.LogStatus;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Says what a log holds. */
@Command(
        name = "status",
        description = {
            "Say what a log holds: sequences, backlog, inputs, who has it open. At once, whatever its size.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  headrace wal status /var/lib/a1/log", "  headrace wal status --json /var/lib/a1"},
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class WalStatusCommand implements Callable<Integer> {
    @ParentCommand
    private WalCommand wal;

    @Mixin
    private WalCommand.Target target;

    @Option(names = "--json", description = "Print the same for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        return wal.with(target, place -> {
            LogStatus status = LogStatus.read(wal.storage(), place);
            List<String> slotFaults = LogSlots.faults(wal.storage(), place);
            if (json) {
                wal.console().out().println(LogJson.of(status, slotFaults));
            } else {
                StatusText.print(wal.console().out(), status, slotFaults, System.currentTimeMillis());
            }
            boolean whole =
                    status.checkpointFault() == null && status.missingSegments().isEmpty();
            return whole ? ExitCode.OK : ExitCode.INTEGRITY;
        });
    }
}
