package io.headrace.wal;

/**
 * Which sequences above a floor are marked: a floor, up to which everything is, and a bitmap of {@value #SIZE} above
 * it. Used for what sinks have committed and for what an input has delivered. Owned by one thread.
 */
public final class SequenceWindow {
    /** Sequences above the floor that can be marked. */
    public static final int SIZE = 65_536;

    private static final int MASK = SIZE - 1;
    private static final int WORD_BITS = 6;

    private final long[] words = new long[SIZE >>> WORD_BITS];
    private long floor;
    private long highest;

    public SequenceWindow(long floor) {
        this.floor = floor;
        this.highest = floor;
    }

    /** Everything up to here is marked. */
    public long floor() {
        return floor;
    }

    /** The highest marked sequence; at least the floor. */
    public long highest() {
        return highest;
    }

    /** Whether a sequence may be marked: not above the window. */
    public boolean covers(long sequence) {
        return sequence - floor <= SIZE;
    }

    public boolean isMarked(long sequence) {
        if (sequence <= floor) {
            return true;
        }
        return sequence <= highest && (words[word(sequence)] & bit(sequence)) != 0;
    }

    /**
     * Marks a sequence; the floor rises over everything that is now contiguous.
     *
     * @return false when it was marked before
     * @throws IllegalArgumentException when it is above the window
     */
    public boolean mark(long sequence) {
        if (!covers(sequence)) {
            throw new IllegalArgumentException(
                    "sequence: " + sequence + " (expected: <= floor " + floor + " + " + SIZE + ")");
        }
        if (isMarked(sequence)) {
            return false;
        }
        words[word(sequence)] |= bit(sequence);
        highest = Math.max(highest, sequence);
        rise();
        return true;
    }

    /** Raises the floor to {@code newFloor}, if it is higher, and on over what is contiguous from there. */
    public void advanceTo(long newFloor) {
        if (newFloor <= floor) {
            return;
        }
        if (newFloor >= highest) {
            java.util.Arrays.fill(words, 0L);
            highest = newFloor;
            floor = newFloor;
            return;
        }
        for (long sequence = floor + 1; sequence <= newFloor; sequence++) {
            words[word(sequence)] &= ~bit(sequence);
        }
        floor = newFloor;
        rise();
    }

    private void rise() {
        while (floor < highest && (words[word(floor + 1)] & bit(floor + 1)) != 0) {
            floor++;
            words[word(floor)] &= ~bit(floor);
        }
    }

    private static int word(long sequence) {
        return (int) (sequence & MASK) >>> WORD_BITS;
    }

    private static long bit(long sequence) {
        return 1L << (sequence & 63);
    }
}
