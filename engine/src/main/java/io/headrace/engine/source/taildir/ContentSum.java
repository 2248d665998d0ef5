package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * The CRC32C of a file's first bytes, which grows with what is read without reading anything twice: sums of neighbouring
 * stretches are joined by moving the first one over the length of the second, a multiplication by x^(8 * length) modulo
 * the Castagnoli polynomial.
 *
 * @param length bytes from the beginning of the file
 * @param crc CRC32C of them
 */
record ContentSum(long length, int crc) {
    static final ContentSum EMPTY = new ContentSum(0, 0);

    /** The polynomial with the coefficient of x^0 in the highest bit. */
    private static final int POLYNOMIAL = 0x82f63b78;

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int ONE = 1 << 31;

    /** At i: x^(8 * 2^i). */
    private static final int[] SHIFTS = new int[Long.SIZE - 1];

    static {
        int power = ONE >>> 8;
        for (int i = 0; i < SHIFTS.length; i++) {
            SHIFTS[i] = power;
            power = multiply(power, power);
        }
    }

    /** The sum of these bytes and {@code nextLength} more, which have the CRC32C {@code nextCrc}. */
    ContentSum then(int nextCrc, long nextLength) {
        return new ContentSum(length + nextLength, shifted(crc, nextLength) ^ nextCrc);
    }

    /** Whether a file holds these bytes. */
    boolean isOf(FileChannel file) throws IOException {
        CRC32C read = new CRC32C();
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, Math.max(1, length)));
        for (long at = 0; at < length; ) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), length - at));
            int bytes = file.read(chunk, at);
            if (bytes <= 0) {
                return false;
            }
            read.update(chunk.flip());
            at += bytes;
        }
        return (int) read.getValue() == crc;
    }

    private static int shifted(int crc, long bytes) {
        int shifted = crc;
        for (long left = bytes; left != 0; left &= left - 1) {
            shifted = multiply(SHIFTS[Long.numberOfTrailingZeros(left)], shifted);
        }
        return shifted;
    }

    private static int multiply(int a, int b) {
        int product = 0;
        int shiftedB = b;
        for (int left = a; left != 0; left <<= 1) {
            if (left < 0) {
                product ^= shiftedB;
            }
            shiftedB = (shiftedB & 1) != 0 ? shiftedB >>> 1 ^ POLYNOMIAL : shiftedB >>> 1;
        }
        return product;
    }
}
