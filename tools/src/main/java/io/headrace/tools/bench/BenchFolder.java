package io.headrace.tools.bench;

import io.headrace.wal.FileStorage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
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
    private static final int MOST = 1_000;
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    /** Null where nothing is written. */
    private final Path path;

    private BenchFolder(Path path) {
        this.path = path;
    }

    /**
     * Makes the folder, if there is a log.
     *
     * @throws NotMeasurableException when it is in memory and the disk is to be measured
     */
    static BenchFolder open(BenchSettings settings) throws IOException {
        if (!settings.hasLog()) {
            return new BenchFolder(null);
        }
        Path parent = settings.folder().toRealPath();
        if (!Files.isDirectory(parent)) {
            throw new FileSystemException(parent.toString(), null, "not a folder");
        }
        String type = new FileStorage().fileSystemOf(parent);
        if (settings.measuresDisk() && IN_MEMORY.contains(type)) {
            throw new NotMeasurableException("dir: " + parent + " is on " + type
                    + ", which is memory: what a sync costs cannot be measured there (expected: a folder on a disk, or"
                    + " sync = never)");
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
