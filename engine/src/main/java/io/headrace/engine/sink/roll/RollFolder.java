package io.headrace.engine.sink.roll;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The output folder. A file in progress has the name that it will have when it is completed, followed by {@code
 * .SERIES-INDEX.open}, where the series is 16 hexadecimal digits: what belongs to a series is known by that alone.
 */
final class RollFolder {
    private static final Logger LOG = LoggerFactory.getLogger(RollFolder.class);
    private static final Pattern IN_PROGRESS = Pattern.compile("(.+)\\.([0-9a-f]{16})-([0-9]{1,18})\\.open");

    private final Path folder;
    private boolean changed;

    /**
     * The folder, made if there is none.
     *
     * @throws IOException naming folder, reason and expectation when it cannot be made or written to
     */
    RollFolder(Path folder) throws IOException {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw unusable(reason(e), e);
        }
        if (!Files.isWritable(folder)) {
            throw unusable("permission denied", null);
        }
    }

    private IOException unusable(String reason, IOException cause) {
        return new IOException(
                "sink.directory: " + folder + ": " + reason + " (expected: a folder that this user may write to)",
                cause);
    }

    /** Why a call of the file system failed, in words: some of Java's exceptions name the path only. */
    static String reason(IOException failure) {
        if (failure instanceof FileSystemException named && named.getReason() != null) {
            return named.getReason();
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "exists and is no folder";
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    Path path() {
        return folder;
    }

    /** Where a file is while it is in progress. */
    Path inProgress(String name, long series, long index) {
        return folder.resolve(name + "." + HexFormat.of().toHexDigits(series) + "-" + index + ".open");
    }

    /** Entries were made or removed that {@link #sync()} must make durable. */
    void noteChange() {
        changed = true;
    }

    /** Makes the folder's entries durable. */
    void sync() throws IOException {
        if (changed) {
            try (FileChannel handle = FileChannel.open(folder, StandardOpenOption.READ)) {
                handle.force(true);
            } catch (IOException e) {
                throw new IOException(folder + ": sync: " + e.getMessage(), e);
            }
            changed = false;
        }
    }

    /** Whether a file was completed under its name, or under the one that is used where that was taken. */
    boolean isCompleted(String name, long series, long length) throws IOException {
        for (Path path : List.of(folder.resolve(name), folder.resolve(otherName(name, series)))) {
            if (Files.isRegularFile(path) && Files.size(path) == length) {
                return true;
            }
        }
        return false;
    }

    /** Gives a file its final name; never replaces another one, not even one that appears at the same moment. */
    Path complete(Path inProgress, String name, long series) throws IOException {
        Path target = folder.resolve(name);
        try {
            if (!linked(inProgress, target)) {
                target = folder.resolve(otherName(name, series));
                if (!linked(inProgress, target)) {
                    throw new IOException(target + ": exists (expected: nothing of this name)");
                }
            }
            Files.deleteIfExists(inProgress);
        } catch (FileSystemException e) {
            throw new IOException(inProgress + ": complete as " + target + ": " + reason(e), e);
        }
        noteChange();
        return target;
    }

    /** A hard link is made only where there is nothing yet; a move would replace what is there. */
    private static boolean linked(Path inProgress, Path target) throws IOException {
        try {
            Files.createLink(target, inProgress);
            return true;
        } catch (FileAlreadyExistsException e) {
            // A kill between link and removal leaves both names.
            return Files.isSameFile(target, inProgress);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException e) {
            LOG.debug("{}: no hard link, moved: {}", target, e.toString());
            if (Files.exists(target)) {
                return false;
            }
            Files.move(inProgress, target, StandardCopyOption.ATOMIC_MOVE);
            return true;
        }
    }

    /** Removes files of a series that are in progress with an index from {@code nextIndex} on: nothing of them was committed. */
    List<Path> removeBeyond(long series, long nextIndex) throws IOException {
        List<Path> removed = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder, "*.open")) {
            for (Path path : paths) {
                Matcher name = IN_PROGRESS.matcher(path.getFileName().toString());
                if (name.matches()
                        && Long.parseUnsignedLong(name.group(2), 16) == series
                        && Long.parseLong(name.group(3)) >= nextIndex) {
                    Files.delete(path);
                    removed.add(path);
                    noteChange();
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return removed;
    }

    /** Where a name is taken: with the series before the extension, which begins at the last dot behind the last hyphen. */
    private static String otherName(String name, long series) {
        int dot = name.indexOf('.', name.lastIndexOf('-'));
        int end = dot < 0 ? name.length() : dot;
        return name.substring(0, end) + "." + HexFormat.of().toHexDigits(series) + name.substring(end);
    }
}
