package io.headrace.wal;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What of a log one cursor is done with: a low-water mark, a bitmap above it, and holes that may be longer than the
 * bitmap. Owned by the journal thread.
 */
final class CommittedSequences {
    private final SequenceWindow window;
    private final NavigableMap<Long, Long> holes = new TreeMap<>();

    CommittedSequences(long lowWater) {
        window = new SequenceWindow(lowWater);
    }

    SequenceWindow window() {
        return window;
    }

    NavigableMap<Long, Long> holes() {
        return holes;
    }

    /** Marks a sequence and carries the low-water mark over holes that it reaches; false when it was marked before. */
    boolean commit(long sequence) {
        boolean first = window.mark(sequence);
        passHoles();
        return first;
    }

    /**
     * Counts what no frame has, {@code first} to {@code last}, as committed. What is marked in between is no hole: its frame
     * is there, and other cursors may need it.
     */
    void addHole(long first, long last) {
        long from = Math.max(first, window.floor() + 1);
        while (from <= last) {
            if (window.isMarked(from)) {
                from = window.endOfRun(from) + 1;
            } else if (from >= window.highest()) {
                put(from, last);
                break;
            } else {
                long next = window.nextMarked(from);
                put(from, Math.min(last, next - 1));
                from = next;
            }
        }
        passHoles();
    }

    private void put(long first, long last) {
        Map.Entry<Long, Long> before = holes.floorEntry(last);
        long from = first;
        long to = last;
        while (before != null && before.getValue() >= from - 1) {
            from = Math.min(from, before.getKey());
            to = Math.max(to, before.getValue());
            holes.remove(before.getKey());
            before = holes.floorEntry(to);
        }
        holes.put(from, to);
    }

    private void passHoles() {
        while (!holes.isEmpty() && holes.firstKey() - 1 <= window.floor()) {
            window.advanceTo(holes.pollFirstEntry().getValue());
        }
    }
}
