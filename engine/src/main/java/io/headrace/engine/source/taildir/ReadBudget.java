package io.headrace.engine.source.taildir;

/**
 * How many bytes may be read in one look at all files for comparing files with each other, so that what is to be delivered
 * does not wait for it. Owned by the source's thread.
 */
final class ReadBudget {
    /** Some milliseconds of a file that is in memory. */
    static final long BYTES_PER_LOOK = 8 * 1024 * 1024;

    private long left = BYTES_PER_LOOK;

    /** A look begins. */
    void renew() {
        left = BYTES_PER_LOOK;
    }

    /** So many bytes were read. */
    void spend(long bytes) {
        left -= bytes;
    }

    /** Whether comparing is to go on with the next look. */
    boolean isSpent() {
        return left <= 0;
    }
}
