package io.headrace.tools.quickstart;

import io.headrace.tools.CommandException;
import io.headrace.tools.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Finds ports on which nobody listens, below those that the system gives to outgoing connections: a port of those could
 * be taken, even by the agent's own attempts to reach it, while the collector is dead.
 */
final class FreePorts {
    private static final Path OUTGOING_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int LOWEST = 10_240;
    private static final int USUAL_LOWEST_OUTGOING = 32_768;
    private static final int ATTEMPTS = 1000;

    private final SplittableRandom random = new SplittableRandom();
    private final int end;

    FreePorts() throws IOException {
        int outgoing = USUAL_LOWEST_OUTGOING;
        if (Files.isReadable(OUTGOING_RANGE)) {
            outgoing = Integer.parseInt(Files.readString(OUTGOING_RANGE).trim().split("\\s+")[0]);
        }
        this.end = outgoing > LOWEST + 1000 ? outgoing : USUAL_LOWEST_OUTGOING;
    }

    /** A port that was free just now. */
    int next() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = random.nextInt(LOWEST, end);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException taken) {
                continue;
            }
        }
        throw new CommandException(ExitCode.FAILED, "ports: none free between " + LOWEST + " and " + end);
    }
}
