package io.headrace.engine.sink.roll;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The output folder. A file in progress has the name that it will have when it is completed, followed by {@code
 * .SERIES-INDEX.open}, where the series is 16 hexadecimal digits: what belongs to a series is known by that alone.
 */
final class RollFolder {
    private static final Pattern IN_PROGRESS = Pattern.compile("(.+)\\.([0-9a-f]{16})-([0-9]{1,18})\\.open");

    private final Path folder;
    private boolean changed;

    /** The folder, made if there is none. */
    RollFolder(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
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
        for (Path path : List.of(folder.resolve(name), otherName(name, series))) {
            if (Files.isRegularFile(path) && Files.size(path) == length) {
                return true;
            }
        }
        return false;
    }

    /** Gives a file its final name; never replaces another one. */
    Path complete(Path inProgress, String name, long series) throws IOException {
        Path target = folder.resolve(name);
        if (Files.exists(target)) {
            target = otherName(name, series);
        }
        Files.move(inProgress, target, StandardCopyOption.ATOMIC_MOVE);
        noteChange();
        return target;
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

    private Path otherName(String name, long series) {
        return folder.resolve(name + "." + HexFormat.of().toHexDigits(series));
    }
}
