package io.headrace.tools;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "validate",
        description = "Check a configuration without starting anything.%n",
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class ValidateCommand implements Callable<Integer> {
    @ParentCommand
    private HeadraceCommand headrace;

    @Parameters(paramLabel = "FILE")
    private Path file;

    @Option(
            names = {"-n", "--name"},
            paramLabel = "NAME")
    private String name;

    @Override
    public Integer call() {
        return 0;
    }
}
