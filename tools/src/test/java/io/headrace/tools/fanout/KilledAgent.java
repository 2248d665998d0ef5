package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An agent as a process, through many lives. It ends with this process at the latest: its standard input is a pipe. */
final class KilledAgent implements AutoCloseable {
    private static final long STOP_SECONDS = 60;

    // Below the ports that systems choose for connections.
    private static final int LOWEST_PORT = 12_000;
    private static final int HIGHEST_PORT = 32_000;

    private final Path config;
    private final Path log;
    private final List<String> where;
    private int port;
    private Process process;
    private boolean stopping;

    KilledAgent(Path config, Path log) {
        this(config, log, List.of());
    }

    /** @param where what to put before a command, so that it runs on another machine */
    KilledAgent(Path config, Path log, List<String> where) {
        this.config = config;
        this.log = log;
        this.where = where;
    }

    /** A port that nobody has now, and that no system gives away by itself before it is opened again. */
    static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (BindException taken) {
                // The next one may be free.
            }
        }
    }

    void start() throws IOException {
        port = freePort();
        List<String> command = new ArrayList<>(where);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.equals("-XX:+IgnoreUnrecognizedVMOptions"))
                .forEach(command::add);
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.headrace.tools.Main"));
        command.addAll(List.of("agent", "-n", "a1", "-f", config.toString(), "--stop-with-parent"));
        command.addAll(List.of("--metrics-port", Integer.toString(port)));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        stopping = false;
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM. */
    void askToStop() {
        // Not Process.destroy(), which closes the pipe as well, on which the agent would stop at once.
        process.toHandle().destroy();
        stopping = true;
    }

    /** SIGTERM, unless it is ending; the exit code, or -1 when it did not end in time. */
    int stop() throws InterruptedException {
        if (!stopping) {
            askToStop();
        }
        return process.waitFor(STOP_SECONDS, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    /** What it says of itself, as JSON. */
    String metrics() throws IOException {
        String address = "http://127.0.0.1:" + port + "/metrics";
        try (InputStream body = where.isEmpty() ? URI.create(address).toURL().openStream() : fetch(address)) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IOException("/metrics: " + e.getMessage() + "; the agent said:\n" + log(), e);
        }
    }

    /** The sum of a counter of Flume's over all components that have it. */
    long count(String counter) throws IOException {
        String metrics = metrics();
        Matcher found = Pattern.compile("\"" + counter + "\":\"(\\d+)\"").matcher(metrics);
        assertThat(found.find()).as("%s in %s", counter, metrics).isTrue();
        long sum = 0;
        do {
            sum += Long.parseLong(found.group(1));
        } while (found.find());
        return sum;
    }

    private InputStream fetch(String address) throws IOException {
        List<String> command = new ArrayList<>(where);
        command.addAll(List.of("curl", "-s", "-f", "-m", "10", address));
        Process curl = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        byte[] body = curl.getInputStream().readAllBytes();
        int exit = curl.onExit().join().exitValue();
        if (exit != 0) {
            throw new IOException("curl: exit code " + exit);
        }
        return new ByteArrayInputStream(body);
    }

    String log() throws IOException {
        return Files.exists(log) ? Files.readString(log) : "";
    }

    @Override
    public void close() {
        if (isAlive()) {
            process.destroyForcibly().onExit().join();
        }
    }
}
