package io.headrace.tools;

import io.headrace.tools.generate.AccessLogLines;
import io.headrace.tools.quickstart.Quickstart;
import io.headrace.tools.quickstart.QuickstartOptions;
import io.headrace.tools.quickstart.QuickstartOptions.ChannelKind;
import io.headrace.tools.quickstart.QuickstartOptions.Victim;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Shows on this machine that nothing is lost or doubled when a tier is killed. */
@Command(
        name = "quickstart",
        description = {
            "See it work on this machine: two tiers, a kill, nothing lost.",
            "",
            "An agent reads lines and sends them to a collector, each a process with a durable channel. On the way a"
                    + " process is killed with SIGKILL and started again. At the end every output file is compared with"
                    + " its input, byte for byte, and a ledger printed.",
            "",
            "Everything happens in a folder headrace-quickstart below the current one, which is deleted at the end.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace quickstart                              five million generated lines, one kill",
            "  headrace quickstart /var/log/*.log               your own files; they are only read",
            "  headrace quickstart --kill both --kills 3        three times both processes at once",
            "  headrace quickstart --lines 10000000 --kill none how fast it is",
            "  headrace quickstart --keep                       keep the files and get the cmp line to check with",
            "",
            "Exit codes: 0 all equal, 2 something lost, doubled or altered, 1 it could not be tried."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class QuickstartCommand implements Callable<Integer> {
    @ParentCommand
    private HeadraceCommand headrace;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..*",
            description = "Files of lines to send instead of generated ones. They are read where they are.")
    private List<Path> files = List.of();

    @Option(
            names = "--lines",
            paramLabel = "N",
            defaultValue = "5000000",
            description = "Lines to generate (default: ${DEFAULT-VALUE}).")
    private long lines;

    @Option(
            names = "--bytes",
            paramLabel = "N",
            defaultValue = "128",
            description = "Mean length of a generated line (default: ${DEFAULT-VALUE}).")
    private int bytes;

    @Option(
            names = "--kill",
            paramLabel = "WHO",
            defaultValue = "collector",
            description = "Who is killed: collector, agent, both or none (default: ${DEFAULT-VALUE}).")
    private Victim victim;

    @Option(
            names = "--kills",
            paramLabel = "N",
            defaultValue = "1",
            description = "How often (default: ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--channel",
            paramLabel = "TYPE",
            defaultValue = "file",
            description = "The agent's channel: file, dual or memory (default: ${DEFAULT-VALUE}).")
    private ChannelKind channel;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Decides lines and kill points; the same seed kills at the same points (default: another each"
                    + " time, printed with --json).")
    private Long seed;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Where the folder is made (default: the current folder).")
    private Path folder;

    @Option(names = "--keep", description = "Keep input and output, and print how to compare them by hand.")
    private boolean keep;

    @Option(names = "--json", description = "Print the ledger as one JSON object on one line.")
    private boolean json;

    @Option(
            names = "--stall-timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Give up when nothing arrives for so long (default: ${DEFAULT-VALUE}).")
    private int stallSeconds;

    @Override
    public Integer call() throws Exception {
        check();
        Console console = headrace.console();
        Quickstart quickstart = new Quickstart(options(), console);
        Quickstart.Result result;
        Thread onInterrupt = new Thread(() -> abort(quickstart, console), "quickstart-abort");
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try {
            result = quickstart.run();
        } catch (IOException | CommandException | InterruptedException failure) {
            if (quickstart.isAborted()) {
                return ExitCode.FAILED;
            }
            throw failure;
        } finally {
            forget(onInterrupt);
        }
        if (json) {
            console.out().println(result.json());
            result.checks().forEach(console.err()::println);
        } else {
            console.out().println();
            console.out().print(result.text());
            result.checks().forEach(console.out()::println);
        }
        return result.sound() ? ExitCode.OK : ExitCode.INTEGRITY;
    }

    private static void forget(Thread onInterrupt) {
        try {
            Runtime.getRuntime().removeShutdownHook(onInterrupt);
        } catch (IllegalStateException alreadyEnding) {
            // The hook runs already, and cleans up.
            return;
        }
    }

    private static void abort(Quickstart quickstart, Console console) {
        try {
            quickstart.abort();
        } catch (IOException failure) {
            console.err().println("headrace: left behind: " + failure.getMessage());
        }
    }

    private void check() {
        range("--lines", lines, 1, AccessLogLines.MAX_LINES);
        range("--bytes", bytes, AccessLogLines.MIN_MEAN_BYTES, AccessLogLines.MAX_MEAN_BYTES);
        range("--kills", kills, 0, 1000);
        range("--stall-timeout", stallSeconds, 1, 86_400);
    }

    private static void range(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new CommandException(
                    ExitCode.USAGE, name + ": " + value + " (expected: " + least + ".." + most + ")");
        }
    }

    private QuickstartOptions options() {
        return new QuickstartOptions(
                files,
                lines,
                bytes,
                channel,
                kills == 0 ? Victim.NONE : victim,
                kills,
                seed == null ? System.nanoTime() : seed,
                folder,
                keep,
                Duration.ofSeconds(stallSeconds));
    }
}
