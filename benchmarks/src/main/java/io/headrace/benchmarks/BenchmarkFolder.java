package io.headrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A new folder on a real disk: under {@code target} of the current folder, or under the system property {@code
 * headrace.benchmarks.folder}. Removed when it is closed.
 */
public final class BenchmarkFolder implements AutoCloseable {
    private final Path path;

    /** Makes the folder. */
    public BenchmarkFolder(String name) throws IOException {
        this(Path.of(System.getProperty("headrace.benchmarks.folder", "target")), name);
    }

    /** Makes the folder in another one. */
    public BenchmarkFolder(Path parent, String name) throws IOException {
        Files.createDirectories(parent);
        path = Files.createTempDirectory(parent, name + '-');
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            all.sorted(Comparator.reverseOrder()).forEach(BenchmarkFolder::delete);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
