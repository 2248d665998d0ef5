package io.headrace.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/** Finds line feeds eight bytes at a time; the test for a byte in a word is the one of Hacker's Delight, 6-1. */
final class LineScanner {
    private static final long LOW_BITS = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long LINE_FEEDS = LOW_BITS * '\n';

    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private int at;
    private int to;

    /** Looks from one absolute index up to another. */
    void wrap(ByteBuffer source, int from, int end) {
        if (from < 0 || end < from || end > source.capacity()) {
            throw new IndexOutOfBoundsException(
                    "lines: " + from + " to " + end + " (expected: within 0 to " + source.capacity() + ")");
        }
        buffer.wrap(source, 0, source.capacity());
        at = from;
        to = end;
    }

    /** The index of the next line feed, or -1. */
    int next() {
        int index = at;
        while (to - index >= Long.BYTES) {
            long word = buffer.getLong(index, ByteOrder.LITTLE_ENDIAN) ^ LINE_FEEDS;
            long zeros = word - LOW_BITS & ~word & HIGH_BITS;
            if (zeros != 0) {
                // Only the lowest of these bits is certain, and it is the first byte.
                int found = index + (Long.numberOfTrailingZeros(zeros) >>> 3);
                at = found + 1;
                return found;
            }
            index += Long.BYTES;
        }
        while (index < to) {
            if (buffer.getByte(index++) == '\n') {
                at = index;
                return index - 1;
            }
        }
        at = to;
        return -1;
    }

    byte byteAt(int index) {
        return buffer.getByte(index);
    }

    UnsafeBuffer buffer() {
        return buffer;
    }
}
