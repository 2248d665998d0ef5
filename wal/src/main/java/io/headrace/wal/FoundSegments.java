package io.headrace.wal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The segment files that the opening of a log finds, each opened once: those that were begun, which say what they follow;
 * those that only stand ready; and those whose header does not hold, which nothing can lead to. None of them is changed here
 * before {@link #removeUnreadable()}.
 *
 * <p>Used on the opening thread. Owns the files until the log has taken them over; where opening fails, {@link #close()}
 * closes them all.
 */
final class FoundSegments {
    private final LogSettings settings;
    private final Storage storage;
    private final Map<Long, Segment> begun = new HashMap<>();
    private final List<Segment> unbegun = new ArrayList<>();
    private final List<Path> unreadable = new ArrayList<>();
    private final Map<Path, StorageFile> unreadableFiles = new HashMap<>();

    private long highestIndex;

    FoundSegments(LogSettings settings, Storage storage) {
        this.settings = settings;
        this.storage = storage;
    }

    /** Lists and opens them. */
    void open() throws IOException {
        for (Path folder : settings.dataFolders()) {
            for (String name : storage.list(folder)) {
                long index = Segment.indexOf(name);
                if (index >= 0) {
                    open(folder.resolve(name), index);
                }
            }
        }
    }

    private void open(Path path, long index) throws IOException {
        highestIndex = Math.max(highestIndex, index);
        StorageFile file = storage.open(path, Storage.OpenMode.WRITE);
        unreadableFiles.put(path, file);
        SegmentHeader header = SegmentHeader.read(file, path);
        if (header == null || header.index() != index || header.size() != file.size()) {
            // Put in place by half, or shortened on its way out: nothing leads to it, or the chain will miss it.
            unreadable.add(path);
            return;
        }
        unreadableFiles.remove(path);
        Segment segment = new Segment(path, file, header);
        if (header.link() == null) {
            unbegun.add(segment);
        } else {
            begun.put(index, segment);
        }
    }

    /** An index that no file has. */
    long nextIndex() {
        return highestIndex + 1;
    }

    /** How many were begun. */
    int begun() {
        return begun.size();
    }

    /** The one of an index that was begun; null when it is not there. */
    Segment begun(long index) {
        return begun.get(index);
    }

    /** The segment that follows the one of an index (R11); the highest where there are several. */
    Segment following(long index) {
        Segment following = null;
        for (Segment segment : begun.values()) {
            if (segment.link().previousIndex() == index
                    && segment.index() != index
                    && (following == null || segment.index() > following.index())) {
                following = segment;
            }
        }
        return following;
    }

    /** Adds one that was made, and begun, while the log is opened. */
    void add(Segment segment) {
        begun.put(segment.index(), segment);
    }

    /** Hands on those that were prepared and never begun. */
    List<Segment> takeUnbegun() {
        List<Segment> taken = List.copyOf(unbegun);
        unbegun.clear();
        return taken;
    }

    /** Those that are not in the chain; to be recycled when no checkpoint leads to them. */
    List<Segment> without(Collection<Segment> chain) {
        List<Segment> leftOver = new ArrayList<>(unbegun);
        for (Segment segment : begun.values()) {
            if (!chain.contains(segment)) {
                leftOver.add(segment);
            }
        }
        return leftOver;
    }

    /** Removes what a preparer did not finish. */
    void removeUnfinished() throws IOException {
        for (Path folder : settings.dataFolders()) {
            for (String name : storage.list(folder)) {
                if (SegmentFilling.isUnfinished(name)) {
                    storage.delete(folder.resolve(name));
                }
            }
        }
    }

    /** Removes those whose header does not hold: after the verdict, which may miss them. */
    void removeUnreadable() throws IOException {
        for (Path path : unreadable) {
            unreadableFiles.remove(path).close();
            storage.delete(path);
        }
    }

    /** Closes every file, when opening failed. */
    void close() throws IOException {
        List<StorageFile> files = new ArrayList<>(unreadableFiles.values());
        begun.values().forEach(segment -> files.add(segment.file()));
        unbegun.forEach(segment -> files.add(segment.file()));
        Closing.all(files);
    }
}
