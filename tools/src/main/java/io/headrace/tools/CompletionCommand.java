package io.headrace.tools;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Prints what makes a shell complete commands and options. */
@Command(
        name = "completion",
        description = {"Print a script that makes bash or zsh complete commands and options.", ""},
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(headrace completion)                      in this shell; for all of them in ~/.bashrc or ~/.zshrc",
            "  headrace completion > /etc/bash_completion.d/headrace   for everybody"
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class CompletionCommand implements Callable<Integer> {
    @ParentCommand
    private HeadraceCommand headrace;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        headrace.console().out().print(AutoComplete.bash("headrace", spec.root().commandLine()));
        return ExitCode.OK;
    }
}
