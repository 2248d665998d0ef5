package io.headrace.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
            "headrace help [COMMAND [COMMAND]]",
            "   or: headrace help components [[KIND] NAME] [--json | --markdown]"
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class HelpCommand implements Callable<Integer> {
    @ParentCommand
    private HeadraceCommand headrace;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "Which one, such as agent, or wal status.")
    private List<String> names = new ArrayList<>();

    Console console() {
        return headrace.console();
    }

    @Override
    public Integer call() {
        CommandLine wanted = spec.parent().commandLine();
        for (String name : names) {
            Set<String> known = wanted.getSubcommands().keySet();
            if (!known.contains(name)) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "help: " + String.join(" ", names) + " (expected: "
                                + (known.isEmpty() ? "nothing behind it" : "one of " + String.join(", ", known)) + ")");
            }
            wanted = wanted.getSubcommands().get(name);
        }
        wanted.usage(headrace.console().out());
        return ExitCode.OK;
    }
}
