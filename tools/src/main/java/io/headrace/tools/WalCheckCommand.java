package io.headrace.tools;

import io.headrace.tools.wal.Amounts;
import io.headrace.tools.wal.DamageText;
import io.headrace.tools.wal.LogJson;
import io.headrace.tools.wal.Pace;
import io.headrace.wal.LogCheck;
import io.headrace.wal.LogSlots;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Verifies a log. */
@Command(
        name = "check",
        description = {
            "Verify every checksum of what waits in a log.",
            "Damage is told with segment, offset and the sequences that are"
                    + " missing. A torn tail, which a crash leaves and an agent cuts by itself, is no damage.",
            ""
        },
        abbreviateSynopsis = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace wal check /var/lib/a1/log",
            "  headrace wal check --json /var/lib/a1/log",
            "",
            "Exit codes: 0 sound, 1 cannot be read, 2 damaged, 64 usage."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class WalCheckCommand implements Callable<Integer> {
    @ParentCommand
    private WalCommand wal;

    @Mixin
    private WalCommand.Target target;

    @Mixin
    private WalCommand.Reading reading;

    @Option(names = "--json", description = "Print the same for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        return wal.with(target, place -> {
            Progress progress = new Progress(wal.console());
            Pace pace = reading.pace(wal.storage(), place);
            LogCheck check;
            try {
                check = LogCheck.run(wal.storage(), place, (bytes, ofBytes) -> {
                    pace.step();
                    if (progress.isDue()) {
                        progress.draw(
                                Math.min(1, bytes / (double) Math.max(1, ofBytes)), Amounts.bytes(bytes) + " verified");
                    }
                });
            } finally {
                progress.clear();
            }
            List<String> slotFaults = LogSlots.faults(wal.storage(), place);
            if (json) {
                wal.console().out().println(LogJson.of(place, check, slotFaults));
            } else {
                DamageText.print(wal.console().out(), place, check, slotFaults);
            }
            return check.isSound() ? ExitCode.OK : ExitCode.INTEGRITY;
        });
    }
}
