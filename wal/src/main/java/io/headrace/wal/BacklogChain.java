package io.headrace.wal;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;

/**
 * The segments from the checkpoint's tail back to what somebody has yet to get, as their links lead there: that of the
 * slowest cursor, and beyond it what is retained, as far as the chain is whole. What is needed and missing refuses the opening;
 * where only a cursor needs it, the message says how to go on without the cursor.
 *
 * <p>Used on the opening thread; changes nothing on disk.
 */
final class BacklogChain {
    private final LogSettings settings;
    private final LogMembers members;
    private final Storage storage;
    private final FoundSegments found;
    private final long nowMillis;
    private final ArrayDeque<Segment> chain = new ArrayDeque<>();

    BacklogChain(LogSettings settings, LogMembers members, Storage storage, FoundSegments found, long nowMillis) {
        this.settings = settings;
        this.members = members;
        this.storage = storage;
        this.found = found;
        this.nowMillis = nowMillis;
    }

    /** The segments in log order, the checkpoint's tail last; none when the log was never begun. */
    Deque<Segment> follow(Checkpoint checkpoint) throws IOException {
        if (checkpoint.tailSegmentIndex() == 0) {
            return chain;
        }
        Segment tail = need(checkpoint.tailSegmentIndex(), checkpoint);
        tail.written(checkpoint.tailOffset(), checkpoint.durable());
        chain.addFirst(tail);
        addRetained(addNeeded(tail, checkpoint));
        return chain;
    }

    private Segment addNeeded(Segment tail, Checkpoint checkpoint) throws IOException {
        long slowest = checkpoint.slowest();
        Segment segment = tail;
        while (followsAnother(segment) && segment.link().previousLast() > slowest) {
            boolean needed = segment.link().previousLast() > checkpoint.lowWater();
            Segment previous = needed
                    ? need(segment.link().previousIndex(), checkpoint)
                    : found.begun(segment.link().previousIndex());
            if (previous == null) {
                throw members.damaged("segment "
                        + Segment.nameOf(segment.link().previousIndex())
                        + " is missing or its header is damaged (cursors that have yet to read it: "
                        + waitingFor(segment.link().previousLast(), checkpoint)
                        + "; headrace wal cursors --drop NAME goes on without such a cursor)");
            }
            segment = addBefore(segment, previous);
        }
        return segment;
    }

    private void addRetained(Segment oldest) throws IOException {
        Segment segment = oldest;
        while (settings.retention().keepsAnything() && followsAnother(segment)) {
            Segment previous = found.begun(segment.link().previousIndex());
            if (previous == null || previous.size() < segment.link().previousEnd()) {
                return;
            }
            segment = addBefore(segment, previous);
        }
    }

    private static String waitingFor(long sequence, Checkpoint checkpoint) {
        return checkpoint.state().cursors().values().stream()
                .filter(cursor -> cursor.committed().floor() < sequence)
                .map(CursorState::name)
                .collect(Collectors.joining(", "));
    }

    /** A segment that names itself as the one before follows none: a repair wrote it. */
    private static boolean followsAnother(Segment segment) {
        long previous = segment.link().previousIndex();
        return previous != 0 && previous != segment.index();
    }

    private Segment addBefore(Segment segment, Segment previous) throws IOException {
        previous.written(segment.link().previousEnd(), segment.link().previousLast());
        previous.leave(true);
        previous.leftMillis(writtenMillis(previous));
        chain.addFirst(previous);
        return previous;
    }

    private long writtenMillis(Segment segment) throws IOException {
        long modified = settings.retention().keepsAnything() ? storage.modifiedMillis(segment.path()) : -1;
        return modified < 0 ? nowMillis : Math.min(modified, nowMillis);
    }

    private Segment need(long index, Checkpoint checkpoint) throws IOException {
        Segment segment = found.begun(index);
        if (segment == null) {
            throw members.damaged(
                    "segment " + Segment.nameOf(index) + " is missing or its header is damaged (expected: it holds"
                            + " sequences between low-water mark " + checkpoint.lowWater() + " and durable "
                            + checkpoint.durable() + ")");
        }
        return segment;
    }
}
