package io.headrace.tools.agent;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code headrace agent} as a process of its own, started as the command does it, and what it says. */
final class RunningAgent implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(40);

    private static final Pattern ADDRESS = Pattern.compile("metrics and health on http://[^ ]*:(\\d+)");
    private static final Pattern SAID = Pattern.compile("^\\S+ \\S+ (WARN |ERROR) |^headrace: |: error: ");

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final Path log;
    private final Process process;

    private RunningAgent(Path log, Process process) {
        this.log = log;
        this.process = process;
    }

    /** Starts agent {@code a1} of a file; standard error goes to a log file beside it. */
    static RunningAgent start(Path configuration, String... more) throws IOException {
        return startNamed("a1", configuration, more);
    }

    /** Starts one of the agents of a file; standard error goes to a log file beside it. */
    static RunningAgent startNamed(String name, Path configuration, String... more) throws IOException {
        return startWith(List.of(), name, configuration, more);
    }

    /** As above, with flags of Java that win over what is given otherwise. */
    static RunningAgent startWith(List<String> javaFlags, String name, Path configuration, String... more)
            throws IOException {
        Path log = Files.createTempFile(configuration.toAbsolutePath().getParent(), "agent-", ".log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.equals("-XX:+IgnoreUnrecognizedVMOptions"))
                .forEach(command::add);
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
        command.addAll(javaFlags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.headrace.tools.Main"));
        command.addAll(List.of("agent", "-n", name, "-f", configuration.toString()));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new RunningAgent(log, process);
    }

    /** Everything it wrote so far. */
    List<String> lines() {
        try {
            return Files.readString(log, StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Warnings, errors and final messages: what a person is meant to notice. */
    List<String> complaints() {
        return lines().stream().filter(line -> SAID.matcher(line).find()).toList();
    }

    String text() {
        return String.join("\n", lines());
    }

    long count(String part) {
        return lines().stream().filter(line -> line.contains(part)).count();
    }

    /** The port it serves metrics on; waits until it is told. */
    int port() {
        await().atMost(LONG).until(() -> ADDRESS.matcher(text()).find());
        Matcher found = ADDRESS.matcher(text());
        return found.find() ? Integer.parseInt(found.group(1)) : 0;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Waits until {@code /health} answers so and says that. */
    void awaitHealth(int status, String part) {
        await().atMost(LONG).until(() -> {
            try {
                HttpResponse<String> health = get("/health");
                return health.statusCode() == status && health.body().contains(part);
            } catch (ConnectException notYet) {
                return false;
            }
        });
    }

    /** One of Flume's counters or gauges. */
    double metric(String group, String name) throws IOException, InterruptedException {
        String metrics = get("/metrics?shape=flat").body();
        int from = metrics.indexOf('"' + group + "\":{");
        Matcher value = Pattern.compile('"' + name + "\":\"([^\"]*)\"").matcher(metrics);
        return from >= 0 && value.find(from) ? Double.parseDouble(value.group(1)) : Double.NaN;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** SIGTERM. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** SIGHUP. */
    void hangUp() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start().waitFor();
    }

    /** Waits for the end; the exit code. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still runs:\n" + text());
        }
        return process.exitValue();
    }

    int stop() throws InterruptedException {
        terminate();
        return exitCode();
    }

    /** SIGKILL, if it still runs. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
