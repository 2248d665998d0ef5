package io.headrace.tools.fanout;

import java.io.IOException;
import java.util.List;

/**
 * Machines as network namespaces, each with one cable to a bridge in a namespace of its own. Cables can be cut, and be made
 * to lose everything one way, without a word to anybody: no end sees its link go down, nobody is told that nothing arrives.
 * Needs root, and {@code ip} and {@code tc}.
 */
final class SplitNetwork {
    private static final String INSIDE = "eth0";

    private final Namespaces namespaces = new Namespaces();

    SplitNetwork(String... machines) throws IOException, InterruptedException {
        namespaces.add("hub");
        in("hub", "ip", "link", "add", "bridge", "type", "bridge");
        in("hub", "ip", "link", "set", "bridge", "up");
        for (int i = 0; i < machines.length; i++) {
            String machine = machines[i];
            namespaces.add(machine);
            Namespaces.run(
                    List.of("ip", "link", "add", INSIDE, "netns", namespaces.name(machine), "type", "veth"),
                    List.of("peer", "name", machine, "netns", namespaces.name("hub")));
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
        return namespaces.on(machine);
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
        namespaces.close();
    }

    private void in(String machine, String... command) throws IOException, InterruptedException {
        namespaces.in(machine, command);
    }
}
