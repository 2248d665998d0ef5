package io.headrace.transport.avro;

import io.headrace.transport.avro.AvroException.Kind;
import java.nio.ByteBuffer;

/**
 * Reads Avro's binary encoding from bytes whose end may not be there yet. What is not there makes it {@linkplain #isShort()
 * short}: from then on it gives zeros, and {@link #missing()} says how many bytes more are needed at least.
 *
 * <p>Owned by one thread.
 */
final class AvroInput {
    private static final int LONGEST_NUMBER = 63;

    private ByteBuffer bytes;
    private int at;
    private int limit;
    private int missing;

    /** Reads from one absolute index to another. */
    AvroInput wrap(ByteBuffer source, int from, int to) {
        bytes = source;
        at = from;
        limit = to;
        missing = 0;
        return this;
    }

    ByteBuffer bytes() {
        return bytes;
    }

    /** Index of the next byte. */
    int at() {
        return at;
    }

    int remaining() {
        return limit - at;
    }

    boolean isShort() {
        return missing > 0;
    }

    int missing() {
        return missing;
    }

    byte readByte() {
        if (isShort() || at == limit) {
            lack(1);
            return 0;
        }
        return bytes.get(at++);
    }

    /** A number as Avro writes int, long and the indexes of enums and unions. */
    long readLong() {
        long value = 0;
        for (int shift = 0; shift <= LONGEST_NUMBER; shift += 7) {
            if (isShort() || at == limit) {
                lack(1);
                return 0;
            }
            byte next = bytes.get(at++);
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value >>> 1 ^ -(value & 1);
            }
        }
        throw new AvroException(Kind.REQUEST, "number: more than 10 bytes (expected: at most 10)");
    }

    /** The length of what follows. */
    int readLength(int most, String what) {
        long length = readLong();
        if (length < 0) {
            throw new AvroException(Kind.REQUEST, what + ": " + length + " bytes (expected: >= 0)");
        } else if (length > most) {
            throw new AvroException(Kind.FAILED, what + ": " + length + " bytes (expected: <= " + most + ")");
        }
        return (int) length;
    }

    /** The length of the next block of a map or array, 0 at the end; {@code most} is what may still come. */
    int readBlock(long most, String what) {
        long count = readLong();
        if (count < 0) {
            // The size of the block is for those who skip it.
            readLong();
            count = -count;
        }
        if (count < 0 || count > most) {
            throw new AvroException(Kind.FAILED, what + ": " + count + " (expected: <= " + most + ")");
        }
        return isShort() ? 0 : (int) count;
    }

    /** Passes over bytes and says where they begin. */
    int skip(int length) {
        int begin = at;
        if (!isShort() && length <= limit - at) {
            at += length;
        } else {
            lack(length - (limit - at));
        }
        return begin;
    }

    byte[] readBytes(int length) {
        int begin = skip(length);
        byte[] read = new byte[isShort() ? 0 : length];
        bytes.get(begin, read);
        return read;
    }

    /** Whether what comes next are these bytes. */
    boolean startsWith(byte[] expected, int length) {
        if (isShort() || limit - at < length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes.get(at + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    private void lack(int count) {
        missing = Math.max(missing, count);
    }
}
