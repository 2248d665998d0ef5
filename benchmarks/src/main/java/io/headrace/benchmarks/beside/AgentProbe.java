package io.headrace.benchmarks.beside;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what an agent has done so far: events from its metrics, processor time from Linux. Owned by one thread. */
final class AgentProbe {
    private static final Pattern DELIVERED =
            Pattern.compile("\"SINK\\.k\":\\{[^}]*\"EventDrainSuccessCount\":\"(\\d+)\"");

    private final Path tasks;
    private final int port;

    /**
     * @param pid of the agent
     * @param port of its metrics
     */
    AgentProbe(long pid, int port) {
        this.tasks = Path.of("/proc", Long.toString(pid), "task");
        this.port = port;
    }

    /**
     * How far the agent was at a moment.
     *
     * @param nanos {@link System#nanoTime()}
     * @param events delivered
     * @param processorNanos of all its threads
     */
    record Reading(long nanos, long events, long processorNanos) {}

    Reading read() throws IOException {
        String answer;
        long nanos;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("GET /metrics HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            nanos = System.nanoTime();
        }
        Matcher delivered = DELIVERED.matcher(answer);
        if (!delivered.find()) {
            throw new IOException("metrics: no EventDrainSuccessCount of SINK.k (expected: one)");
        }
        return new Reading(nanos, Long.parseLong(delivered.group(1)), processorNanos(tasks));
    }

    /** Processor time of a process's threads that are there; 0 when it has gone. */
    static long processorNanos(Path tasks) throws IOException {
        long nanos = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path thread : threads) {
                nanos += threadNanos(thread.resolve("schedstat"));
            }
        } catch (NoSuchFileException e) {
            return 0;
        }
        return nanos;
    }

    private static long threadNanos(Path file) throws IOException {
        try {
            String text = Files.readString(file);
            return Long.parseLong(text.substring(0, text.indexOf(' ')));
        } catch (NoSuchFileException e) {
            // It ended since it was listed.
            return 0;
        } catch (IOException e) {
            if ("No such process".equals(e.getMessage())) {
                return 0;
            }
            throw e;
        }
    }
}
