package io.headrace.benchmarks.suites;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Processes of contestants, one at a time. {@link #run} is called by one thread, {@link #stop} by any.
 */
final class Fork {
    private static final int TAIL_LINES = 12;
    private static final long END_SECONDS = 5;
    private static final Set<Integer> SIGNALS = Set.of(128 + 1, 128 + 2, 128 + 15);
    private static final long SIGNAL_MILLIS = 500;
    private static final double NANOS = 1e9;

    private final Path directory;
    private final Map<String, String> environment;
    private final Object lock = new Object();
    private Process current;
    private boolean stopped;

    /** What came of a process: its standard output, or why there is none. */
    record Outcome(String output, String failure, double seconds) {}

    /**
     * @param directory where processes run
     */
    Fork(Path directory, Map<String, String> environment) {
        this.directory = directory;
        this.environment = environment;
    }

    /** Runs a command to its end, or until the time is over or {@link #stop} is called; then all it started is ended. */
    Outcome run(List<String> command, Path work, double limitSeconds) throws IOException, InterruptedException {
        Path out = work.resolve("out");
        Path err = work.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().putAll(environment);
        builder.environment().put("HEADRACE_BENCHMARKS_FOLDER", work.toString());
        long begun = System.nanoTime();
        Process process;
        synchronized (lock) {
            if (stopped) {
                return new Outcome("", "stopped", 0);
            }
            process = builder.start();
            current = process;
        }
        boolean ended = process.waitFor((long) (limitSeconds * 1000), TimeUnit.MILLISECONDS);
        if (!ended) {
            end(process);
        }
        double seconds = (System.nanoTime() - begun) / NANOS;
        synchronized (lock) {
            current = null;
            if (ended && SIGNALS.contains(process.exitValue())) {
                // Ctrl-C reaches all processes at once: perhaps this one hears of it last.
                lock.wait(SIGNAL_MILLIS);
            }
            if (stopped) {
                return new Outcome("", "stopped", seconds);
            }
        }
        if (!ended) {
            return new Outcome("", "not ready after " + Math.round(limitSeconds) + " s\n" + tail(err), seconds);
        }
        if (process.exitValue() != 0) {
            return new Outcome("", "exit code " + process.exitValue() + "\n" + tail(err), seconds);
        }
        return new Outcome(Files.readString(out, StandardCharsets.UTF_8), null, seconds);
    }

    /** Ends what runs, and lets nothing start any more. */
    void stop() {
        Process process;
        synchronized (lock) {
            stopped = true;
            lock.notifyAll();
            process = current;
        }
        if (process != null) {
            end(process);
        }
    }

    boolean isStopped() {
        synchronized (lock) {
            return stopped;
        }
    }

    /** First asks, so that folders are removed, then kills; the children, too. */
    private static void end(Process process) {
        List<ProcessHandle> all =
                new java.util.ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroy);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
        for (ProcessHandle each : all) {
            try {
                each.onExit().get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (java.util.concurrent.TimeoutException e) {
                each.destroyForcibly();
            } catch (java.util.concurrent.ExecutionException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                each.destroyForcibly();
            }
        }
    }

    private static String tail(Path file) throws IOException {
        List<String> lines = Files.readString(file, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank() && !line.matches("\\s+at .*"))
                .toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
