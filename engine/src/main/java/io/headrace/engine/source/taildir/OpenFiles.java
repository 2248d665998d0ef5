package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the number of open files below a bound: the file that did not grow for the longest is closed first, and opened
 * again when it grows. A file that could not be opened again, because it was deleted or renamed away, stays open until
 * it is read to its end, even above the bound. Owned by the source's thread.
 */
final class OpenFiles {
    private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private final int most;
    private final TaildirCounters counters;

    /** The one that grew last is the last. */
    private final Set<TailedFile> open = new LinkedHashSet<>();

    /** By file, null before somebody asks. */
    private Map<FileId, Long> names;

    /** Whether that was looked up in this look at all files. */
    private boolean namesAreNew;

    private int scans;

    OpenFiles(int most, TaildirCounters counters) {
        this.most = most;
        this.counters = counters;
    }

    int count() {
        return open.size();
    }

    /**
     * A file is about to be opened.
     *
     * @param needed an open file that is not to be closed for it, or null
     */
    void makeRoom(TailedFile needed) throws IOException {
        if (open.size() < most) {
            return;
        }
        List<TailedFile> closing = new ArrayList<>();
        int tooMany = open.size() - most + 1;
        for (Iterator<TailedFile> all = open.iterator(); all.hasNext() && closing.size() < tooMany; ) {
            TailedFile file = all.next();
            if (file != needed && file.isListed() && file.isAtItsPath()) {
                closing.add(file);
            }
        }
        for (TailedFile file : closing) {
            file.closeHandle();
            counters.closedForOthers.increment();
        }
    }

    /** Opens a file that may soon be gone, so that it is read to its end; where there is no room, it is opened to be read. */
    void openIfRoom(TailedFile file) {
        try {
            makeRoom(null);
            if (open.size() < most) {
                file.open();
            }
        } catch (IOException e) {
            // When it is looked at that is tried again, and told.
            LOG.debug("{}: {}", file, e.toString());
        }
    }

    void opened(TailedFile file) {
        open.add(file);
        if (names != null) {
            // It was at its path just now.
            names.put(file.id(), 1L);
        }
    }

    void grew(TailedFile file) {
        if (open.remove(file)) {
            open.add(file);
        }
    }

    void closed(TailedFile file) {
        open.remove(file);
    }

    /** How many names files have is to be asked anew. */
    void forgetNames() {
        names = null;
    }

    /**
     * How many names an open file has, 0 when it was deleted; as of the first question since {@link #forgetNames}, since
     * one look through all descriptors tells it of all files.
     *
     * @return -1 when that cannot be told, because it is not open or the system has no {@code /proc}
     */
    long names(TailedFile file) {
        if (!file.isOpen()) {
            return -1;
        }
        if (names == null) {
            names = scan();
        }
        return names.getOrDefault(file.id(), -1L);
    }

    /** How often all descriptors were looked through. */
    int scans() {
        return scans;
    }

    /** A look at all files begins. */
    void lookBegins() {
        namesAreNew = false;
    }

    /** Whether an open file was deleted by now. */
    boolean isDeleted(TailedFile file) {
        if (names(file) > 0 && !namesAreNew) {
            // It may have been deleted since; what was deleted stays so.
            names = scan();
        }
        return names(file) == 0;
    }

    private Map<FileId, Long> scan() {
        scans++;
        namesAreNew = true;
        Map<FileId, Long> found = new HashMap<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                Map<String, Object> status = statusOf(descriptor);
                if (!status.isEmpty()) {
                    FileId id = new FileId(
                            ((Number) status.get("dev")).longValue(), ((Number) status.get("ino")).longValue());
                    found.put(id, ((Number) status.get("nlink")).longValue());
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.debug("{}: {}", DESCRIPTORS, e.toString());
        }
        return found;
    }

    private static Map<String, Object> statusOf(Path descriptor) {
        try {
            return Files.readAttributes(descriptor, "unix:dev,ino,nlink");
        } catch (IOException e) {
            // A descriptor that was closed meanwhile, such as the one of the listing.
            return Map.of();
        }
    }
}
