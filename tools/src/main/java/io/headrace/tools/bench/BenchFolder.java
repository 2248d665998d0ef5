package io.headrace.tools.bench;

import io.headrace.wal.FileStorage;
import io.headrace.wal.LogSettings;
import io.headrace.wal.Storage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/** A folder for one run's files, new for each run, removed with all that is in it when it is closed. */
final class BenchFolder implements AutoCloseable {
    private static final String NAME = "headrace-bench";
    /** That logs leave free, as {@code minimumRequiredSpace} by default. */
    static final long RESERVE_BYTES = 524_288_000;

    private static final int MOST = 1_000;
    private static final long LEAST_SEGMENTS = 3;
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    /** Null where nothing is written. */
    private final Path path;

    private BenchFolder(Path path) {
        this.path = path;
    }

    /**
     * Makes the folder, if there is a log.
     *
     * @throws NotMeasurableException when it is not there, or in memory and the disk is to be measured
     * @throws WorkloadException when there is no room for a log
     */
    static BenchFolder open(BenchSettings settings) throws IOException {
        return open(settings, new FileStorage());
    }

    /** The same over a storage, which tells of the disk. */
    static BenchFolder open(BenchSettings settings, Storage storage) throws IOException {
        if (!settings.hasLog()) {
            return new BenchFolder(null);
        }
        if (!Files.isDirectory(settings.folder())) {
            throw new NotMeasurableException("dir: " + settings.folder() + ": no such folder (expected: one on the disk"
                    + " that is to be measured)");
        }
        Path parent = settings.folder().toRealPath();
        if (!Files.isWritable(parent)) {
            throw new NotMeasurableException("dir: " + parent
                    + " cannot be written (expected: a folder on the disk that" + " is to be measured)");
        }
        String type = storage.fileSystemOf(parent);
        if (settings.measuresDisk() && IN_MEMORY.contains(type)) {
            throw new NotMeasurableException("dir: " + parent + " is on " + type
                    + ", which is memory: what a sync costs cannot be measured there (expected: a folder on a disk, or"
                    + " sync = never)");
        }
        long needed = RESERVE_BYTES + settings.kind().logs() * LEAST_SEGMENTS * LogSettings.DEFAULT_SEGMENT_BYTES;
        long usable = storage.usableSpace(parent);
        if (usable < needed) {
            // The log would wait for room, and what is measured stand still until somebody gives up.
            throw new WorkloadException("--dir: " + parent + ": " + usable + " bytes are free (expected: >= " + needed
                    + ", the reserve that a log leaves alone and its first segments)");
        }
        for (int number = 1; number <= MOST; number++) {
            try {
                return new BenchFolder(Files.createDirectory(parent.resolve(number == 1 ? NAME : NAME + "-" + number)));
            } catch (FileAlreadyExistsException taken) {
                continue;
            }
        }
        throw new IOException(parent + ": holds " + MOST + " folders of other runs (expected: fewer)");
    }

    /** A folder of that name in it. */
    Path resolve(String name) {
        if (path == null) {
            throw new IllegalStateException("folder: none (expected: settings with a log)");
        }
        return path.resolve(name);
    }

    @Override
    public void close() throws IOException {
        if (path == null) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
