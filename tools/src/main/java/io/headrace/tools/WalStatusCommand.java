package io.headrace.tools;

import io.headrace.tools.wal.LogJson;
import io.headrace.tools.wal.StatusText;
import io.headrace.wal.LogPlace;
import io.headrace.wal.LogSlots;
import io.headrace.wal.LogStatus;
import java.io.IOException;
import java.util.List;
import java.util.Stack;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Says what a log holds. */
@Command(
        name = "status",
        description = {
            "Say what a log holds: sequences, backlog, inputs, who has it open. At once, whatever its size.",
            ""
        },
        abbreviateSynopsis = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace wal status /var/lib/a1/log",
            "  headrace wal status --json /var/lib/a1",
            "  headrace wal status --watch /var/lib/a1/log      every two seconds",
            "  headrace wal status --watch 5 /var/lib/a1/log    every five",
            "",
            "Exit codes: 0 read, 1 cannot be read, 2 no valid checkpoint or a segment is missing, 64 usage.",
            "No frame is verified: that is what headrace wal check does."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class WalStatusCommand implements Callable<Integer> {
    @ParentCommand
    private WalCommand wal;

    @Mixin
    private WalCommand.Target target;

    @Option(names = "--json", description = "Print the same for programs.")
    private boolean json;

    @Option(
            names = "--watch",
            paramLabel = "SECONDS",
            arity = "0..1",
            parameterConsumer = Seconds.class,
            description = "Say it again, every two seconds or so many, until the command is ended.")
    private Integer watchSeconds;

    /** Of {@code --watch DIR} picocli would take the folder for a number. */
    static final class Seconds implements IParameterConsumer {
        private static final int DEFAULT = 2;

        @Override
        public void consumeParameters(Stack<String> left, ArgSpec option, CommandSpec command) {
            boolean given = !left.isEmpty() && left.peek().matches("\\d{1,9}");
            option.setValue(given ? Integer.valueOf(left.pop()) : Integer.valueOf(DEFAULT));
        }
    }

    @Override
    public Integer call() throws IOException {
        if (watchSeconds != null && watchSeconds < 1) {
            throw new CommandException(ExitCode.USAGE, "--watch: " + watchSeconds + " (expected: >= 1)");
        }
        return wal.with(target, place -> {
            int code = print(place);
            while (watchSeconds != null && !wal.console().out().checkError()) {
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(watchSeconds));
                wal.console().out().println();
                code = print(place);
            }
            return code;
        });
    }

    private int print(LogPlace place) throws IOException {
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
    }
}
