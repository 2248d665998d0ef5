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

    // Flat, so that a peer that asks for each event pays for no more than a source that knows where its bytes are.
    private final ByteBuffer buffer;
    private final int length;
    private final int stride;
    private final int count;
    private final int[] checksums;

    /** {@link BodySum} of the bodies before each, and of all. */
    private final long[] sumsBefore;

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
        GeneratedLines lines = new GeneratedLines(1, distinct, bytes);
        buffer = lines.bytes();
        length = lines.length(0);
        stride = lines.offset(1) - lines.offset(0);
        count = distinct;
        checksums = new int[distinct];
        sumsBefore = new long[distinct + 1];
        CRC32C crc = new CRC32C();
        for (int i = 0; i < distinct; i++) {
            crc.reset();
            crc.update(buffer.duplicate().limit(offset(i) + length).position(offset(i)));
            checksums[i] = (int) crc.getValue();
            sumsBefore[i + 1] = sumsBefore[i] + BodySum.of(copy(i));
        }
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** All bodies, direct; to be read by absolute index or through a duplicate. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Where a body begins. */
    public int offset(int body) {
        return body * stride;
    }

    /** Length of each body. */
    public int length() {
        return length;
    }

    /** CRC32C of a body. */
    public int checksum(int body) {
        return checksums[body];
    }

    /** {@link BodySum} of {@code events} bodies, from {@code body} on. */
    public long sum(int body, int events) {
        int end = body + events % count;
        long rest = end <= count
                ? sumsBefore[end] - sumsBefore[body]
                : sumsBefore[count] - sumsBefore[body] + sumsBefore[end - count];
        return sumsBefore[count] * (events / count) + rest;
    }

    /** A copy of a body. */
    public byte[] copy(int body) {
        byte[] copy = new byte[length];
        buffer.get(offset(body), copy);
        return copy;
    }
}
