package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Machines as network namespaces, each with one cable to a bridge in a namespace of its own. Cables can be cut, and be made
 * to lose everything one way, without a word to anybody: no end sees its link go down, nobody is told that nothing arrives.
 * Needs root, and {@code ip} and {@code tc}.
 */
final class SplitNetwork {
    private static final String INSIDE = "eth0";

    private final String prefix = "headrace-" + ProcessHandle.current().pid() + "-";
    private final List<String> namespaces = new ArrayList<>();

    SplitNetwork(String... machines) throws IOException, InterruptedException {
        add("hub");
        in("hub", "ip", "link", "add", "bridge", "type", "bridge");
        in("hub", "ip", "link", "set", "bridge", "up");
        for (int i = 0; i < machines.length; i++) {
            String machine = machines[i];
            add(machine);
            run(
                    List.of("ip", "link", "add", INSIDE, "netns", name(machine), "type", "veth"),
                    List.of("peer", "name", machine, "netns", name("hub")));
            in("hub", "ip", "link", "set", machine, "master", "bridge");
            in("hub", "ip", "link", "set", machine, "up");
            in(machine, "ip", "address", "add", address(i) + "/24", "dev", INSIDE);
            in(machine, "ip", "link", "set", INSIDE, "up");
            in(machine, "ip", "link", "set", "lo", "up");
        }
    }

    /** The address of a machine, by its place among those that were named. */
    static String address(int place) {
        return "10.91.0." + (place + 1);
    }

    /** What to put before a command so that it runs on a machine. */
    List<String> on(String machine) {
        return List.of("ip", "netns", "exec", name(machine));
    }

    /** Nothing goes over the cable; the machine's own end is up. */
    void cut(String machine) throws IOException, InterruptedException {
        loseTo(machine);
        loseFrom(machine);
    }

    /** What is sent to the machine is lost. */
    void loseTo(String machine) throws IOException, InterruptedException {
        in("hub", "tc", "qdisc", "replace", "dev", machine, "root", "blackhole");
    }

    /** What the machine sends is lost. */
    void loseFrom(String machine) throws IOException, InterruptedException {
        in(machine, "tc", "qdisc", "replace", "dev", INSIDE, "root", "blackhole");
    }

    /** The port that the cable is plugged into goes down, and with it the machine's end. */
    void unplug(String machine) throws IOException, InterruptedException {
        in("hub", "ip", "link", "set", machine, "down");
    }

    /** All goes both ways again. */
    void heal(String machine) throws IOException, InterruptedException {
        in("hub", "ip", "link", "set", machine, "up");
        in("hub", "tc", "qdisc", "replace", "dev", machine, "root", "pfifo");
        in(machine, "tc", "qdisc", "replace", "dev", INSIDE, "root", "pfifo");
    }

    /** All machines are gone, with what stands in them. */
    void close() throws IOException, InterruptedException {
        for (String namespace : namespaces) {
            run(List.of("ip", "netns", "delete", namespace));
        }
    }

    private String name(String machine) {
        return prefix + machine;
    }

    private void add(String machine) throws IOException, InterruptedException {
        run(List.of("ip", "netns", "add", name(machine)));
        namespaces.add(name(machine));
    }

    private void in(String machine, String... command) throws IOException, InterruptedException {
        run(on(machine), List.of(command));
    }

    @SafeVarargs
    private static void run(List<String>... parts) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        for (List<String> part : parts) {
            command.addAll(part);
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
    }
}
