package io.headrace.benchmarks.peers;

import io.headrace.benchmarks.GeneratedLines;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/** The bodies that every peer's events have, over and over; event {@code n} has body {@code n % count()}. Immutable. */
public final class Bodies {
    private static final int DISTINCT = 10_000;
    private static final Map<Integer, Bodies> MADE = new ConcurrentHashMap<>();

    private final GeneratedLines lines;
    private final int[] checksums;
    private final long[] sums;

    /**
     * Those of a length, made once in a process.
     *
     * @param bytes of each body, at least 64
     */
    public static Bodies of(int bytes) {
        return MADE.computeIfAbsent(bytes, Bodies::new);
    }

    /**
     * @param bytes of each body, at least 64
     */
    public Bodies(int bytes) {
        this(bytes, DISTINCT);
    }

    /**
     * @param bytes of each body, at least 64
     * @param distinct how many there are
     */
    public Bodies(int bytes, int distinct) {
        lines = new GeneratedLines(1, distinct, bytes);
        checksums = new int[distinct];
        sums = new long[distinct];
        CRC32C crc = new CRC32C();
        for (int i = 0; i < distinct; i++) {
            crc.reset();
            crc.update(
                    lines.bytes().duplicate().limit(offset(i) + lines.length(i)).position(offset(i)));
            checksums[i] = (int) crc.getValue();
            sums[i] = BodySum.of(copy(i));
        }
    }

    /** How many there are. */
    public int count() {
        return checksums.length;
    }

    /** All bodies, direct; to be read by absolute index or through a duplicate. */
    public ByteBuffer buffer() {
        return lines.bytes();
    }

    /** Where a body begins. */
    public int offset(int body) {
        return lines.offset(body);
    }

    /** Length of each body. */
    public int length() {
        return lines.length(0);
    }

    /** CRC32C of a body. */
    public int checksum(int body) {
        return checksums[body];
    }

    /** {@link BodySum} of a body. */
    public long sum(int body) {
        return sums[body];
    }

    /** A copy of a body. */
    public byte[] copy(int body) {
        byte[] copy = new byte[lines.length(body)];
        lines.bytes().get(lines.offset(body), copy);
        return copy;
    }
}
