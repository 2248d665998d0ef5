package io.headrace.engine.source.taildir.load;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** A {@link TailAgent} through several lives. Owned by one thread. */
final class TailAgentProcess {
    private final Path folder;
    private final Path configuration;
    private final List<Path> counts = new ArrayList<>();
    private Process process;

    TailAgentProcess(Path folder, Path configuration) {
        this.folder = folder;
        this.configuration = configuration;
    }

    void start() throws IOException {
        Path count = folder.resolve("counts-" + counts.size());
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                TailAgent.class.getName(),
                configuration.toString(),
                count.toString());
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log()))
                .start();
        counts.add(count);
    }

    File log() {
        return folder.resolve("agent.log").toFile();
    }

    /** What it counted in this life, and the end of its log. */
    String describe() throws IOException {
        Path count = counts.get(counts.size() - 1);
        List<String> lines = Files.readAllLines(log().toPath());
        return (process.isAlive() ? "alive, " : "ended, ")
                + (Files.exists(count) ? Files.readString(count) : "no counts")
                + "\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** In order, as a person would stop it. */
    void stop() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IOException("the agent did not end within 60 s, see " + log());
        }
        if (process.exitValue() != 0) {
            throw new IOException("the agent ended with " + process.exitValue() + ", see " + log());
        }
    }

    /** A count over all lives. */
    long total(String name) throws IOException {
        long total = 0;
        for (int life = 0; life < counts.size(); life++) {
            total += read(life, name);
        }
        return total;
    }

    /** A value of this life; -1 before it is known. */
    long now(String name) throws IOException {
        return Files.exists(counts.get(counts.size() - 1)) ? read(counts.size() - 1, name) : -1;
    }

    private long read(int life, String name) throws IOException {
        if (!Files.exists(counts.get(life))) {
            return 0;
        }
        Properties values = new Properties();
        try (Reader in = Files.newBufferedReader(counts.get(life))) {
            values.load(in);
        }
        return Long.parseLong(values.getProperty(name, "0"));
    }

    /** If it lives. */
    void end() throws InterruptedException {
        if (process != null) {
            kill();
        }
    }
}
