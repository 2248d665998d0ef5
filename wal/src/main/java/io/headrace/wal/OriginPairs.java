package io.headrace.wal;

import java.util.Arrays;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Frames by where they come from: exact pairs of producer id and number of the first event, as many as a limit says. When
 * there are more, the producer that was not heard of for longest loses its lowest number, and so on; what is forgotten is
 * counted. Frames that were split on the way leave holes between numbers, so each number stands for itself.
 *
 * <p>8 to 16 bytes a pair, twice that with sequences, and about 150 for each producer. Numbers mostly come in order; one that does not
 * moves those above it. Owned by one thread at a time.
 */
public final class OriginPairs {
    /** Pairs where nobody says how many. */
    public static final int DEFAULT_LIMIT = 262_144;

    /** As many as a checkpoint is taken to hold. */
    public static final int MAX_LIMIT = 1 << 22;

    /** No such pair. */
    public static final long NOT_FOUND = -1;

    private final Long2ObjectHashMap<Numbers> producers = new Long2ObjectHashMap<>();
    private Numbers oldest;
    private Numbers newest;
    private int limit;
    private int size;
    private long forgotten;

    public OriginPairs(int limit) {
        this.limit = checked(limit);
    }

    private static int checked(int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("pairs: " + limit + " (expected: 1 to " + MAX_LIMIT + ")");
        }
        return limit;
    }

    public int limit() {
        return limit;
    }

    /** Changes the limit; what is too much is forgotten. */
    public void limit(int pairs) {
        limit = checked(pairs);
        forgetSurplus();
    }

    public int size() {
        return size;
    }

    /** Producers of which at least one pair is known. */
    public int producers() {
        return producers.size();
    }

    /** Pairs forgotten so far, for want of room. */
    public long forgotten() {
        return forgotten;
    }

    /** The sequence that a pair was added with, or {@link #NOT_FOUND}. Its producer counts as heard. */
    public long find(long producer, long number) {
        Numbers numbers = producers.get(producer);
        if (numbers == null) {
            return NOT_FOUND;
        }
        heard(numbers);
        int at = numbers.indexOf(number);
        return at < 0 ? NOT_FOUND : numbers.sequence(at);
    }

    /**
     * Adds a pair.
     *
     * @param sequence what {@link #find} returns, at least 0
     * @return false when it was there; nothing is changed then
     */
    public boolean add(long producer, long number, long sequence) {
        Numbers numbers = producers.get(producer);
        if (numbers == null) {
            numbers = new Numbers(producer);
            producers.put(producer, numbers);
            append(numbers);
        } else {
            heard(numbers);
        }
        int at = numbers.indexOf(number);
        if (at >= 0) {
            return false;
        }
        numbers.insert(~at, number, sequence);
        size++;
        forgetSurplus();
        return true;
    }

    public void clear() {
        producers.clear();
        oldest = null;
        newest = null;
        size = 0;
    }

    /** The same pairs, without sequences. */
    public OriginPairs copy() {
        OriginPairs copy = new OriginPairs(limit);
        forEach((producer, numbers, from, to) -> copy.addAll(producer, numbers, from, to));
        return copy;
    }

    /** The pairs of one producer: ascending numbers in {@code numbers[from..to)}. */
    interface Each {
        void producer(long producer, long[] numbers, int from, int to);
    }

    /** All producers, the one not heard of for longest first. */
    void forEach(Each each) {
        for (Numbers numbers = oldest; numbers != null; numbers = numbers.newer) {
            each.producer(numbers.producer, numbers.values, numbers.from, numbers.to);
        }
    }

    private void addAll(long producer, long[] numbers, int from, int to) {
        for (int i = from; i < to; i++) {
            add(producer, numbers[i], 0);
        }
    }

    private void forgetSurplus() {
        while (size > limit) {
            oldest.removeLowest();
            size--;
            forgotten++;
            if (oldest.isEmpty()) {
                producers.remove(oldest.producer);
                unlink(oldest);
            }
        }
    }

    private void heard(Numbers numbers) {
        if (numbers != newest) {
            unlink(numbers);
            append(numbers);
        }
    }

    private void append(Numbers numbers) {
        numbers.older = newest;
        numbers.newer = null;
        if (newest == null) {
            oldest = numbers;
        } else {
            newest.newer = numbers;
        }
        newest = numbers;
    }

    private void unlink(Numbers numbers) {
        if (numbers.older == null) {
            oldest = numbers.newer;
        } else {
            numbers.older.newer = numbers.newer;
        }
        if (numbers.newer == null) {
            newest = numbers.older;
        } else {
            numbers.newer.older = numbers.older;
        }
    }

    /** What is known of one producer, ascending in {@code values[from..to)}. */
    private static final class Numbers {
        private static final int FIRST_LENGTH = 4;

        private final long producer;
        private Numbers older;
        private Numbers newer;
        private long[] values = new long[FIRST_LENGTH];

        /** Null as long as all are 0. */
        private long[] sequences;

        private int from;
        private int to;

        Numbers(long producer) {
            this.producer = producer;
        }

        boolean isEmpty() {
            return from == to;
        }

        /** As {@link Arrays#binarySearch(long[], int, int, long)}. */
        int indexOf(long number) {
            if (from == to || number > values[to - 1]) {
                return ~to;
            }
            return Arrays.binarySearch(values, from, to, number);
        }

        long sequence(int at) {
            return sequences == null ? 0 : sequences[at];
        }

        void insert(int before, long number, long sequence) {
            int at = before;
            if (to == values.length) {
                at -= from;
                move();
            }
            System.arraycopy(values, at, values, at + 1, to - at);
            values[at] = number;
            if (sequences == null && sequence != 0) {
                sequences = new long[values.length];
            }
            if (sequences != null) {
                System.arraycopy(sequences, at, sequences, at + 1, to - at);
                sequences[at] = sequence;
            }
            to++;
        }

        void removeLowest() {
            from++;
        }

        /** To the start of arrays that are half empty then. */
        private void move() {
            int count = to - from;
            int length = Math.max(FIRST_LENGTH, count * 2);
            values = Arrays.copyOf(Arrays.copyOfRange(values, from, to), length);
            if (sequences != null) {
                sequences = Arrays.copyOf(Arrays.copyOfRange(sequences, from, to), length);
            }
            from = 0;
            to = count;
        }
    }
}
