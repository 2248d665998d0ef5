package io.headrace.tools.quickstart;

import io.headrace.tools.CommandException;
import io.headrace.tools.ExitCode;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The run's own folder, new for each run. */
final class Workspace {
    private static final String NAME = "headrace-quickstart";
    private static final int MOST_FOLDERS = 1000;

    private final Path root;
    private final List<Path> madeAbove;

    private Workspace(Path root, List<Path> madeAbove) {
        this.root = root;
        this.madeAbove = madeAbove;
    }

    /** Makes {@code headrace-quickstart} in a folder, or {@code headrace-quickstart-2} if that is there already. */
    static Workspace create(Path parent) throws IOException {
        PipelineConfig.requireSpeakable(parent.toAbsolutePath().normalize());
        List<Path> missing = new ArrayList<>();
        for (Path above = parent.toAbsolutePath().normalize(); !Files.exists(above); above = above.getParent()) {
            missing.add(above);
        }
        Files.createDirectories(parent);
        Path real = parent.toRealPath();
        for (int number = 1; number <= MOST_FOLDERS; number++) {
            Path candidate = real.resolve(number == 1 ? NAME : NAME + "-" + number);
            try {
                Workspace workspace = new Workspace(Files.createDirectory(candidate), missing);
                Files.createDirectory(workspace.input());
                Files.createDirectory(workspace.output());
                Files.createDirectory(workspace.agent());
                Files.createDirectory(workspace.collector());
                return workspace;
            } catch (FileAlreadyExistsException taken) {
                continue;
            }
        }
        throw new CommandException(
                ExitCode.FAILED, real + ": holds " + MOST_FOLDERS + " folders of earlier runs (expected: fewer)");
    }

    Path root() {
        return root;
    }

    /** Generated lines. */
    Path input() {
        return root.resolve("input");
    }

    /** What the collector writes. */
    Path output() {
        return root.resolve("output");
    }

    Path agent() {
        return root.resolve("agent");
    }

    Path collector() {
        return root.resolve("collector");
    }

    String fileSystem() throws IOException {
        return Files.getFileStore(root).type();
    }

    /** Whether what is written there is gone after a restart of the machine. */
    boolean isInMemory() throws IOException {
        String type = fileSystem();
        return type.equals("tmpfs") || type.equals("ramfs");
    }

    void requireSpace(long bytes) throws IOException {
        FileStore store = Files.getFileStore(root);
        long usable = store.getUsableSpace();
        if (usable < bytes) {
            throw new CommandException(
                    ExitCode.FAILED,
                    String.format(
                            Locale.ROOT,
                            "%s: %,d MiB free on %s (expected: %,d MiB); --dir names another folder, --lines fewer lines",
                            root,
                            usable >> 20,
                            store.type(),
                            (bytes >> 20) + 1));
        }
    }

    /** Deletes everything but input and output. */
    void deleteWork() throws IOException {
        deleteTree(agent());
        deleteTree(collector());
    }

    /** Deletes everything, with folders above that were made for it, as long as they are empty. */
    void delete() throws IOException {
        deleteTree(root);
        for (Path made : madeAbove) {
            try {
                Files.deleteIfExists(made);
            } catch (DirectoryNotEmptyException othersUseIt) {
                return;
            }
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
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
