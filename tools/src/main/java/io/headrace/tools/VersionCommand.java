package io.headrace.tools;

import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Says which Headrace runs on which Java and system. */
@Command(
        name = "version",
        description = "Show the version, the Java and the system it runs on.",
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class VersionCommand implements Runnable {
    private static final String UNPACKED = "(not packaged)";

    @ParentCommand
    private HeadraceCommand headrace;

    @Override
    public void run() {
        headrace.console().out().println(describe());
    }

    static String describe() {
        String packed = VersionCommand.class.getPackage().getImplementationVersion();
        return "headrace " + (packed == null ? UNPACKED : packed)
                + System.lineSeparator()
                + "java " + System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ", "
                + System.getProperty("java.home") + ")"
                + System.lineSeparator()
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch");
    }
}
