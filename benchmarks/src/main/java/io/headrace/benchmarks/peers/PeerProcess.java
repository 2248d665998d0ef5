package io.headrace.benchmarks.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A peer's process as a rig sees it. Owned by one thread; closing it ends the process. */
final class PeerProcess implements AutoCloseable {
    private static final long LONGEST_END_SECONDS = 30;

    private final String name;
    private final Process process;
    private final Writer orders;
    private final BufferedReader answers;

    /**
     * Starts the process; what it writes to standard error goes where the rig's goes.
     *
     * @param command program and arguments
     */
    PeerProcess(String name, List<String> command) throws IOException {
        this.name = name;
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        orders = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Has the work done once and waits for the answer. */
    Order run(Order order) throws IOException {
        orders.write(order.line() + "\n");
        orders.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException(name + ": ended (expected: an answer to " + order.values() + ")");
        }
        return Order.parse(answer);
    }

    @Override
    public void close() {
        try {
            orders.close();
            if (!process.waitFor(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(name + ": still running after " + LONGEST_END_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException(name + ": ended with " + process.exitValue() + " (expected: 0)");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
