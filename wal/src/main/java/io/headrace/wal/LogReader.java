package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.HopHeader;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;

/**
 * Reads frames of a log in order, by positional reads of up to 512 KiB into pooled buffers that frames are slices of;
 * checksums are verified. Never looks past what the journal has written; may see a
 * frame a moment before {@link WriteAheadLog#written()} says so. INPUT and MARK frames are returned like
 * others. Sequences ascend with gaps: what lies in a gap is committed or was never used, see {@link LogState#addHole}.
 *
 * <p>Owned by one thread. The segment it stands in is not recycled until it moves on or is closed.
 */
public final class LogReader implements AutoCloseable {
    private final SegmentTable table;
    private final SegmentScanner scanner;
    private final StoredFrames stored;
    private Segment segment;
    private HopHeader hop;
    private boolean leavesInFile;
    private long sequence;
    private boolean closed;

    LogReader(SegmentTable table, ByteBufAllocator allocator, int maxFrameLength) {
        this.table = table;
        this.scanner = new SegmentScanner(allocator, maxFrameLength);
        this.stored = new StoredFrames(allocator, maxFrameLength);
        this.hop = scanner.hop();
    }

    /**
     * Whether large frames may be returned with their headers only, the rest in {@link Frame#file()}, touched and not
     * verified: for whoever sends them to somebody who verifies (R18).
     */
    public void leaveInFile(boolean leave) {
        leavesInFile = leave;
    }

    /** Goes to the first frame with a sequence of at least {@code wanted}. */
    public void seek(long wanted) throws IOException {
        checkOpen();
        unpin();
        sequence = wanted - 1;
        enter(table.pinFor(wanted));
    }

    /**
     * Moves to the next frame.
     *
     * @return the frame, whose reference is the caller's, or null when {@code written} is reached
     * @throws LogDamagedException when bytes below {@code written} are not a frame
     */
    public Frame next() throws IOException {
        checkOpen();
        if (segment == null) {
            enter(table.pinFor(sequence + 1));
            if (segment == null) {
                return null;
            }
        }
        Frame frame = null;
        while (frame == null) {
            // Read in this order: what was written before the segment was left is seen.
            boolean left = segment.isLeft();
            long limit = segment.writtenOffset();
            if (scanner.offset() < limit) {
                frame = nextHere(limit);
            } else if (!left || !moveOn()) {
                return null;
            }
        }
        sequence = hop.sequence();
        return frame;
    }

    /** The sequence of the frame returned last. */
    public long sequence() {
        return sequence;
    }

    /** Number of the input that the frame returned last came from; 0: none. */
    public int inputNumber() {
        return hop.inputNumber();
    }

    /** Position in its input of the frame returned last. */
    public long inputPosition() {
        return hop.inputPosition();
    }

    /**
     * Gives back what is kept for further reads, when none are expected soon: the memory, whereas frames keep theirs, and
     * the segment where it was released: a log on a full disk can go on only in segments that nobody pins.
     */
    public void rest() {
        scanner.releaseBuffers();
        stored.rest();
        if (segment != null && segment.isReleased()) {
            unpin();
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            unpin();
            scanner.close();
            stored.close();
        }
    }

    private Frame nextHere(long limit) throws IOException {
        if (leavesInFile && hop.length() >= StoredFrames.LEAST_LENGTH) {
            Frame frame = stored.next(segment, scanner.offset(), limit);
            if (frame != null && stored.hop().sequence() > sequence) {
                hop = stored.hop();
                scanner.position(segment, stored.end());
                return frame;
            }
            if (frame != null) {
                frame.release();
            }
        }
        hop = scanner.hop();
        Frame frame = scanner.next(limit, 0);
        if (frame == null && scanner.frameOffset() == limit) {
            // Nothing but padding was left.
            return null;
        }
        if (frame == null) {
            throw new LogDamagedException(
                    segment.path().getParent(),
                    segment.path() + ": damaged at " + scanner.frameOffset() + ", after sequence " + sequence + ": "
                            + scanner.fault());
        }
        if (scanner.hop().sequence() <= sequence) {
            frame.release();
            return null;
        }
        return frame;
    }

    private boolean moveOn() throws IOException {
        Segment following = segment.next();
        if (following == null) {
            return false;
        }
        boolean pinned = following.pin();
        unpin();
        // Released while reading: all that stood there is committed, the log goes on in what is left of it.
        enter(pinned ? following : table.pinFor(sequence + 1));
        return segment != null;
    }

    private void enter(Segment entered) throws IOException {
        segment = entered;
        if (entered == null) {
            return;
        }
        scanner.position(entered, SegmentHeader.LENGTH);
        long limit = entered.writtenOffset();
        long at = SegmentHeader.LENGTH;
        while (at < limit && scanner.skip(limit, 0) && scanner.hop().sequence() <= sequence) {
            at = scanner.offset();
        }
        scanner.position(entered, at);
    }

    private void unpin() {
        if (segment != null) {
            segment.unpin();
            segment = null;
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("closed (expected: an open reader)");
        }
    }
}
