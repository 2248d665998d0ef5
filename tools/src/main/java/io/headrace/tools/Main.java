package io.headrace.tools;

import io.headrace.engine.agent.AgentFailedException;
import io.headrace.engine.config.ConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Where {@code bin/headrace} starts. Results go to standard output, everything else to standard error; an error is one
 * message, with its stack trace only when {@code --debug} asks for it.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        StandardOutput standardOutput = new StandardOutput();
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        UnaskedExit watch = UnaskedExit.watch(err);
        int code = run(standardOutput, err, arguments);
        watch.end();
        err.flush();
        System.exit(code);
    }

    /** As the other one; results that could not be written are a failure, unless their reader has seen enough. */
    static int run(StandardOutput standardOutput, PrintWriter err, String... arguments) {
        int code = run(new PrintWriter(standardOutput, false, StandardCharsets.UTF_8), err, arguments);
        IOException failure = standardOutput.failure();
        if (failure == null) {
            return code;
        }
        if (!StandardOutput.isReaderGone(failure)) {
            err.println("headrace: standard output: " + failure.getMessage());
        }
        return code == ExitCode.OK ? ExitCode.FAILED : code;
    }

    /** Runs one command in this process and returns its exit code; {@code --help} and errors included. */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine commandLine =
                CommandTree.of(new HeadraceCommand(new Console(out, err, Console.isTerminal())), arguments);
        commandLine.setOut(out);
        commandLine.setErr(err);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExpandAtFiles(false);
        commandLine.setUsageHelpAutoWidth(false);
        commandLine.setUsageHelpWidth(100);
        commandLine.setParameterExceptionHandler(Main::explainUsage);
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> explainFailure(failure, command, err));
        int code = commandLine.execute(arguments);
        out.flush();
        return code;
    }

    private static int explainUsage(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("headrace: " + failure.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(failure, err);
        err.println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static int explainFailure(Exception failure, CommandLine command, PrintWriter err) {
        err.println("headrace: " + describe(failure));
        if (HeadraceCommand.isDebug(command)) {
            failure.printStackTrace(err);
        }
        if (failure instanceof CommandException known) {
            return known.exitCode();
        }
        return failure instanceof ConfigurationException ? ExitCode.CONFIGURATION : ExitCode.FAILED;
    }

    static String describe(Exception failure) {
        if (failure instanceof NoSuchFileException missing) {
            return missing.getFile() + ": no such file or folder";
        }
        if (failure instanceof AccessDeniedException denied) {
            return denied.getFile() + ": permission denied";
        }
        if (failure instanceof FileSystemException file) {
            return file.getMessage();
        }
        if (failure instanceof CommandException
                || failure instanceof ConfigurationException
                || failure instanceof AgentFailedException) {
            return failure.getMessage();
        }
        String message = failure.getMessage();
        return failure.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }
}
