package io.headrace.tools;

import io.headrace.tools.wal.Pace;
import io.headrace.wal.FileStorage;
import io.headrace.wal.LogPlace;
import io.headrace.wal.NoLogException;
import io.headrace.wal.Storage;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Looks into write-ahead logs; it only has subcommands. */
@Command(
        name = "wal",
        description = {
            "Look into the write-ahead log of a channel, and repair one that is damaged.",
            "An agent may have it open meanwhile, unless --apply changes something. DIR is what the"
                    + " configuration calls dataDirs (any of them) or checkpointDir, or the folder above.",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "Commands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace wal status /var/lib/a1/log            what is in it, at once",
            "  headrace wal check /var/lib/a1/log             verify every checksum",
            "  headrace wal cat --limit 10 /var/lib/a1/log    the oldest events that wait",
            "  headrace wal export --out waiting.jsonl /var/lib/a1/log",
            "  headrace wal repair /var/lib/a1/log            what it would do; --apply does it",
            "  headrace wal cursors /var/lib/a1/log           who reads from where; --drop takes one away",
            "  headrace wal status --help                     all about one of them",
            "",
            "Exit codes: 0 sound, 1 cannot be read, 2 damaged, 64 usage."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class WalCommand implements Runnable {
    @ParentCommand
    private HeadraceCommand headrace;

    @Spec
    private CommandSpec spec;

    private final Storage storage = new FileStorage();

    /** Which log a command is about. */
    static final class Target {
        @Parameters(
                paramLabel = "DIR",
                description = "A folder of the log (dataDirs, checkpointDir), or one that holds exactly one log.")
        private Path folder;

        @Option(
                names = "--checkpoint",
                paramLabel = "DIR",
                description = "Where the checkpoint is, if it is not found (checkpointDir).")
        private Path checkpoint;
    }

    /** How a command reads a log that an agent has open. */
    static final class Reading {
        @Option(
                names = "--fast",
                description = {
                    "Do not yield to an agent that has the log open. Without this the command uses a hundredth of a"
                            + " processor beside one, or half of one while a whole processor is left over. A log that"
                            + " nobody has open is always read as fast as it goes."
                })
        private boolean fast;

        private final Pace unhindered = Pace.unhindered();
        private Pace gentle;

        /** To be asked between two frames, as long as the log is open, or not. */
        Pace pace(Storage storage, LogPlace place) throws IOException {
            if (fast || storage.holder(place.home()) == null) {
                return unhindered;
            }
            if (gentle == null) {
                gentle = Pace.gentle();
            }
            gentle.begin();
            return gentle;
        }
    }

    /** What a command does with a log. */
    interface Work {
        int run(LogPlace place) throws IOException;
    }

    Console console() {
        return headrace.console();
    }

    Storage storage() {
        return storage;
    }

    /** Finds the log and works on it; what goes wrong ends as one message. */
    int with(Target target, Work work) throws IOException {
        refuseFile(target.folder);
        try {
            return work.run(LogPlace.find(storage, target.folder, target.checkpoint));
        } catch (NoLogException e) {
            throw new CommandException(e.several() ? ExitCode.USAGE : ExitCode.FAILED, e.getMessage(), e);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            throw new CommandException(ExitCode.FAILED, e.getMessage(), e);
        }
    }

    /** Also says so where a folder on the way must not be entered, which would look as if nothing were there. */
    private static void refuseFile(Path folder) throws IOException {
        try {
            if (!Files.readAttributes(folder, BasicFileAttributes.class).isDirectory()) {
                throw new CommandException(
                        ExitCode.FAILED, folder + ": a file (expected: the folder of a log, or one that holds it)");
            }
        } catch (NoSuchFileException e) {
            throw new CommandException(
                    ExitCode.FAILED,
                    folder + ": no such folder (expected: the folder of a log, or one that holds it)",
                    e);
        }
    }

    @Override
    public void run() {
        spec.commandLine().usage(console().out());
    }
}
