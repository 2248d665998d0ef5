package io.headrace.tools.quickstart;

/** Counts of lines by digest, in arrays with open addressing. Owned by one thread. */
final class LineTable {
    private final int mask;
    private final long[] digests;
    private final long[] positions;
    private final int[] expected;
    private final int[] arrived;

    /** @param lines how many different ones to expect at most */
    LineTable(int lines) {
        int capacity = Integer.highestOneBit(2 * Math.max(8, lines) - 1) << 1;
        this.mask = capacity - 1;
        this.digests = new long[capacity];
        this.positions = new long[capacity];
        this.expected = new int[capacity];
        this.arrived = new int[capacity];
    }

    void expect(long digest, long position) {
        int slot = slot(digest);
        if (expected[slot]++ == 0) {
            digests[slot] = digest;
            positions[slot] = position;
        }
    }

    /** The slot of a line, or -1 when it isn't expected. */
    int arrive(long digest) {
        int slot = slot(digest);
        if (expected[slot] == 0) {
            return -1;
        }
        arrived[slot]++;
        return slot;
    }

    /** Where the line of a slot stands, when it stands only once and has arrived only once so far; otherwise -1. */
    long uniquePosition(int slot) {
        return expected[slot] == 1 && arrived[slot] == 1 ? positions[slot] : -1;
    }

    long lost() {
        long lost = 0;
        for (int slot = 0; slot <= mask; slot++) {
            lost += Math.max(0, expected[slot] - arrived[slot]);
        }
        return lost;
    }

    long duplicated() {
        long duplicated = 0;
        for (int slot = 0; slot <= mask; slot++) {
            duplicated += Math.max(0, arrived[slot] - expected[slot]);
        }
        return duplicated;
    }

    private int slot(long digest) {
        int slot = (int) digest & mask;
        while (expected[slot] != 0 && digests[slot] != digest) {
            slot = slot + 1 & mask;
        }
        return slot;
    }
}
