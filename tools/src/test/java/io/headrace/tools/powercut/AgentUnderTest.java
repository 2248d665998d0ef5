package io.headrace.tools.powercut;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real agent in a process of its own, started by the launcher as a user would, through many lives. It ends with the
 * rig at the latest: its standard input is a pipe.
 */
final class AgentUnderTest implements AutoCloseable {
    private final Path launcher;
    private final Path work;
    private final String javaFlags;
    private Process process;
    private boolean wrapped;
    private int linkPort;
    private int metricsPort;
    private long logBegin;

    AgentUnderTest(Path launcher, Path work, String javaFlags) {
        this.launcher = launcher;
        this.work = work;
        this.javaFlags = javaFlags;
    }

    /**
     * Starts it and does not wait.
     *
     * @param configuration its text, with {@code @PORT@} where the source listens
     * @param wrapper a command that runs another one, may be empty
     */
    void start(String configuration, List<String> wrapper) throws IOException {
        linkPort = freePort();
        metricsPort = freePort();
        Path file = work.resolve("agent.properties");
        Files.writeString(file, configuration.replace("@PORT@", Integer.toString(linkPort)));
        Path log = log();
        logBegin = Files.exists(log) ? Files.size(log) : 0;
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(launcher.toString(), "agent", "-n", "a1", "-f", file.toString()));
        command.addAll(List.of("--stop-with-parent", "--metrics-port", Integer.toString(metricsPort)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("JAVA_OPTS", javaFlags);
        builder.environment().put("HEADRACE_NO_BUILD", "yes");
        wrapped = !wrapper.isEmpty();
        process = builder.start();
    }

    int linkPort() {
        return linkPort;
    }

    Path log() {
        return work.resolve("agent.log");
    }

    /** What it said in this life. */
    String said() {
        try {
            byte[] all = Files.readAllBytes(log());
            return new String(all, (int) logBegin, all.length - (int) logBegin, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** The process of Java: a wrapper's child; the launcher becomes it, and may have other children before. */
    long pid() {
        return wrapped ? process.children().findFirst().map(ProcessHandle::pid).orElse(process.pid()) : process.pid();
    }

    /** SIGKILL. */
    void kill() {
        if (process == null) {
            return;
        }
        List<ProcessHandle> children = process.descendants().toList();
        children.forEach(ProcessHandle::destroyForcibly);
        if (children.isEmpty()) {
            process.destroyForcibly();
        }
        try {
            // A wrapper ends with what it wraps.
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        children.forEach(child -> child.onExit().join());
        process = null;
    }

    /**
     * An answer over HTTP.
     *
     * @param isFailure whether its status is 503, which is what load balancers look at
     */
    record Answer(boolean isFailure, String body) {}

    /** What it answers; null when it does not, or has no such page yet. */
    String get(String path, boolean onlyWhenFailed) {
        Answer answer = ask(path);
        return answer == null || onlyWhenFailed && !answer.isFailure ? null : answer.body;
    }

    /** The same, with the status. */
    Answer ask(String path) {
        try {
            URLConnection opened =
                    URI.create("http://127.0.0.1:" + metricsPort + path).toURL().openConnection();
            opened.setConnectTimeout(1_000);
            opened.setReadTimeout(2_000);
            HttpURLConnection connection = (HttpURLConnection) opened;
            boolean failed = connection.getResponseCode() == 503;
            try (var body = failed ? connection.getErrorStream() : connection.getInputStream()) {
                return new Answer(failed, new String(body.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException notNow) {
            return null;
        }
    }

    /** A number that the channel shows in {@code /metrics}; -1 while there is none. */
    long metric(String name) {
        String all = get("/metrics", false);
        Matcher found = Pattern.compile('"' + name + "\" *: *\"(\\d+)\"").matcher(all == null ? "" : all);
        return found.find() ? Long.parseLong(found.group(1)) : -1;
    }

    /** Below the range from which Linux takes ports of its own, lest a sender that dials too early meets itself. */
    private static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (BindException taken) {
                // Another one then.
            }
        }
    }

    @Override
    public void close() {
        kill();
    }
}
