package io.headrace.engine.channel;

import io.headrace.wal.SequenceWindow;
import java.util.TreeMap;

/**
 * Marks sequences as committed in a log's window: single ones, which R6 keeps within it, and holes of any length, which
 * wait until the low-water mark reaches them. Owned by the journal.
 */
final class CommittedRange {
    private final SequenceWindow window;
    private final TreeMap<Long, Long> holes = new TreeMap<>();

    CommittedRange(SequenceWindow window) {
        this.window = window;
    }

    long lowWater() {
        return window.floor();
    }

    boolean isCommitted(long sequence) {
        return window.isMarked(sequence);
    }

    void mark(long sequence) {
        window.mark(sequence);
        closeHoles();
    }

    /** What never was a frame, or is lost as the channel's type allows: counts as committed. */
    void markHole(long from, long to) {
        holes.merge(from, to, Math::max);
        closeHoles();
    }

    private void closeHoles() {
        while (!holes.isEmpty() && holes.firstKey() <= window.floor() + 1) {
            window.advanceTo(holes.pollFirstEntry().getValue());
        }
    }
}
