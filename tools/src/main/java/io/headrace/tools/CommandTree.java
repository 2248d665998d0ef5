package io.headrace.tools;

import java.util.List;
import picocli.CommandLine;

/**
 * The commands below {@code headrace}. Only those are made that the arguments name, because looking at the options of all of
 * them takes longer than a short command does; all of them where help is wanted or a name is not known. Pure functions.
 */
final class CommandTree {
    private static final List<String> COMMANDS = List.of(
            "quickstart", "agent", "validate", "generate", "wal", "bench", "tune", "version", "completion", "help");
    private static final List<String> BENCH = List.of("channel", "wal", "link", "pipeline");
    private static final List<String> WAL = List.of("status", "check", "cat", "export", "repair", "cursors");

    private CommandTree() {}

    static CommandLine of(HeadraceCommand headrace, String... arguments) {
        CommandLine top = new CommandLine(headrace);
        String name = word(0, arguments);
        boolean aboutAll = name.equals("help") || name.equals("completion");
        for (String chosen : aboutAll ? COMMANDS : chosen(COMMANDS, name)) {
            String below = aboutAll ? "" : word(1, arguments);
            top.addSubcommand(
                    chosen,
                    switch (chosen) {
                        case "wal" -> wal(below);
                        case "bench" -> bench(below);
                        default -> command(chosen);
                    });
        }
        return top;
    }

    private static CommandLine wal(String name) {
        CommandLine wal = new CommandLine(new WalCommand());
        for (String chosen : chosen(WAL, name)) {
            wal.addSubcommand(chosen, walCommand(chosen));
        }
        return wal;
    }

    private static CommandLine bench(String name) {
        CommandLine bench = new CommandLine(new BenchCommand());
        for (String chosen : chosen(BENCH, name)) {
            bench.addSubcommand(chosen, benchCommand(chosen));
        }
        return bench;
    }

    /** The arguments that are no options; no option before a command takes a value. */
    private static String word(int wanted, String... arguments) {
        int words = 0;
        for (String argument : arguments) {
            if (!argument.startsWith("-") && words++ == wanted) {
                return argument;
            }
        }
        return "";
    }

    private static List<String> chosen(List<String> commands, String name) {
        return commands.contains(name) ? List.of(name) : commands;
    }

    private static Object command(String name) {
        return switch (name) {
            case "quickstart" -> new QuickstartCommand();
            case "agent" -> new AgentCommand();
            case "validate" -> new ValidateCommand();
            case "generate" -> new GenerateCommand();
            case "tune" -> new TuneCommand();
            case "version" -> new VersionCommand();
            case "completion" -> new CompletionCommand();
            case "help" -> new HelpCommand();
            default -> throw new IllegalArgumentException("command: " + name + " (expected: one of " + COMMANDS + ")");
        };
    }

    private static Object benchCommand(String name) {
        return switch (name) {
            case "channel" -> new BenchChannelCommand();
            case "wal" -> new BenchWalCommand();
            case "link" -> new BenchLinkCommand();
            case "pipeline" -> new BenchPipelineCommand();
            default ->
                throw new IllegalArgumentException("command: bench " + name + " (expected: one of " + BENCH + ")");
        };
    }

    private static Object walCommand(String name) {
        return switch (name) {
            case "status" -> new WalStatusCommand();
            case "check" -> new WalCheckCommand();
            case "cat" -> new WalCatCommand();
            case "export" -> new WalExportCommand();
            case "repair" -> new WalRepairCommand();
            case "cursors" -> new WalCursorsCommand();
            default -> throw new IllegalArgumentException("command: wal " + name + " (expected: one of " + WAL + ")");
        };
    }
}
