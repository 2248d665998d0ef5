package io.headrace.wal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One segment file that is in place. The journal writes it and says how far it got; readers look no further. Whoever
 * reads pins it, and it is recycled only when it was released and nobody pins it (R17).
 */
final class Segment {
    private static final int RELEASED = 1 << 30;
    private static final String SUFFIX = ".wal";
    private static final int INDEX_DIGITS = 16;

    private final Path path;
    private final StorageFile file;
    private final SegmentHeader header;
    private final AtomicInteger pins = new AtomicInteger();
    private final Object syncing = new Object();

    private SegmentHeader.Link link;
    private IOException syncFailure;
    private long leftMillis;

    private volatile long writtenOffset = SegmentHeader.LENGTH;
    private volatile long lastSequence;
    private volatile boolean left;
    private volatile boolean synced;
    private volatile Segment next;

    Segment(Path path, StorageFile file, SegmentHeader header) {
        this.path = path;
        this.file = file;
        this.header = header;
        this.link = header.link();
    }

    /** The file name of an index. */
    static String nameOf(long index) {
        return String.format("%0" + INDEX_DIGITS + "x" + SUFFIX, index);
    }

    /** The index in a file name, or -1 when it is not a segment's. */
    static long indexOf(String name) {
        if (name.length() != INDEX_DIGITS + SUFFIX.length() || !name.endsWith(SUFFIX)) {
            return -1;
        }
        long index = 0;
        for (int i = 0; i < INDEX_DIGITS; i++) {
            char digit = name.charAt(i);
            int value =
                    digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
            if (value < 0) {
                return -1;
            }
            index = index << 4 | value;
        }
        return index;
    }

    /** The size of a file for at least so many bytes. */
    static long alignedSize(long bytes) {
        return (bytes + SegmentHeader.LENGTH - 1) & -SegmentHeader.LENGTH;
    }

    Path path() {
        return path;
    }

    StorageFile file() {
        return file;
    }

    long index() {
        return header.index();
    }

    int tag() {
        return header.tag();
    }

    long size() {
        return header.size();
    }

    /** How it follows the one before; null while the journal has not come to it. */
    SegmentHeader.Link link() {
        return link;
    }

    /** Writes how this segment follows another one. Durable with the next sync. */
    void begin(SegmentHeader.Link newLink) throws IOException {
        file.write(SegmentHeader.encodeLink(tag(), newLink), SegmentHeader.LINK_OFFSET);
        link = newLink;
    }

    /** Sequence of the first frame. */
    long base() {
        return link.base();
    }

    /** Readers see bytes up to here. */
    long writtenOffset() {
        return writtenOffset;
    }

    long lastSequence() {
        return lastSequence;
    }

    void written(long offset, long sequence) {
        lastSequence = sequence;
        writtenOffset = offset;
    }

    /** Nothing will be written here any more; {@link #writtenOffset()} is the end. */
    boolean isLeft() {
        return left;
    }

    /**
     * Nothing will be written here any more.
     *
     * @param allSynced whether all of it is durable; what a sync before the last write covered does not count
     */
    void leave(boolean allSynced) {
        synced = allSynced;
        left = true;
    }

    /** When it was written last, in milliseconds since the epoch; the journal's, once it was left. */
    long leftMillis() {
        return leftMillis;
    }

    void leftMillis(long millis) {
        leftMillis = millis;
    }

    /** The segment after this one, once it was left and frames were written there. */
    Segment next() {
        return next;
    }

    void next(Segment following) {
        next = following;
    }

    /**
     * Syncs a segment that was left, once, whoever comes first. A failure is everybody's: a second sync of the same file
     * would report success for what was lost.
     */
    void syncLeft() throws IOException {
        synchronized (syncing) {
            if (syncFailure != null) {
                throw new IOException(path + ": sync failed before", syncFailure);
            }
            if (!synced) {
                try {
                    file.sync();
                } catch (IOException e) {
                    syncFailure = e;
                    throw e;
                }
                synced = true;
            }
        }
    }

    /** Never waits for a sync that is under way: the journal asks after each group. */
    boolean isSynced() {
        return synced;
    }

    /** Keeps it from being recycled until {@link #unpin()}; false when it was released. */
    boolean pin() {
        int before = pins.get();
        while ((before & RELEASED) == 0) {
            if (pins.compareAndSet(before, before + 1)) {
                return true;
            }
            before = pins.get();
        }
        return false;
    }

    void unpin() {
        int before = pins.getAndDecrement();
        if ((before & ~RELEASED) == 0) {
            pins.getAndIncrement();
            throw new IllegalStateException("pins: 0 (expected: > 0, unpinned too often)");
        }
    }

    /** No new pins from now on. */
    void release() {
        pins.getAndUpdate(before -> before | RELEASED);
    }

    /** Whether nobody finds it any more; who pins it may read on. */
    boolean isReleased() {
        return (pins.get() & RELEASED) != 0;
    }

    /** Whether it was released and nobody pins it. */
    boolean isFree() {
        return pins.get() == RELEASED;
    }

    @Override
    public String toString() {
        return path.getFileName().toString();
    }
}
