package io.headrace.wal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.agrona.concurrent.NanoClock;

/**
 * Which folder the next segment goes to: they take turns by the segments' indexes, and one without room beyond the reserve is
 * passed over. What a folder says of its room is not believed for a second after a write there found it full.
 *
 * <p>Owned by the preparer's thread, or by the opening one before there is that.
 */
final class SegmentFolders {
    private static final long DISTRUST_NANOS = 1_000_000_000;

    private final LogSettings settings;
    private final Storage storage;
    private final NanoClock clock;

    private Path foundFull;
    private long foundFullNanos;
    private String shortage;

    SegmentFolders(LogSettings settings, Storage storage, NanoClock clock) {
        this.settings = settings;
        this.storage = storage;
        this.clock = clock;
    }

    /** The folder whose turn it is. */
    Path of(long index) {
        List<Path> folders = settings.dataFolders();
        return folders.get((int) (index % folders.size()));
    }

    /** The folder whose turn it is, or the next one with room; null when all are full. */
    Path withRoom(long index, long size) throws IOException {
        shortage = null;
        int folders = settings.dataFolders().size();
        for (int turn = 0; turn < folders; turn++) {
            Path folder = of(index + turn);
            if (folder.equals(foundFull) && folders > 1) {
                // A quota, or somebody else who fills it: it said that it had room.
                if (clock.nanoTime() - foundFullNanos < DISTRUST_NANOS) {
                    continue;
                }
                foundFull = null;
            }
            long usable = storage.usableSpace(folder);
            if (usable - size >= settings.reserveBytes()) {
                return folder;
            }
            shortage = folder + ": " + usable + " bytes are free (expected: >= " + (settings.reserveBytes() + size)
                    + ", a segment and the reserve)";
        }
        return null;
    }

    /** What the last look found too small, the last one of several; null when nothing was. */
    String shortage() {
        return shortage;
    }

    /** A write there found it full, whatever it says. */
    void wasFull(Path folder, long nowNanos) {
        foundFull = folder;
        foundFullNanos = nowNanos;
    }
}
