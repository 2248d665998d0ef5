package io.headrace.wal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Which segments of a log are needed no more, and their way back to the preparer: released when they are below the older
 * slot's low-water mark of the slowest cursor and before its tail, so that neither slot leads to them, unless they are retained
 * for replay; handed on when no reader pins them (R17).
 *
 * <p>Owned by the journal thread. Closes the files of those that still wait for readers.
 */
final class SegmentRelease implements AutoCloseable {
    private final LogRetention retention;
    private final SegmentTable table;
    private final SegmentPreparer preparer;
    private final SteadyTime time;
    private final List<Segment> retiring = new ArrayList<>();

    private long newerTailIndex;
    private long olderTailIndex;

    SegmentRelease(LogRetention retention, SegmentTable table, SegmentPreparer preparer, SteadyTime time) {
        this.retention = retention;
        this.table = table;
        this.preparer = preparer;
        this.time = time;
    }

    /** A checkpoint with a tail in this segment went over the older slot. */
    void checkpointed(long tailIndex) {
        olderTailIndex = newerTailIndex;
        newerTailIndex = tailIndex;
    }

    /**
     * Hands on what neither slot leads to and what no reader stands in.
     *
     * @param current the segment that the journal is in; null when it is in none
     * @param olderLowWater of the slowest cursor, as the older slot has it
     */
    void release(Segment current, long olderLowWater) {
        Segment first = table.first();
        while (first != null
                && first != current
                && first.isLeft()
                && first.lastSequence() <= olderLowWater
                && first.index() < olderTailIndex
                && !isRetained(first, olderLowWater)) {
            retiring.add(table.removeFirst());
            first = table.first();
        }
        handOn();
    }

    /** Hands on those that readers have left since they were released. */
    void handOn() {
        if (retiring.isEmpty()) {
            return;
        }
        Iterator<Segment> waiting = retiring.iterator();
        while (waiting.hasNext()) {
            Segment segment = waiting.next();
            if (segment.isFree()) {
                waiting.remove();
                preparer.recycle(segment);
            }
        }
    }

    /** Whether both slots would let the oldest segment go if they were as the state is, with this tail. */
    boolean isPossible(Segment current, long slowest, long tailIndex) {
        Segment first = table.first();
        return first != null
                && first != current
                && first.isLeft()
                && first.lastSequence() <= slowest
                && first.index() < tailIndex
                && !isRetained(first, slowest);
    }

    /** Whether readers stand in segments that were released. */
    boolean waitsForReaders() {
        return !retiring.isEmpty();
    }

    /** Whether released segments are kept for replay. */
    boolean retains() {
        return retention.keepsAnything();
    }

    /** Kept for replay although no cursor needs it; never where there is no room for a new segment. */
    private boolean isRetained(Segment segment, long releasedUpTo) {
        return retains()
                && preparer.waitingFor() == null
                && retention.keeps(segment.leftMillis(), time.nowMillis(), table.bytesOfFilesUpTo(releasedUpTo));
    }

    @Override
    public void close() throws IOException {
        Closing.all(retiring.stream().map(Segment::file).toList());
    }
}
