package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file that is being filled with zeros, to become a segment; its name says so until it is one, and whoever opens the log
 * after a crash removes it. Owned by the preparer's thread, or by the opening one before there is that.
 */
final class SegmentFilling {
    private static final String UNFINISHED = "unfinished-";

    /** What {@link DirectProbe} tries its writes on; goes as unfinished segments do. */
    static final String PROBE = UNFINISHED + "probe";

    private final Storage storage;
    private final Path path;
    private final StorageFile file;
    private final long size;
    private final ByteBuffer readBack;
    private long filled;
    private long read;

    private SegmentFilling(Storage storage, Path path, StorageFile file, long size, ByteBuffer readBack) {
        this.storage = storage;
        this.path = path;
        this.file = file;
        this.size = size;
        this.readBack = readBack;
    }

    /**
     * Begins one.
     *
     * @param mapped whether it will be written through a mapping, so that its pages are to be in the cache
     */
    static SegmentFilling begin(Storage storage, Path folder, long index, long size, boolean mapped)
            throws IOException {
        Path path = folder.resolve(UNFINISHED + Segment.nameOf(index));
        // Memory first: where there is none, no file is left open.
        ByteBuffer readBack = mapped ? ByteBuffer.allocateDirect(FillPace.CHUNK_BYTES) : null;
        return new SegmentFilling(storage, path, storage.open(path, Storage.OpenMode.CREATE), size, readBack);
    }

    static boolean isUnfinished(String name) {
        return name.startsWith(UNFINISHED);
    }

    Path path() {
        return path;
    }

    Path folder() {
        return path.getParent();
    }

    StorageFile file() {
        return file;
    }

    long size() {
        return size;
    }

    boolean isFull() {
        return filled == size && (readBack == null || read == size);
    }

    /**
     * Fills some more.
     *
     * @param chunk bytes at most
     * @throws DiskFullException when there is no room; it is to be abandoned
     */
    void fill(int chunk) throws IOException {
        if (filled < size) {
            int count = (int) Math.min(chunk, size - filled);
            file.zero(filled, count);
            filled += count;
        } else {
            // Zeros went around the cache: stores into a mapped page would each wait for the disk.
            read += file.read(readBack.clear().limit((int) Math.min(readBack.capacity(), size - read)), read);
        }
    }

    /** Gives it up and removes the file. */
    void abandon() throws IOException {
        file.close();
        storage.delete(path);
    }
}
