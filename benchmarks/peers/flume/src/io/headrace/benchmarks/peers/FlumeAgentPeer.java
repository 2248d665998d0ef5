package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flume.Event;
import org.apache.flume.EventDeliveryException;
import org.apache.flume.api.RpcClient;
import org.apache.flume.api.RpcClientFactory;
import org.apache.flume.event.EventBuilder;

/**
 * Flume's own agent as {@code bin/flume-ng} starts it where nobody says otherwise, with its heap of 20 MiB: source {@code
 * avro}, channel {@code memory}, sink {@code null} with its settings, no monitoring. The same two orders as of {@code
 * LinkFarPeer}; the agent is started for the first one and stays. How many events its null sink took is what it logs when it
 * ends, and compared then: whoever asks it before takes memory that it is short of.
 */
public final class FlumeAgentPeer implements PeerWork {
    /** That of the user guide's example of a memory channel. */
    private static final int CAPACITY = 10_000;

    /** Events in a transaction of the null sink where nobody says otherwise. */
    private static final int SINK_BATCH = 100;

    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Without processor time for so long nothing is under way. */
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LONGEST_END_SECONDS = 20;
    private static final int LOG_CHARACTERS = 4_000;

    /** Where it is there, a process that is killed takes its agent with it. */
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

    private static final Pattern TAKEN =
            Pattern.compile("type: CHANNEL, name: c\\. channel\\.event\\.take\\.success == (\\d+)");

    private final Path folder;
    private final Path log;
    private Process agent;
    private int port;
    private Stopwatch watch;
    private long cpuBefore;
    private long put;
    private boolean underWay;

    private FlumeAgentPeer(Path folder) {
        this.folder = folder;
        this.log = folder.resolve("agent.log");
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
        underWay = true;
        if (agent == null) {
            start();
        }
        rouseSink();
        cpuBefore = cpuNanos();
        watch = Stopwatch.start(folder);
        return Map.of("port", Integer.toString(port));
    }

    private void start() throws IOException {
        port = freePort();
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
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETPRIV)) {
            command.addAll(List.of(SETPRIV.toString(), "--pdeathsig", "KILL"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx20m",
                "-Dflume.log.file=" + log,
                "-cp",
                System.getProperty("java.class.path"),
                "org.apache.flume.node.Application",
                "--no-reload-conf",
                "-n",
                "a",
                "-f",
                properties.toString()));
        Path output = folder.resolve("agent.out");
        agent = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(agent::destroyForcibly));
        long end = System.nanoTime() + LONGEST_WAIT_NANOS;
        while (!isListening()) {
            if (!agent.isAlive() || System.nanoTime() > end) {
                throw failed("does not listen at port " + port, Files.readString(output) + tailOfLog());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private boolean isListening() throws IOException {
        try (Socket ignored = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    /**
     * Without events its sink sleeps, for seconds at last, and a transaction of it that isn't full waits for seconds, too.
     * Before the clock runs it gets more than its channel holds, so that it has taken some when that is put, and all of it
     * fills its transactions, as batches of 1,000 do.
     */
    private void rouseSink() throws Exception {
        List<Event> batch = Collections.nCopies(SINK_BATCH, EventBuilder.withBody(new byte[1]));
        long end = System.nanoTime() + LONGEST_WAIT_NANOS;
        RpcClient client = connect();
        try {
            int left = CAPACITY / SINK_BATCH + 1;
            while (left > 0) {
                try {
                    client.appendBatch(batch);
                    put += SINK_BATCH;
                    left--;
                } catch (EventDeliveryException e) {
                    // The channel is full; the client is of no use any more.
                    if (System.nanoTime() > end) {
                        throw failed("takes nothing from its channel: " + e, tailOfLog());
                    }
                    client.close();
                    client = connect();
                }
            }
        } finally {
            client.close();
        }
        awaitQuiet();
    }

    private RpcClient connect() {
        return RpcClientFactory.getDefaultInstance("127.0.0.1", port, SINK_BATCH);
    }

    private Map<String, String> finish(Order order) throws Exception {
        long sent = order.number("events");
        awaitQuiet();
        Map<String, String> figures = watch.stop(sent, order.number("bytes"));
        figures.put(Stopwatch.CPU_NANOS, Long.toString(cpuNanos() - cpuBefore));
        // That was this process's; what the agent's compilers took nobody knows.
        figures.remove(Stopwatch.COMPILE_MILLIS);
        put += sent;
        underWay = false;
        return figures;
    }

    /** Until nothing is under way in the agent, so that neither its clock nor the next peer's has it. */
    private void awaitQuiet() {
        long end = System.nanoTime() + LONGEST_WAIT_NANOS;
        long before = cpuNanos();
        long quietSince = System.nanoTime();
        while (System.nanoTime() - quietSince < QUIET_NANOS) {
            LockSupport.parkNanos(LOOK_NANOS);
            long now = cpuNanos();
            if (now != before) {
                before = now;
                quietSince = System.nanoTime();
            }
            if (System.nanoTime() > end) {
                throw failed("does not rest", tailOfLog());
            }
        }
    }

    private long cpuNanos() {
        return agent.info()
                .totalCpuDuration()
                .orElseThrow(() -> failed("has ended", tailOfLog()))
                .toNanos();
    }

    private IllegalStateException failed(String what, String told) {
        return new IllegalStateException("Flume's agent " + what + " (expected: within "
                + TimeUnit.NANOSECONDS.toSeconds(LONGEST_WAIT_NANOS) + " s); it says: " + told);
    }

    private String tailOfLog() {
        try {
            String all = Files.readString(log);
            return all.substring(Math.max(0, all.length() - LOG_CHARACTERS));
        } catch (IOException e) {
            return "nothing, " + e;
        }
    }

    /**
     * Ends the agent in order.
     *
     * @throws IllegalStateException when its null sink did not take exactly what was put
     */
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
        if (!underWay) {
            check();
        }
    }

    private void check() throws IOException {
        Matcher told = TAKEN.matcher(Files.readString(log));
        long taken = told.find() ? Long.parseLong(told.group(1)) : -1;
        if (taken != put) {
            throw new IllegalStateException(
                    "events taken by Flume's null sink: " + taken + " (expected: " + put + "): " + tailOfLog());
        }
    }
}
