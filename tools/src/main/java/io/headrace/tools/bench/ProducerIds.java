package io.headrace.tools.bench;

/**
 * Ids of the producers of one run: random as in the product, so that no other run's are like them, and numbered in the last
 * byte.
 *
 * @param base random
 * @param count how many producers
 */
record ProducerIds(long base, int count) {
    private static final long MASK = 0xFF;

    /** The id of one. */
    long of(int producer) {
        return base & ~MASK | producer;
    }

    /** Which one has an id; -1 for none. */
    int indexOf(long id) {
        int index = (int) (id & MASK);
        return (id & ~MASK) == (base & ~MASK) && index < count ? index : -1;
    }
}
