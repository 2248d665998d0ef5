package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.HopHeader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies what recovery accepted behind the durable tail into new segments, syncs them, and only then lets the chain lead
 * there, by one link in a sector of its own (R10). Death at any point before leaves the old chain, after it the new one.
 *
 * <p>Used once, on the opening thread. What it made before a failure, {@link FoundSegments} closes with the rest.
 */
final class TailCopy {
    private final LogMembers members;
    private final SegmentPreparer preparer;
    private final FoundSegments found;
    private final SegmentScanner scanner;
    private final Segment tail;
    private final Checkpoint checkpoint;
    private final List<Segment> copies = new ArrayList<>();

    /** Written last of all: it makes the chain lead to the copies. */
    private SegmentHeader.Link commit;

    private Segment current;
    private long currentOffset;
    private long above;
    private long left;

    /**
     * @param tail the segment that the copy follows; null when it is the first
     * @param bytes of the frames to be copied
     */
    TailCopy(
            LogMembers members,
            SegmentPreparer preparer,
            FoundSegments found,
            SegmentScanner scanner,
            Segment tail,
            Checkpoint checkpoint,
            long bytes) {
        this.members = members;
        this.preparer = preparer;
        this.found = found;
        this.scanner = scanner;
        this.tail = tail;
        this.checkpoint = checkpoint;
        this.above = checkpoint.durable();
        this.left = bytes;
    }

    /** The segments that were made, in log order. */
    List<Segment> copies() {
        return copies;
    }

    /** The last of them, to be appended to. */
    Segment current() {
        return current;
    }

    /** Where its frames end. */
    long currentOffset() {
        return currentOffset;
    }

    /** Copies what is in some ranges, of which there is one at least. */
    void copy(List<TailScan.Range> accepted) throws IOException {
        try (PositionalAppender appender = new PositionalAppender()) {
            for (TailScan.Range range : accepted) {
                copy(range, appender);
            }
            appender.write();
            currentOffset = appender.position();
        }
        current.written(currentOffset, above);
        Segment firstCopy = copies.get(0);
        for (Segment copy : copies) {
            if (copy == current) {
                copy.file().sync();
            } else {
                copy.syncLeft();
            }
        }
        firstCopy.begin(commit);
        firstCopy.file().sync();
        if (tail != null) {
            tail.leave(true);
        }
    }

    private void copy(TailScan.Range range, PositionalAppender appender) throws IOException {
        scanner.position(range.segment(), range.from());
        while (scanner.offset() < range.to()) {
            Frame frame = scanner.next(range.to(), above);
            if (frame == null && scanner.frameOffset() == range.to()) {
                // Padding ends what was accepted.
                break;
            }
            if (frame == null) {
                throw members.damaged(range.segment().path() + ": read differently the second time at offset "
                        + scanner.frameOffset() + ": " + scanner.fault());
            }
            try {
                copy(frame, appender);
            } finally {
                frame.release();
            }
        }
    }

    private void copy(Frame frame, PositionalAppender appender) throws IOException {
        HopHeader hop = scanner.hop();
        int room = frame.alignedLength();
        if (!appender.accepts(frame)) {
            appender.write();
        }
        if (current == null || appender.position() + room > current.size()) {
            appender.write();
            roll(hop.sequence(), room, appender);
        }
        above = hop.sequence();
        left -= room;
        appender.stage(above, checkpoint.durable(), hop.inputNumber(), hop.inputPosition(), frame);
    }

    /** Goes on in a new segment; the first one is linked to when all is synced. */
    private void roll(long sequence, int room, PositionalAppender appender) throws IOException {
        if (current == null) {
            commit = new SegmentHeader.Link(
                    sequence,
                    tail == null ? 0 : tail.index(),
                    tail == null ? 0 : checkpoint.tailOffset(),
                    checkpoint.durable());
            make(room);
        } else {
            current.written(appender.position(), above);
            current.leave(false);
            SegmentHeader.Link link = new SegmentHeader.Link(sequence, current.index(), appender.position(), above);
            make(room);
            current.begin(link);
        }
        appender.begin(current, SegmentHeader.LENGTH);
    }

    private void make(int room) throws IOException {
        current = preparer.makeNow(Math.max(left, room));
        copies.add(current);
        found.add(current);
    }
}
