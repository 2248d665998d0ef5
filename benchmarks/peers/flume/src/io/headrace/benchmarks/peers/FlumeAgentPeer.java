package io.headrace.benchmarks.peers;

import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flume.api.RpcClient;
import org.apache.flume.api.RpcClientFactory;
import org.apache.flume.event.EventBuilder;

/**
 * Flume's own agent as {@code bin/flume-ng} starts it where nobody says otherwise, with its heap of 20 MiB: source {@code
 * avro}, channel {@code memory}, sink {@code null} with its settings. The same two orders as of {@code LinkFarPeer}; the
 * agent is started for the first one and stays. What its null sink took is known from its metrics, by number only.
 */
public final class FlumeAgentPeer implements PeerWork {
    /** That of the user guide's example of a memory channel. */
    private static final int CAPACITY = 10_000;

    /** Events in a transaction of the null sink where nobody says otherwise. */
    private static final int SINK_BATCH = 100;

    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long LONGEST_END_SECONDS = 10;
    private static final Pattern TAKEN = Pattern.compile("\"EventTakeSuccessCount\":\"(\\d+)\"");

    private final Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private Process agent;
    private int port;
    private HttpRequest metrics;
    private Stopwatch watch;
    private long takenBefore;
    private long cpuBefore;

    private FlumeAgentPeer(Path folder) {
        this.folder = folder;
    }

    /**
     * @param arguments the folder to write in
     */
    public static void main(String[] arguments) {
        PeerServer.serve(new FlumeAgentPeer(Path.of(arguments[0])));
    }

    @Override
    public Map<String, String> run(Order order) throws Exception {
        return order.text("mode").equals("open") ? open() : finish(order);
    }

    private Map<String, String> open() throws Exception {
        if (agent == null) {
            start();
        }
        rouseSink();
        takenBefore = taken();
        cpuBefore = cpuNanos();
        watch = Stopwatch.start(folder);
        return Map.of("port", Integer.toString(port));
    }

    private void start() throws Exception {
        port = freePort();
        int metricsPort = freePort();
        metrics = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + metricsPort + "/metrics"))
                .timeout(ANSWER)
                .build();
        Path properties = folder.resolve("a.properties");
        Files.writeString(
                properties,
                String.join(
                        "\n",
                        "a.sources = r",
                        "a.channels = c",
                        "a.sinks = k",
                        "a.sources.r.type = avro",
                        "a.sources.r.bind = 127.0.0.1",
                        "a.sources.r.port = " + port,
                        "a.sources.r.channels = c",
                        "a.channels.c.type = memory",
                        "a.channels.c.capacity = " + CAPACITY,
                        "a.channels.c.transactionCapacity = " + CAPACITY,
                        "a.sinks.k.type = null",
                        "a.sinks.k.channel = c",
                        ""));
        agent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx20m",
                        "-Dflume.log.file=" + folder.resolve("agent.log"),
                        "-Dflume.monitoring.type=http",
                        "-Dflume.monitoring.port=" + metricsPort,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.apache.flume.node.Application",
                        "--no-reload-conf",
                        "-n",
                        "a",
                        "-f",
                        properties.toString())
                .redirectErrorStream(true)
                .redirectOutput(new File(folder.toFile(), "agent.out"))
                .start();
        long end = System.nanoTime() + LONGEST_WAIT_NANOS;
        while (!isListening()) {
            if (!agent.isAlive() || System.nanoTime() > end) {
                throw new IllegalStateException("Flume's agent does not listen at port " + port + " (expected: within "
                        + TimeUnit.NANOSECONDS.toSeconds(LONGEST_WAIT_NANOS) + " s): "
                        + Files.readString(folder.resolve("agent.out")));
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Its channel counts from when it has started, its source listens after that. */
    private boolean isListening() throws Exception {
        try (Socket ignored = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return TAKEN.matcher(report()).find();
        } catch (ConnectException e) {
            return false;
        }
    }

    /**
     * Without events its sink sleeps, for seconds at last, and a transaction of it that isn't full waits for seconds, too. So
     * it gets one that is full before the clock runs, and batches of 1,000 then fill each of them.
     */
    private void rouseSink() throws Exception {
        long before = taken();
        RpcClient client = RpcClientFactory.getDefaultInstance("127.0.0.1", port);
        try {
            client.appendBatch(Collections.nCopies(SINK_BATCH, EventBuilder.withBody(new byte[1])));
        } finally {
            client.close();
        }
        long end = System.nanoTime() + LONGEST_WAIT_NANOS;
        while (taken() == before) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("events taken: none (expected: one within "
                        + TimeUnit.NANOSECONDS.toSeconds(LONGEST_WAIT_NANOS) + " s)");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private Map<String, String> finish(Order order) throws Exception {
        long expected = order.number("events");
        long end = System.nanoTime() + LONGEST_WAIT_NANOS;
        long taken = taken() - takenBefore;
        while (taken < expected && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK_NANOS);
            taken = taken() - takenBefore;
        }
        Map<String, String> figures = watch.stop(expected, order.number("bytes"));
        figures.put(Stopwatch.CPU_NANOS, Long.toString(cpuNanos() - cpuBefore));
        if (expected == 0 || taken != expected) {
            throw new IllegalStateException("events taken: " + taken + " (expected: " + expected + ", not 0)");
        }
        return figures;
    }

    private long taken() throws Exception {
        String report = report();
        Matcher found = TAKEN.matcher(report);
        if (!found.find()) {
            throw new IllegalStateException("metrics: " + report + " (expected: an EventTakeSuccessCount)");
        }
        return Long.parseLong(found.group(1));
    }

    private String report() throws Exception {
        return http.send(metrics, HttpResponse.BodyHandlers.ofString()).body();
    }

    private long cpuNanos() {
        return agent.info().totalCpuDuration().orElseThrow().toNanos();
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        if (agent == null) {
            return;
        }
        agent.destroy();
        try {
            if (!agent.waitFor(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("Flume's agent still runs after " + LONGEST_END_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            agent.destroyForcibly();
        }
    }
}
