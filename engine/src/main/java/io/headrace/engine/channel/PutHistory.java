package io.headrace.engine.channel;

import java.util.Arrays;

/**
 * What an input put into a channel and the channel does not call safe yet, oldest first. Owned by the input's thread.
 */
final class PutHistory {
    private long[] positions = new long[64];
    private long[] before = new long[64];
    private long[] sequences = new long[64];
    private int head;
    private int size;
    private int acknowledged;

    void add(long position, long positionBefore, long sequence) {
        if (size == positions.length) {
            grow();
        }
        int at = (head + size) & (positions.length - 1);
        positions[at] = position;
        before[at] = positionBefore;
        sequences[at] = sequence;
        size++;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Sequence of the oldest one. */
    long firstSequence() {
        return sequences[head];
    }

    /** Sequence of the newest one. */
    long lastSequence() {
        return sequences[(head + size - 1) & (positions.length - 1)];
    }

    /** Position of the oldest one. */
    long firstPosition() {
        return positions[head];
    }

    void removeFirst() {
        head = (head + 1) & (positions.length - 1);
        size--;
        acknowledged = Math.max(0, acknowledged - 1);
    }

    /** The position up to which everything has a sequence of at most {@code safe}, or {@code none} when all have. */
    long positionBeforeFirst(long none) {
        return size == 0 ? none : before[head];
    }

    /** As {@link #positionBeforeFirst} for a milestone that runs ahead of the removals. */
    long positionAcknowledged(long milestone, long none) {
        while (acknowledged < size && sequences[(head + acknowledged) & (positions.length - 1)] <= milestone) {
            acknowledged++;
        }
        return acknowledged == size ? none : before[(head + acknowledged) & (positions.length - 1)];
    }

    private void grow() {
        positions = rotated(positions);
        before = rotated(before);
        sequences = rotated(sequences);
        head = 0;
    }

    private long[] rotated(long[] from) {
        long[] to = Arrays.copyOf(from, from.length * 2);
        int tail = from.length - head;
        System.arraycopy(from, head, to, 0, tail);
        System.arraycopy(from, 0, to, tail, head);
        return to;
    }
}
