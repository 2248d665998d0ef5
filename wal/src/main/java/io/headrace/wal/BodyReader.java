package io.headrace.wal;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads what {@link BodyWriter} wrote, and trusts none of it: counts and lengths are held against the bytes that are left
 * before memory is taken for what they announce. Owned by one thread.
 *
 * <p>What does not fit is an {@link IllegalArgumentException}, what ends too early a {@link BufferUnderflowException}; the
 * reader is not to be used after either.
 */
final class BodyReader {
    /** Bytes of a varint, at most. */
    static final int MAX_VARINT = 10;

    private final ByteBuffer in;

    /** @param in little-endian, from its position to its limit */
    BodyReader(ByteBuffer in) {
        this.in = in;
    }

    /** Bytes that are left. */
    int remaining() {
        return in.remaining();
    }

    int getByte() {
        return in.get();
    }

    long getLong() {
        return in.getLong();
    }

    long getVarint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("varint of more than " + MAX_VARINT + " bytes (expected: fewer)");
    }

    long getSigned() {
        long value = getVarint();
        return value >>> 1 ^ -(value & 1);
    }

    int getInt(String what) {
        long value = getVarint();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(what + ": " + value + " (expected: 0 to " + Integer.MAX_VALUE + ")");
        }
        return (int) value;
    }

    /** Reads how many of something follow, each of at least {@code smallest} bytes. */
    int getCount(int smallest, String what) {
        long count = getVarint();
        if (count < 0 || count > in.remaining() / smallest) {
            throw new IllegalArgumentException(
                    what + ": " + count + " (expected: at most " + in.remaining() / smallest + ")");
        }
        return (int) count;
    }

    String getText() {
        return new String(getBytes(), StandardCharsets.UTF_8);
    }

    byte[] getBytes() {
        byte[] bytes = new byte[getCount(1, "bytes")];
        in.get(bytes);
        return bytes;
    }
}
