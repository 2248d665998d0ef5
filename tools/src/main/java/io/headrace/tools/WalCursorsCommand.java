package io.headrace.tools;

import io.headrace.tools.wal.LogJson;
import io.headrace.tools.wal.StatusText;
import io.headrace.wal.LogCursorDrop;
import io.headrace.wal.LogPlace;
import io.headrace.wal.LogStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Says which cursors a log has, and takes one away. */
@Command(
        name = "cursors",
        description = {
            "Say which cursors a log has, where they stand and when a sink was on them last, and drop one.",
            "With --drop it says what dropping one would release; with --apply, too, on a log that nobody has open, it"
                    + " drops the cursor. A cursor that is still configured is made anew when the agent starts.",
            ""
        },
        abbreviateSynopsis = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace wal cursors /var/lib/a1/log",
            "  headrace wal cursors --drop audit /var/lib/a1/log            say what would be done",
            "  headrace wal cursors --drop audit --apply /var/lib/a1/log    do it",
            "",
            "Exit codes: 0 done, 1 cannot be done, 2 there is no valid checkpoint, 64 usage."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class WalCursorsCommand implements Callable<Integer> {
    @ParentCommand
    private WalCommand wal;

    @Mixin
    private WalCommand.Target target;

    @Option(names = "--drop", paramLabel = "NAME", description = "The cursor to drop.")
    private String drop;

    @Option(names = "--apply", description = "Do it.")
    private boolean apply;

    @Option(names = "--json", description = "Print the same for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (apply && drop == null) {
            throw new CommandException(ExitCode.USAGE, "--apply (expected: with --drop NAME)");
        }
        return wal.with(target, this::run);
    }

    private int run(LogPlace place) throws IOException {
        LogStatus before = LogStatus.read(wal.storage(), place);
        if (before.checkpointFault() != null) {
            throw new CommandException(ExitCode.INTEGRITY, place.home() + ": " + before.checkpointFault());
        }
        if (drop != null) {
            refuseUnknown(before);
        }
        if (apply) {
            LogCursorDrop.apply(wal.storage(), place, drop);
        }
        PrintWriter out = wal.console().out();
        LogStatus now = apply ? LogStatus.read(wal.storage(), place) : before;
        if (json) {
            out.println(LogJson.ofCursors(now, apply ? drop : null));
            return ExitCode.OK;
        }
        StatusText.printCursors(out, now, System.currentTimeMillis());
        if (drop != null) {
            out.println(
                    apply
                            ? drop + " is dropped; what only it held is released when the agent starts."
                            : drop + " would be dropped, its frames never come to its sinks. Nothing was changed; to do"
                                    + " it: headrace wal cursors --drop " + drop + " --apply " + place.home());
        }
        return ExitCode.OK;
    }

    private void refuseUnknown(LogStatus status) {
        List<String> names =
                status.cursors().stream().map(LogStatus.Cursor::name).toList();
        if (!names.contains(drop)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--drop " + drop + " (expected: "
                            + (names.isEmpty() ? "no --drop, there is no cursor" : "one of " + String.join(", ", names))
                            + ")");
        }
    }
}
