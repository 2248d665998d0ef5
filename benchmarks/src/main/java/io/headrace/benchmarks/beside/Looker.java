package io.headrace.benchmarks.beside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A command that looks into a log, in a session of its own as one of an operator's shell: at work in the windows that are
 * with it, stopped by a signal in those without. One that ends is started again. Owned by one thread.
 */
final class Looker {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Between two looks at a command, each of which costs a quarter of a millisecond itself. */
    private static final long LOOK_MILLIS = 50;

    /** What is run. */
    enum Kind {
        /** {@code status --watch 2} of the log at work. */
        STATUS("status --watch 2", false, true, "status", "--watch", "2"),
        /** {@code status} of the log at work, a process each second. */
        AGAIN("status, one a second", true, true, "status"),
        /** {@code check} of a backlog of the same agent. */
        CHECK("check of a backlog", false, false, "check"),
        /** {@code cat --follow} of the log at work. */
        CAT("cat --follow", false, true, "cat", "--follow"),
        /** {@code export} of a backlog of the same agent. */
        EXPORT("export of a backlog", false, false, "export"),
        /** {@code check} of the log at work, a process each second. */
        LIVE("check, one a second", true, true, "check");

        final String text;
        final boolean eachSecond;
        final boolean atWork;
        final List<String> words;

        Kind(String text, boolean eachSecond, boolean atWork, String... words) {
            this.text = text;
            this.eachSecond = eachSecond;
            this.atWork = atWork;
            this.words = List.of(words);
        }

        boolean endsByItself() {
            return this != STATUS && this != CAT;
        }
    }

    private final Kind kind;
    private final List<String> command = new ArrayList<>();
    private final Path said;
    private Process process;
    private long beganNanos;
    private long processorNanos;
    private long seenNanos;
    private boolean stopped;
    private int runs;

    /**
     * @param headrace the command
     * @param options more options of it
     * @param said a file for what it says on standard error
     */
    Looker(Kind kind, Path headrace, List<String> options, Path log, Path said) {
        this.kind = kind;
        this.said = said;
        command.addAll(List.of("setsid", headrace.toString(), "wal"));
        command.addAll(kind.words);
        if (kind != Kind.STATUS && kind != Kind.AGAIN) {
            command.addAll(options);
        }
        command.add(log.toString());
    }

    Kind kind() {
        return kind;
    }

    /** How often it was started. */
    int runs() {
        return runs;
    }

    /** Processor time so far since {@link #forget}. */
    long processorNanos() {
        return processorNanos;
    }

    /** What it has used until now counts no more. */
    void forget() {
        processorNanos = 0;
        runs = 0;
    }

    /** Lets it work until a moment of {@link System#nanoTime()}. */
    void workUntil(long end) throws IOException, InterruptedException {
        if (stopped) {
            signal("-CONT");
            stopped = false;
        }
        while (System.nanoTime() < end) {
            if (process == null && (!kind.eachSecond || System.nanoTime() - beganNanos >= SECOND)) {
                begin();
            }
            // The shell that starts Java takes time of its own, which is seen as that of the same process.
            Thread.sleep(Math.max(0, Math.min(LOOK_MILLIS, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()))));
            look();
        }
    }

    /** As {@link #workUntil}, and costs the same, without a command. */
    static void waitUntil(long end) throws IOException, InterruptedException {
        while (System.nanoTime() < end) {
            Thread.sleep(Math.max(0, Math.min(LOOK_MILLIS, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()))));
            AgentProbe.processorNanos(Path.of("/proc/self/task"));
        }
    }

    /** Keeps it from working. */
    void pause() throws IOException, InterruptedException {
        if (process == null) {
            return;
        }
        if (kind.eachSecond) {
            process.waitFor();
            look();
        } else {
            signal("-STOP");
            stopped = true;
        }
    }

    /** Ends it for good. */
    void end() throws IOException, InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
            process = null;
        }
        String text = Files.exists(said) ? Files.readString(said) : "";
        if (text.contains("damage") || text.contains("headrace:")) {
            throw new IOException(kind.text + ": " + text.strip());
        }
    }

    private void begin() throws IOException {
        process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.appendTo(said.toFile()))
                .start();
        beganNanos = System.nanoTime();
        seenNanos = 0;
        runs++;
    }

    private void look() throws IOException {
        if (process == null) {
            return;
        }
        long now = AgentProbe.processorNanos(Path.of("/proc", Long.toString(process.pid()), "task"));
        processorNanos += Math.max(0, now - seenNanos);
        seenNanos = Math.max(seenNanos, now);
        if (!process.isAlive()) {
            if (!kind.endsByItself() || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": exit code " + process.exitValue()
                        + (Files.exists(said) ? ": " + Files.readString(said).strip() : ""));
            }
            process = null;
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", name, Long.toString(process.pid()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
