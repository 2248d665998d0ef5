package io.headrace.wal;

import java.util.Arrays;

/**
 * Which sequences above a floor are marked: a floor, up to which everything is, and a bitmap of {@value #SIZE} above
 * it. Used for what sinks have committed and for what an input has delivered. Owned by one thread.
 *
 * <p>The bitmap is taken when the first hole appears and grows with the distance between floor and highest mark, so
 * that thousands of windows that are filled in order cost next to nothing.
 */
public final class SequenceWindow {
    /** Sequences above the floor that can be marked. */
    public static final int SIZE = 65_536;

    private static final int WORD_BITS = 6;
    private static final int FIRST_WORDS = 8;
    private static final long[] NO_WORDS = new long[0];

    /** A ring of bits: sequence s is bit {@code s & 63} of word {@code (s >> 6) & (length - 1)}. */
    private long[] words = NO_WORDS;

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
        if (sequence <= floor) {
            return true;
        }
        long above = sequence - floor;
        return above > 0 && above <= SIZE;
    }

    public boolean isMarked(long sequence) {
        if (sequence <= floor) {
            return true;
        }
        return sequence <= highest && (words[index(sequence >> WORD_BITS)] & 1L << sequence) != 0;
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
        if (sequence == floor + 1) {
            floor = sequence;
            if (highest < sequence) {
                highest = sequence;
            } else {
                rise();
            }
            return true;
        }
        set(sequence, sequence);
        return true;
    }

    /** Raises the floor to {@code newFloor}, if it is higher, and on over what is contiguous from there. */
    public void advanceTo(long newFloor) {
        if (newFloor <= floor) {
            return;
        }
        if (newFloor >= highest) {
            Arrays.fill(words, 0L);
            highest = newFloor;
            floor = newFloor;
            return;
        }
        clear(floor + 1, newFloor);
        floor = newFloor;
        rise();
    }

    /**
     * The first marked sequence above both the floor and {@code after}: the start of a run when {@code after} is the
     * floor or the end of the run before. To be called only while {@code after < highest()}.
     */
    public long nextMarked(long after) {
        return scan(Math.max(after, floor) + 1, 0L);
    }

    /** The last sequence of the run of marked ones that {@code first}, above the floor and marked, stands in. */
    public long endOfRun(long first) {
        return first == highest ? first : scan(first, -1L) - 1;
    }

    /**
     * Marks all from {@code first} to {@code last}, above the floor with a hole below them, for a decoder.
     *
     * @throws IllegalArgumentException when they are not within the window or not above all that is marked
     */
    void markRun(long first, long last) {
        if (first <= highest + 1 || first <= highest || last < first || !covers(last)) {
            throw new IllegalArgumentException("run: " + first + " to " + last + " (expected: above " + highest
                    + " and a hole, at most floor " + floor + " + " + SIZE + ")");
        }
        set(first, last);
    }

    /** Bytes that the bitmap takes now. */
    int bitmapBytes() {
        return words.length * Long.BYTES;
    }

    /** The first sequence from {@code from} whose bit differs from that of {@code same}, which is 0 or -1. */
    private long scan(long from, long same) {
        long word = from >> WORD_BITS;
        long last = highest >> WORD_BITS;
        long differs = (words[index(word)] ^ same) & within(word, from, highest);
        while (differs == 0 && word < last) {
            word++;
            differs = (words[index(word)] ^ same) & within(word, from, highest);
        }
        return differs == 0 ? highest + 1 : (word << WORD_BITS) + Long.numberOfTrailingZeros(differs);
    }

    private void rise() {
        if (floor == highest || !isMarked(floor + 1)) {
            return;
        }
        long end = endOfRun(floor + 1);
        clear(floor + 1, end);
        floor = end;
    }

    private void set(long first, long last) {
        ensureBits(last - floor);
        for (long word = first >> WORD_BITS; word <= last >> WORD_BITS; word++) {
            words[index(word)] |= within(word, first, last);
        }
        highest = Math.max(highest, last);
    }

    private void clear(long first, long last) {
        for (long word = first >> WORD_BITS; word <= last >> WORD_BITS; word++) {
            words[index(word)] &= ~within(word, first, last);
        }
    }

    private void ensureBits(long bits) {
        if (bits <= (long) words.length << WORD_BITS) {
            return;
        }
        int length = Math.max(FIRST_WORDS, words.length);
        while ((long) length << WORD_BITS < bits) {
            length <<= 1;
        }
        long[] grown = new long[length];
        if (floor < highest) {
            for (long word = floor + 1 >> WORD_BITS; word <= highest >> WORD_BITS; word++) {
                grown[(int) (word & length - 1)] |= words[index(word)] & within(word, floor + 1, highest);
            }
        }
        words = grown;
    }

    private int index(long word) {
        return (int) (word & words.length - 1);
    }

    /** The bits of a word that stand for sequences from {@code first} to {@code last}: two words may share one place. */
    private static long within(long word, long first, long last) {
        long mask = -1L;
        if (word == first >> WORD_BITS) {
            mask &= -1L << first;
        }
        if (word == last >> WORD_BITS) {
            mask &= -1L >>> (63 - (last & 63));
        }
        return mask;
    }
}
