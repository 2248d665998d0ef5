package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Two machines as network namespaces, and between them a line that loses packets and lets some overtake others
 * ({@code src/rig/lib/lossy-wire.pl}). Needs root, {@code ip}, {@code perl} and {@code /dev/net/tun}.
 */
final class LossyNetwork {
    /** What became of packets, both ways. */
    record Packets(long came, long lost, long overtook) {}

    private static final Path WIRE = Path.of("src/rig/lib/lossy-wire.pl");
    private static final String DELAY_MILLIS = "10";
    private static final String LOSS = "0.02";
    private static final String OVERTAKE = "0.05";

    private final Namespaces namespaces = new Namespaces();
    private final List<String> machines;
    private final Process wire;
    private final BufferedReader said;

    LossyNetwork(String one, String other) throws IOException, InterruptedException {
        machines = List.of(one, other);
        List<String> devices = machines.stream().map(this::device).toList();
        wire = new ProcessBuilder(
                        "perl", WIRE.toString(), devices.get(0), devices.get(1), LOSS, OVERTAKE, DELAY_MILLIS, "1")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        said = new BufferedReader(new InputStreamReader(wire.getInputStream(), StandardCharsets.UTF_8));
        assertThat(said.readLine()).isEqualTo("ready");
        for (String machine : machines) {
            namespaces.add(machine);
            Namespaces.run(List.of("ip", "link", "set", device(machine), "netns", namespaces.name(machine)));
            namespaces.in(machine, "ip", "address", "add", address(machine) + "/24", "dev", device(machine));
            namespaces.in(machine, "ip", "link", "set", device(machine), "up");
            namespaces.in(machine, "ip", "link", "set", "lo", "up");
        }
    }

    String address(String machine) {
        return "10.92.0." + (machines.indexOf(machine) + 1);
    }

    /** What to put before a command so that it runs on a machine. */
    List<String> on(String machine) {
        return namespaces.on(machine);
    }

    /** Nothing is lost from now on. */
    void heal() throws IOException {
        wire.getOutputStream().write('\n');
        wire.getOutputStream().flush();
    }

    /** Cuts the line for good. */
    Packets end() throws IOException {
        wire.getOutputStream().close();
        String line = said.readLine();
        assertThat(line).as("last words of the line").isNotNull();
        long[] counts = Arrays.stream(line.split("\\D+"))
                .filter(number -> !number.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
        return new Packets(counts[0], counts[1], counts[2]);
    }

    void close() throws IOException, InterruptedException {
        wire.destroyForcibly().waitFor();
        namespaces.close();
    }

    /** Names of devices are short. */
    private String device(String machine) {
        return "hr" + ProcessHandle.current().pid() + "-" + machines.indexOf(machine);
    }
}
