package io.headrace.tools.tune;

import io.headrace.tools.CommandException;
import io.headrace.tools.ExitCode;
import io.headrace.wal.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A folder of its own for the files of trials, gone when closed. Owned by one thread. */
final class TuneFolder implements AutoCloseable {
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    private final Path root;

    private TuneFolder(Path root) {
        this.root = root;
    }

    /**
     * Makes one.
     *
     * @param wanted where; the nearest folder above it that exists where it does not
     * @throws CommandException when that is in memory, has no room or cannot be written
     */
    static TuneFolder open(Path wanted, long needed, Storage storage) throws IOException {
        Path parent = existing(wanted);
        if (!Files.isWritable(parent)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--dir: " + parent + " cannot be written (expected: a folder on the disk of the channel)");
        }
        String type = storage.fileSystemOf(parent);
        if (IN_MEMORY.contains(type)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--dir: " + parent + " is " + type + ", which is memory: syncs cost nothing there, and what is best"
                            + " for it says nothing of a disk (expected: a folder on the disk of the channel)");
        }
        long usable = storage.usableSpace(parent);
        if (usable < needed) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "--dir: " + parent + " has " + usable + " bytes free (expected: >= " + needed + ")");
        }
        return new TuneFolder(Files.createTempDirectory(parent, "headrace-tune-"));
    }

    private static Path existing(Path wanted) {
        Path folder = wanted.toAbsolutePath().normalize();
        while (!Files.isDirectory(folder)) {
            folder = folder.getParent();
        }
        return folder;
    }

    Path root() {
        return root;
    }

    /** A new folder in it. */
    Path make(String name) throws IOException {
        return Files.createDirectory(root.resolve(name));
    }

    /** Removes a folder and what is in it. */
    void remove(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : all) {
            Files.deleteIfExists(each);
        }
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(root)) {
            remove(root);
        }
    }
}
