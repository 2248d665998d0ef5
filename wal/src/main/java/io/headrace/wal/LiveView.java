package io.headrace.wal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;

/**
 * The view that a walk goes by, of a log that somebody may be writing meanwhile, and whether it still holds: what was released
 * and used again since it was taken does not matter, and where the log went on it is to be taken anew.
 *
 * <p>Owned by the walk's thread; reads without a lock and writes nothing.
 */
final class LiveView {
    private final Storage storage;
    private final LogPlace place;
    private final LogView.Reach reach;
    private final boolean alone;
    private final LogView fixed;
    private LogView view;

    /**
     * @param alone whether nobody can write: the caller has the log locked
     * @param fixed what to go by whatever stands in the checkpoint meanwhile; null to look
     */
    LiveView(Storage storage, LogPlace place, LogView.Reach reach, boolean alone, LogView fixed) {
        this.storage = storage;
        this.place = place;
        this.reach = reach;
        this.alone = alone;
        this.fixed = fixed;
    }

    /** The view; null when it is to be taken anew. */
    LogView get() {
        return view;
    }

    LogView take() throws IOException {
        view = fixed != null ? fixed : LogView.take(storage, place, reach, alone);
        return view;
    }

    void forget() {
        view = null;
    }

    /** Whether nobody needs a part any more, so that its file may be used again at any time. */
    boolean isPassed(LogView.Part part) {
        return reach == LogView.Reach.RELEASED
                && view.checkpointFault() == null
                && part.followed()
                && part.lastSequence() <= reach.floor(view.checkpoint());
    }

    /** Whether a part was released since the view was taken, so that what it holds does not matter. */
    boolean isReleased(LogView.Part part, PartReader reader) throws IOException {
        if (view.checkpointFault() != null) {
            return false;
        }
        boolean reused = reader.isOpen() && reader.isReused();
        Checkpoint now = LogView.newest(storage, place.checkpointFolder(), alone);
        boolean newer = now != null && now.generation() > view.checkpoint().generation();
        if (part.lastSequence() >= 0 && !reused) {
            return newer && reach.floor(now) >= part.lastSequence();
        }
        return newer && (reused || !reader.isOpen());
    }

    /**
     * At the end of a log at rest: whether frames that nothing leads to say that more was durable than was found. The view then
     * goes on behind the gap.
     *
     * @param last sequence of the last frame that was found
     */
    boolean goOnBehindGap(long last) throws IOException {
        boolean atRest = fixed == null && storage.holder(place.home()) == null;
        if (!atRest || view.checkpoint().clean()) {
            return false;
        }
        List<LogView.Part> parts = view.parts();
        LogView.Part end = parts.isEmpty() ? null : parts.get(parts.size() - 1);
        long index = end == null ? 0 : end.isMissing() ? end.index() - 1 : end.index();
        long found = Math.max(last, view.checkpoint().durable());
        NavigableMap<Long, StraySegments.Stray> strays =
                new StraySegments(storage).find(place.dataFolders(), index, found);
        if (strays.values().stream().noneMatch(stray -> stray.durable() > found)) {
            return false;
        }
        view = view.withStrays(strays);
        return true;
    }

    /** After an end: whether the log went on in another segment than the last one, or was opened again. */
    boolean movedOn(Segment last) throws IOException {
        if (last == null || view.checkpointFault() != null) {
            return true;
        }
        Checkpoint now = LogView.newest(storage, place.checkpointFolder(), alone);
        if (now == null || view.parts().stream().noneMatch(part -> part.index() == now.tailSegmentIndex())) {
            return true;
        }
        for (Path folder : place.dataFolders()) {
            for (String name : storage.list(folder)) {
                if (Segment.indexOf(name) > last.index() && follows(folder.resolve(name))) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean follows(Path path) throws IOException {
        try (StorageFile file = storage.open(path, Storage.OpenMode.READ)) {
            SegmentHeader header = SegmentHeader.read(file, path);
            return header != null && header.link() != null;
        } catch (NoSuchFileException | FileNotFoundException e) {
            // Recycled since it was listed.
            return false;
        }
    }
}
