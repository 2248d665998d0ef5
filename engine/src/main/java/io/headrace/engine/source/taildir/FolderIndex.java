package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Under which names the files of a folder stand now, whether they match a pattern or not. A folder is listed when it is
 * asked for the first time after {@link #clear}. Owned by the source's thread.
 */
final class FolderIndex {
    private static final Logger LOG = LoggerFactory.getLogger(FolderIndex.class);

    /** A file of a folder. */
    record Found(Path path, FileId.Status status) {}

    private final Map<Path, Map<FileId, Found>> folders = new HashMap<>();

    /** What was listed is not to be believed any more. */
    void clear() {
        folders.clear();
    }

    /** All files of a folder. */
    Collection<Found> all(Path folder) {
        return folders.computeIfAbsent(folder, FolderIndex::list).values();
    }

    /** Where a file is in a folder, or null. */
    Path find(FileId file, Path folder) {
        Found found = folder == null
                ? null
                : folders.computeIfAbsent(folder, FolderIndex::list).get(file);
        return found == null ? null : found.path();
    }

    private static Map<FileId, Found> list(Path folder) {
        Map<FileId, Found> files = new HashMap<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
            for (Path path : paths) {
                add(path, files);
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.debug("{}: {}", folder, e.toString());
        }
        return files;
    }

    private static void add(Path path, Map<FileId, Found> files) {
        try {
            FileId.Status status = FileId.of(path);
            if (status.regular() && (!Files.isSymbolicLink(path) || !files.containsKey(status.id()))) {
                files.put(status.id(), new Found(path, status));
            }
        } catch (IOException e) {
            LOG.debug("{}: {}", path, e.toString());
        }
    }
}
