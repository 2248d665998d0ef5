package io.headrace.tools.quickstart;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts {@code headrace agent} as a process, the way this one was started. */
final class AgentLauncher {
    /** Where {@code bin/headrace} says that it is. */
    private static final String LAUNCHER = System.getProperty("headrace.launcher");

    private static final String MAIN = "io.headrace.tools.Main";

    /** The process ends when this one does: its standard input is a pipe from here. */
    Process start(List<String> arguments, Path folder, Path log) throws IOException {
        List<String> command = new ArrayList<>();
        if (LAUNCHER != null) {
            command.add(LAUNCHER);
        } else {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(AgentLauncher::isWantedByAgents)
                    .forEach(command::add);
            command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m", "-cp", System.getProperty("java.class.path"), MAIN));
        }
        command.add("agent");
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("HEADRACE_NO_BUILD", "1");
        return builder.start();
    }

    private static boolean isWantedByAgents(String flag) {
        return flag.startsWith("--") || flag.equals("-XX:+IgnoreUnrecognizedVMOptions");
    }
}
