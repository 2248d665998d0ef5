package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Machines as network namespaces with names of this process. Needs root and {@code ip}. */
final class Namespaces {
    private final String prefix = "headrace-" + ProcessHandle.current().pid() + "-";
    private final List<String> names = new ArrayList<>();

    void add(String machine) throws IOException, InterruptedException {
        run(List.of("ip", "netns", "add", name(machine)));
        names.add(name(machine));
    }

    /** What the system calls the namespace of a machine. */
    String name(String machine) {
        return prefix + machine;
    }

    /** What to put before a command so that it runs on a machine. */
    List<String> on(String machine) {
        return List.of("ip", "netns", "exec", name(machine));
    }

    void in(String machine, String... command) throws IOException, InterruptedException {
        run(on(machine), List.of(command));
    }

    @SafeVarargs
    static void run(List<String>... parts) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        for (List<String> part : parts) {
            command.addAll(part);
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
    }

    /** All machines are gone, with what stands in them. */
    void close() throws IOException, InterruptedException {
        for (String name : names) {
            run(List.of("ip", "netns", "delete", name));
        }
    }
}
