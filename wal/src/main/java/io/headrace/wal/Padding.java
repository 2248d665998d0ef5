package io.headrace.wal;

import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameType;
import io.headrace.frame.HopHeader;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * PAD frames: they fill the rest of a block behind a group, so that no block is ever written twice. Such a frame has
 * the sequence of the one before it, no input, no events, and zeros behind its header. Readers pass over it once its
 * checksums hold. Owned by one thread.
 */
final class Padding {
    /** The longest: the rest of a block that is too short for a header, and another block. */
    static final int MAX_BYTES = Storage.BLOCK + FrameLayout.HEADER_LENGTH;

    private final HopHeader hop = new HopHeader();
    private final CRC32C crc = new CRC32C();

    /**
     * How many bytes of padding lead from {@code end}, a multiple of 16, to the end of a block: none, or enough for a
     * header; all that is left below {@code size}, without a frame in it, when that is not enough for one.
     */
    static int lengthAt(long end, long size) {
        int length = (int) (-end & Storage.BLOCK - 1);
        if (length == 0 || length >= FrameLayout.HEADER_LENGTH) {
            return length;
        }
        return end + length == size ? 0 : length + Storage.BLOCK;
    }

    /** Writes padding of {@code length} bytes at an index of a little-endian buffer. */
    void write(ByteBuffer out, int at, int length, int tag, long sequence, long durable) {
        for (int i = at; i < at + length; i += Long.BYTES) {
            out.putLong(i, 0);
        }
        out.put(at + FrameLayout.VERSION_OFFSET, FrameLayout.VERSION);
        out.put(at + FrameLayout.TYPE_OFFSET, FrameType.PAD.code());
        out.putInt(at + FrameLayout.ORIGIN_CRC_OFFSET, checksum(out, at, length));
        hop.write(out, at, length, tag, sequence, durable, 0, 0);
    }

    /** Whether the checksum of padding holds; its hop half is known to. */
    boolean holds(ByteBuffer in, int at, int length) {
        return in.getInt(at + FrameLayout.ORIGIN_CRC_OFFSET) == checksum(in, at, length);
    }

    private int checksum(ByteBuffer buffer, int at, int length) {
        int position = buffer.position();
        int limit = buffer.limit();
        buffer.limit(at + length).position(at + FrameLayout.VERSION_OFFSET);
        crc.reset();
        crc.update(buffer);
        buffer.limit(limit).position(position);
        return (int) crc.getValue();
    }
}
