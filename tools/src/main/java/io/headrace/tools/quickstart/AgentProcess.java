package io.headrace.tools.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One of the two tiers, through several lives. Owned by one thread, but for {@link #killForGood}. */
final class AgentProcess {
    private static final int TAIL_BYTES = 16 * 1024;

    private final AgentLauncher launcher;
    private final String name;
    private final Path config;
    private final Path folder;
    private final int metricsPort;
    private volatile Process process;
    private boolean ended;
    private long peakResidentBytes;

    AgentProcess(AgentLauncher launcher, String name, Path config, Path folder, int metricsPort) {
        this.launcher = launcher;
        this.name = name;
        this.config = config;
        this.folder = folder;
        this.metricsPort = metricsPort;
    }

    String name() {
        return name;
    }

    int metricsPort() {
        return metricsPort;
    }

    Path log() {
        return folder.resolve(name + ".log");
    }

    synchronized void start() throws IOException {
        if (ended) {
            throw new IOException(name + ": not started, the run is being stopped");
        }
        process = launcher.start(
                List.of(
                        "--name",
                        name,
                        "--conf-file",
                        config.toString(),
                        "--metrics-port",
                        Integer.toString(metricsPort),
                        "--stop-with-parent"),
                folder,
                log());
    }

    /** For any thread. */
    boolean isAlive() {
        Process present = process;
        return present != null && present.isAlive();
    }

    /** Whether it was started and is no more. */
    boolean hasEnded() {
        return process != null && !process.isAlive();
    }

    /** Whether {@link #killForGood} ended it. */
    synchronized boolean isToEnd() {
        return ended;
    }

    int exitCode() {
        return process.exitValue();
    }

    /** SIGKILL. */
    void sendKill() {
        process.destroyForcibly();
    }

    void awaitEnd() throws InterruptedException {
        process.waitFor();
    }

    /** SIGTERM; returns whether the process ended in time, kills it if not. */
    boolean stop(long seconds) throws InterruptedException {
        measureMemory();
        // Not Process.destroy(), which closes the pipe as well, on which the agent would stop at once.
        process.toHandle().destroy();
        if (process.waitFor(seconds, TimeUnit.SECONDS)) {
            return true;
        }
        sendKill();
        awaitEnd();
        return false;
    }

    /** Kills it if it lives and keeps it from being started again. For any thread. */
    synchronized void killForGood() {
        ended = true;
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }

    /** Looks at how much memory the process has had at most, as the kernel counts it. */
    void measureMemory() {
        if (process == null) {
            return;
        }
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        try (Stream<String> lines = Files.lines(status)) {
            lines.filter(line -> line.startsWith("VmHWM:"))
                    .map(line -> line.replaceAll("[^0-9]", ""))
                    .filter(digits -> !digits.isEmpty())
                    .findFirst()
                    .ifPresent(digits -> peakResidentBytes = Math.max(peakResidentBytes, Long.parseLong(digits) << 10));
        } catch (IOException | UncheckedIOException gone) {
            // A process that has just ended has no status; what was measured before stands.
            return;
        }
    }

    /** The most memory that one of its lives had, 0 where the system doesn't tell. */
    long peakResidentBytes() {
        return peakResidentBytes;
    }

    /** The last lines of its log. */
    List<String> logTail(int lines) throws IOException {
        if (!Files.exists(log())) {
            return List.of();
        }
        byte[] bytes = Files.readAllBytes(log());
        int from = Math.max(0, bytes.length - TAIL_BYTES);
        Deque<String> tail = new ArrayDeque<>();
        new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8)
                .lines()
                .forEach(line -> {
                    tail.addLast(line);
                    if (tail.size() > lines) {
                        tail.removeFirst();
                    }
                });
        return List.copyOf(tail);
    }
}
