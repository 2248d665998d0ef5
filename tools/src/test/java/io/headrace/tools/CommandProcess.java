package io.headrace.tools;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The command in a process of its own, which takes itself to be at a terminal. Killed when it is closed. */
final class CommandProcess implements AutoCloseable {
    private static final int SIGINT_BIT = 1 << 1;
    private static final long LONGEST_SECONDS = 60;

    private final Path out;
    private final Path err;
    private final Process process;

    private CommandProcess(Path out, Path err, Process process) {
        this.out = out;
        this.err = err;
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @param folder where what it says is kept
     */
    static CommandProcess start(Path folder, String... arguments) throws IOException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.equals("-XX:+IgnoreUnrecognizedVMOptions"))
                .forEach(command::add);
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dheadrace.terminal=true"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.headrace.tools.Main"));
        command.addAll(List.of(arguments));
        return new CommandProcess(
                out,
                err,
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String out() {
        return text(out);
    }

    String err() {
        return text(err);
    }

    /**
     * As Ctrl-C does; a SIGTERM where a script without job control started the tests in the background, as SIGINT is
     * ignored there.
     *
     * @return what a process ends with that such a signal stops
     */
    int interrupt() throws IOException, InterruptedException {
        boolean ignored = ignoresInterrupts();
        new ProcessBuilder("kill", ignored ? "-TERM" : "-INT", Long.toString(process.pid()))
                .start()
                .waitFor();
        return ignored ? 143 : 130;
    }

    /** Waits for its end. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("still there after " + LONGEST_SECONDS + " s: " + err());
        }
        return process.exitValue();
    }

    private boolean ignoresInterrupts() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).trim(), 16))
                    .anyMatch(ignored -> (ignored & SIGINT_BIT) != 0);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
