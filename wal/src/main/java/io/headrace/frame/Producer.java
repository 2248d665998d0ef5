package io.headrace.frame;

/**
 * One life of something that builds frames: an id that no other life has, and the number of its next event. The pair of
 * producer id and first event number names a frame wherever it travels.
 *
 * <p>Owned by the thread that owns the builder.
 */
public final class Producer {
    private final long id;
    private long nextEventNumber;

    /** @param id random, from the generator that the caller was given */
    public Producer(long id) {
        this.id = id;
    }

    public long id() {
        return id;
    }

    /** The number that the next event will get. */
    public long nextEventNumber() {
        return nextEventNumber;
    }

    /** Takes {@code count} numbers and returns the first of them. */
    long take(int count) {
        long first = nextEventNumber;
        nextEventNumber += count;
        return first;
    }
}
