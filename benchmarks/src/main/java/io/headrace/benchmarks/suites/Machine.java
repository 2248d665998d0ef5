package io.headrace.benchmarks.suites;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What figures were measured on, in words. */
final class Machine {
    private static final double GIB = 1 << 20;

    private Machine() {}

    /**
     * Hardware, kernel, JDK, file system, and how busy it is already.
     *
     * @param folder on the disk that is measured
     */
    static Map<String, String> describe(Path folder) throws IOException {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put(
                "processor",
                Runtime.getRuntime().availableProcessors() + " x "
                        + field("/proc/cpuinfo", "model name", System.getProperty("os.arch")));
        String memory = field("/proc/meminfo", "MemTotal", "").replaceAll("[^0-9]", "");
        if (!memory.isEmpty()) {
            machine.put("memory", String.format(Locale.ROOT, "%.1f GiB", Long.parseLong(memory) / GIB));
        }
        machine.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        machine.put("file system", Files.getFileStore(folder).type());
        Path load = Path.of("/proc/loadavg");
        if (Files.isReadable(load)) {
            machine.put(
                    "load at the start",
                    String.join(" ", List.of(Files.readString(load).split(" ")).subList(0, 3)));
        }
        return machine;
    }

    private static String field(String file, String name, String otherwise) throws IOException {
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            return otherwise;
        }
        for (String line : Files.readAllLines(path)) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).strip().equals(name)) {
                return line.substring(colon + 1).strip();
            }
        }
        return otherwise;
    }
}
