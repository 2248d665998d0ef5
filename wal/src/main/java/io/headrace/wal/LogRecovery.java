package io.headrace.wal;

import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Finds out what a log holds: starts where the checkpoint says the durable frames end, accepts what was written since,
 * tells a torn tail from damage, and copies what it accepts into a new segment, synced, before anybody relies on it
 * (R10). Nothing is changed on disk before the verdict is that the log is sound.
 *
 * <p>Segments form a chain: each that was begun says which one it follows and where that one ends. Where two follow the
 * same one, the one with the higher index holds: it is a copy that an earlier recovery made. Its link is written only
 * when all that it leads to is synced.
 *
 * <p>Used once, on the opening thread. After an {@link IOException} of any method there is only {@link #close()}.
 */
final class LogRecovery {
    private final LogSettings settings;
    private final LogMembers members;
    private final Storage storage;
    private final SegmentPreparer preparer;
    private final long nowMillis;
    private final SegmentScanner scanner;
    private final FoundSegments found;
    private final TailScan scan;

    private Deque<Segment> chain = new ArrayDeque<>();
    private Segment current;
    private long currentOffset;

    LogRecovery(
            LogSettings settings,
            LogMembers members,
            Storage storage,
            SegmentPreparer preparer,
            long nowMillis,
            ByteBufAllocator allocator) {
        this.settings = settings;
        this.members = members;
        this.storage = storage;
        this.preparer = preparer;
        this.nowMillis = nowMillis;
        this.scanner = new SegmentScanner(allocator, settings.maxFrameLength());
        this.found = new FoundSegments(settings, storage);
        this.scan = new TailScan(settings, members, storage, found, scanner, nowMillis);
    }

    /** The sequence of the last frame in the log; that of the checkpoint when there is none above, 0 without one. */
    long last() {
        return scan.last();
    }

    long copiedFrames() {
        return scan.frames();
    }

    long cutBytes() {
        return scan.cutBytes();
    }

    /** Frames whose input the log does not know: their positions are not kept. */
    long unknownInputFrames() {
        return scan.unknownInputFrames();
    }

    /** Whether there was anything after the checkpoint's tail. */
    boolean foundMore() {
        return scan.foundMore();
    }

    /** The segments to go on with, in log order. */
    Iterable<Segment> chain() {
        return chain;
    }

    /** The segment to append to, or null when it is to be a new one. */
    Segment current() {
        return current;
    }

    long currentOffset() {
        return currentOffset;
    }

    /** Segments that hold nothing any more; to be recycled when no checkpoint leads to them. */
    List<Segment> leftOver() {
        return found.without(chain);
    }

    /** Lists and opens the segment files. */
    void open() throws IOException {
        found.open();
    }

    /**
     * Recovers into {@code checkpoint.state()}.
     *
     * @param checkpoint null for a log that is new
     */
    void recover(Checkpoint checkpoint, StreamId streamId) throws IOException {
        preparer.start(streamId, found.nextIndex());
        found.removeUnfinished();
        if (checkpoint == null) {
            refuseSegments();
        } else {
            chain = new BacklogChain(settings, members, storage, found, nowMillis).follow(checkpoint);
            scan.scan(checkpoint, chain.peekLast());
            found.takeUnbegun().forEach(preparer::addSpare);
            if (scan.accepted().isEmpty()) {
                goOnAtTail(checkpoint);
            } else {
                goOnInCopy(checkpoint);
            }
        }
        found.removeUnreadable();
        scanner.close();
    }

    /** Closes every file, when opening failed. */
    void close() throws IOException {
        scanner.close();
        found.close();
    }

    /** Without a checkpoint nothing says what of them is committed. */
    private void refuseSegments() throws IOException {
        int segments = Math.max(
                found.begun(),
                new StraySegments(storage).find(settings.dataFolders(), 0, 0).size());
        if (segments > 0) {
            throw members.damaged("segments without a checkpoint: " + segments + " (expected: checkpoint-a or -b in "
                    + members.checkpointFolder() + ")");
        }
    }

    /** Nothing was accepted: the log goes on at its tail, in the same segment only if that holds nothing behind it. */
    private void goOnAtTail(Checkpoint checkpoint) {
        Segment tail = chain.peekLast();
        if (tail == null) {
            return;
        }
        if (!scan.foundMore() && checkpoint.clean()) {
            current = tail;
            currentOffset = checkpoint.tailOffset();
        } else {
            tail.leave(true);
        }
    }

    private void goOnInCopy(Checkpoint checkpoint) throws IOException {
        TailCopy copy = new TailCopy(members, preparer, found, scanner, chain.peekLast(), checkpoint, scan.bytes());
        copy.copy(scan.accepted());
        copy.copies().forEach(chain::addLast);
        current = copy.current();
        currentOffset = copy.currentOffset();
    }
}
