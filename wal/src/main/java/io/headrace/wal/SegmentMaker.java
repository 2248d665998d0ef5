package io.headrace.wal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Puts segment files in place, under the next index each: the header with a new random tag is synced before the file gets its
 * name, and the folder before anybody gets the segment. The tag makes whatever stands in the file another life's.
 *
 * <p>Owned by the preparer's thread, or by the opening one before there is that. After an {@link IOException} the file has
 * its old name or the new one, and belongs to nobody's chain.
 */
final class SegmentMaker {
    private final Storage storage;
    private final LongSupplier random;
    private final boolean mapped;
    private StreamId streamId;
    private long nextIndex = 1;

    SegmentMaker(LogSettings settings, Storage storage, LongSupplier random) {
        this.storage = storage;
        this.random = random;
        this.mapped = settings.appender() == LogSettings.Appender.MAPPED;
    }

    /** Says whose segments these are, and which indexes are free. */
    void start(StreamId newStreamId, long firstIndex) {
        streamId = newStreamId;
        nextIndex = firstIndex;
    }

    /** The index of the segment that is put in place next. */
    long nextIndex() {
        return nextIndex;
    }

    /** Begins a file of its own for the next segment. */
    SegmentFilling begin(Path folder, long size) throws IOException {
        return SegmentFilling.begin(storage, folder, nextIndex, size, mapped);
    }

    /** Makes a segment of a file that is full. */
    Segment finish(SegmentFilling filling) throws IOException {
        return putInPlace(filling.path(), filling.file(), filling.size());
    }

    /** Makes a segment of one that was released and that nobody pins. */
    Segment recycle(Segment spare) throws IOException {
        return putInPlace(spare.path(), spare.file(), spare.size());
    }

    private Segment putInPlace(Path from, StorageFile file, long size) throws IOException {
        long index = nextIndex;
        SegmentHeader header = new SegmentHeader(SegmentHeader.VERSION, newTag(), streamId, index, size, null);
        file.write(header.encode(), 0);
        file.sync();
        Path to = from.resolveSibling(Segment.nameOf(index));
        storage.rename(from, to);
        storage.syncFolder(to.getParent());
        nextIndex++;
        return new Segment(to, file, header);
    }

    private int newTag() {
        int tag = 0;
        while (tag == 0) {
            tag = (int) random.getAsLong();
        }
        return tag;
    }
}
