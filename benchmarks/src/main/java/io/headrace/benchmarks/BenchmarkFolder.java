package io.headrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A new folder on a real disk: under {@code target} of the current folder, or under the system property {@code
 * headrace.benchmarks.folder}. Removed when it is closed.
 */
public final class BenchmarkFolder implements AutoCloseable {
    private static final int TRIES = 30;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

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
        remove(path);
    }

    /** Removes a folder with all that is in it, also while processes that end remove or write some of it. */
    public static void remove(Path folder) throws IOException {
        for (int tries = TRIES; Files.exists(folder); tries--) {
            try (Stream<Path> all = Files.walk(folder)) {
                all.sorted(Comparator.reverseOrder()).forEach(BenchmarkFolder::delete);
            } catch (UncheckedIOException e) {
                if (tries == 0) {
                    throw e.getCause();
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
