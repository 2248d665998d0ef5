package io.headrace.tools;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The same as {@code --help} of a command. */
@Command(
        name = "help",
        description = {"Show what there is, all about one command, or what can stand in a configuration.", ""},
        subcommands = ComponentsCommand.class,
        customSynopsis = {
            "Usage: headrace help [COMMAND]",
            "   or: headrace help components [[KIND] NAME] [--json | --markdown]"
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class HelpCommand implements Callable<Integer> {
    @ParentCommand
    private HeadraceCommand headrace;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "COMMAND", arity = "0..1", description = "Which one.")
    private String name;

    Console console() {
        return headrace.console();
    }

    @Override
    public Integer call() {
        CommandLine top = spec.parent().commandLine();
        CommandLine wanted = name == null ? top : top.getSubcommands().get(name);
        if (wanted == null) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "help: " + name + " (expected: one of "
                            + String.join(", ", top.getSubcommands().keySet()) + ")");
        }
        wanted.usage(headrace.console().out());
        return ExitCode.OK;
    }
}
