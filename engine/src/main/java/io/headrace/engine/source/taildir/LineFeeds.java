package io.headrace.engine.source.taildir;

import java.nio.ByteBuffer;

/**
 * Finds line feeds eight bytes at a time: a byte of {@code word ^ 0x0a0a..} is zero where the word has a line feed, and
 * the classic test for a zero byte (Mycroft, 1987) leaves its lowest set bit at the first of them.
 */
final class LineFeeds {
    private static final long PATTERN = 0x0a0a0a0a0a0a0a0aL;
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private LineFeeds() {}

    /**
     * The index of the first line feed in [from, to), or -1.
     *
     * @param buffer little-endian; position and limit are not used beyond bounds checks
     */
    static int find(ByteBuffer buffer, int from, int to) {
        int index = from;
        for (int last = to - Long.BYTES; index <= last; index += Long.BYTES) {
            long word = buffer.getLong(index) ^ PATTERN;
            long zeros = (word - ONES) & ~word & HIGHS;
            if (zeros != 0) {
                return index + (Long.numberOfTrailingZeros(zeros) >>> 3);
            }
        }
        for (; index < to; index++) {
            if (buffer.get(index) == '\n') {
                return index;
            }
        }
        return -1;
    }
}
