package io.headrace.transport.link.netty;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What Linux says of a process. */
record CollectorProcess(long pid) {
    /** USER_HZ of all Linux systems that Java runs on. */
    static final long TICKS_PER_SECOND = 100;

    /** Processor time of all its threads, also of those that have ended. */
    long ticks() throws IOException {
        return ticks(folder());
    }

    /** Processor time of the threads that compile. */
    long compilerTicks() throws IOException {
        long sum = 0;
        try (Stream<Path> threads = Files.list(folder().resolve("task"))) {
            for (Path thread : threads.toList()) {
                try {
                    if (Files.readString(thread.resolve("comm")).matches("C[12] CompilerThre\\s*")) {
                        sum += ticks(thread);
                    }
                } catch (NoSuchFileException ended) {
                    // It compiles no more.
                    continue;
                }
            }
        }
        return sum;
    }

    /** A line of its status. */
    long kib(String key) throws IOException {
        List<String> lines = Files.readAllLines(folder().resolve("status"));
        return lines.stream()
                .filter(line -> line.startsWith(key + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    private Path folder() {
        return Path.of("/proc", Long.toString(pid));
    }

    private static long ticks(Path of) throws IOException {
        String stat = Files.readString(of.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
