package io.headrace.tools;

import io.headrace.tools.wal.DamageText;
import io.headrace.tools.wal.LogJson;
import io.headrace.wal.LogClocks;
import io.headrace.wal.LogPlace;
import io.headrace.wal.LogRepair;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Lets a damaged log go on. */
@Command(
        name = "repair",
        description = {
            "Let a log go on without what is damaged.",
            "Without --apply it only says what is damaged, which sequences are"
                    + " lost and what would be copied. With it, on a log that nobody has open, what is damaged is copied"
                    + " to a folder repair-TIME, what holds is copied into new segments, and the log takes a new stream id."
                    + " Whenever it is interrupted, the log is as it was or repaired.",
            ""
        },
        abbreviateSynopsis = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace wal repair /var/lib/a1/log            say what would be done",
            "  headrace wal repair --apply /var/lib/a1/log    do it",
            "",
            "Exit codes: 0 done or nothing to do, 1 cannot be done, 2 damaged and nothing was done, 64 usage."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class WalRepairCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    @ParentCommand
    private WalCommand wal;

    @Mixin
    private WalCommand.Target target;

    @Option(names = "--apply", description = "Do it.")
    private boolean apply;

    @Option(names = "--json", description = "Print the same for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        return wal.with(target, place -> {
            String name = TIME.format(Instant.now());
            LogRepair.Plan plan = apply ? apply(place, name) : LogRepair.plan(wal.storage(), place, name);
            if (json) {
                wal.console().out().println(LogJson.of(place, plan, apply && plan.isNeeded()));
            } else {
                DamageText.print(wal.console().out(), place, plan, apply);
            }
            return apply || !plan.isNeeded() ? ExitCode.OK : ExitCode.INTEGRITY;
        });
    }

    /** Whoever ends it in the middle should not have to guess what that did. */
    private LogRepair.Plan apply(LogPlace place, String name) throws IOException {
        AtomicBoolean ended = new AtomicBoolean();
        Thread tellsInterrupt = new Thread(() -> {
            if (!ended.get()) {
                wal.console()
                        .err()
                        .println("headrace: interrupted; " + place.home()
                                + " is as it was, or repaired, and nothing more"
                                + " is lost: run the same command again");
            }
        });
        Runtime.getRuntime().addShutdownHook(tellsInterrupt);
        try {
            return LogRepair.apply(wal.storage(), place, LogClocks.system(), name);
        } finally {
            ended.set(true);
        }
    }
}
