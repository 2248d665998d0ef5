package io.headrace.wal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Segment files that no chain leads to: prepared ones, what is left of earlier lives, or what stands behind a segment that
 * was lost or whose header is damaged. Frames say what was durable when they were written, and that stays true in a sound log
 * whatever became of their file: where it is more than the log has, something is missing. Owned by one thread.
 */
final class StraySegments {
    /** Behind the header, to tell what was written from what was only prepared. */
    private static final int LOOKED_AT = 64 * 1024;

    private final Storage storage;
    private final FrameSearch search = new FrameSearch();
    private final ByteBuffer looked = ByteBuffer.allocateDirect(LOOKED_AT);

    StraySegments(Storage storage) {
        this.storage = storage;
    }

    /**
     * A file of a segment's name.
     *
     * @param header null when it is damaged, or says that the file is another one's
     * @param size in bytes
     * @param durable the highest sequence that its frames say was durable
     */
    record Stray(Path path, long index, SegmentHeader header, long size, long durable) {
        /** Whether it says itself where it belongs. */
        boolean isLinked() {
            return header != null && header.link() != null;
        }
    }

    /** Those with indexes above {@code index} of which frames above a sequence are found; by index. */
    NavigableMap<Long, Stray> find(Iterable<Path> folders, long index, long above) throws IOException {
        NavigableMap<Long, Stray> strays = new TreeMap<>();
        for (Path folder : folders) {
            for (String name : storage.list(folder)) {
                long found = Segment.indexOf(name);
                if (found > index) {
                    Stray stray = look(folder.resolve(name), found, above);
                    if (stray != null) {
                        strays.put(found, stray);
                    }
                }
            }
        }
        return strays;
    }

    private Stray look(Path path, long index, long above) throws IOException {
        try (StorageFile file = storage.open(path, Storage.OpenMode.READ)) {
            SegmentHeader header = SegmentHeader.read(file, path);
            if (header != null && (header.index() != index || header.size() != file.size())) {
                header = null;
            }
            if (!isWritten(file)) {
                return null;
            }
            int tag = header == null ? FrameSearch.ANY_TAG : header.tag();
            SegmentHeader life =
                    new SegmentHeader(SegmentHeader.VERSION, tag, new StreamId(0, 0), index, file.size(), null);
            Segment segment = new Segment(path, file, life);
            long durable = search.durable(segment, SegmentHeader.LENGTH, file.size(), above);
            return durable < 0 ? null : new Stray(path, index, header, file.size(), durable);
        } catch (NoSuchFileException | FileNotFoundException e) {
            // Recycled since it was listed: nobody needs it.
            return null;
        }
    }

    /** The journal begins at the first frame: where there are only zeros, nothing was written in any life. */
    private boolean isWritten(StorageFile file) throws IOException {
        looked.clear();
        while (looked.hasRemaining() && file.read(looked, SegmentHeader.LENGTH + looked.position()) > 0) {
            // Reads may be short.
        }
        looked.flip();
        for (int at = 0; at < looked.limit(); at++) {
            if (looked.get(at) != 0) {
                return true;
            }
        }
        return false;
    }
}
