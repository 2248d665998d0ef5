package io.headrace.tools;

import io.headrace.tools.generate.AccessLogLines;
import io.headrace.tools.generate.LineWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Writes log lines to try things with. */
@Command(
        name = "generate",
        description = {"Write lines of a web server's log: the same for the same seed, no two lines alike.", ""},
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace generate --lines 5000000 --out access.log",
            "  headrace generate --rate 1000 >> access.log      a thousand a second, for tail -f",
            "  headrace generate --lines 3 --seed 7"
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class GenerateCommand implements Callable<Integer> {
    @ParentCommand
    private HeadraceCommand headrace;

    @Option(
            names = "--lines",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "How many (default: ${DEFAULT-VALUE}).")
    private long lines;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "0",
            description = "Lines a second; 0 for as fast as it goes (default: ${DEFAULT-VALUE}).")
    private long rate;

    @Option(
            names = "--bytes",
            paramLabel = "N",
            defaultValue = "128",
            description =
                    "Mean length of a line with its line feed, kept exactly; 64 to 1048576 (default: ${DEFAULT-VALUE}).")
    private int bytes;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Another seed, other lines (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "-",
            description = "Where to, - for standard output (default: ${DEFAULT-VALUE}). An old file is replaced.")
    private String out;

    @Option(names = "--append", description = "Add to the file of --out.")
    private boolean append;

    @Override
    public Integer call() throws IOException {
        if (rate < 0) {
            throw new CommandException(ExitCode.USAGE, "--rate: " + rate + " (expected: >= 0)");
        }
        AccessLogLines source = source();
        Progress progress = new Progress(headrace.console());
        LineWriter writer = new LineWriter(source, rate, written -> {
            if (progress.isDue() && lines > 0) {
                progress.draw((double) written / lines, String.format(Locale.ROOT, "%,d lines", written));
            }
        });
        int code = out.equals("-") ? writeToStandardOutput(writer) : writeToFile(writer);
        progress.clear();
        return code;
    }

    private int writeToFile(LineWriter writer) throws IOException {
        try (OutputStream file = new FileOutputStream(Path.of(out).toFile(), append)) {
            writer.writeTo(file);
        }
        return ExitCode.OK;
    }

    // Past System.out, which hides that a reader such as head has gone.
    @SuppressWarnings("resource")
    private static int writeToStandardOutput(LineWriter writer) throws IOException {
        try {
            writer.writeTo(new FileOutputStream(FileDescriptor.out));
            return ExitCode.OK;
        } catch (IOException failure) {
            if (StandardOutput.isReaderGone(failure)) {
                return ExitCode.FAILED;
            }
            throw failure;
        }
    }

    private AccessLogLines source() {
        try {
            return new AccessLogLines(seed, lines, bytes);
        } catch (IllegalArgumentException wrong) {
            throw new CommandException(ExitCode.USAGE, "--" + wrong.getMessage(), wrong);
        }
    }
}
