package io.headrace.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes the elements of a checkpoint's body into a buffer that grows, little-endian: LEB128 varints as in Protocol Buffers,
 * zigzag where signed, and texts and bytes behind their length. {@link BodyReader} reads them.
 *
 * <p>Owned by one thread. The buffer is kept from one body to the next and as large as the largest.
 */
final class BodyWriter {
    private static final int FIRST_BYTES = 4096;

    private ByteBuffer out = newBuffer(FIRST_BYTES);

    /** Begins a body, behind so many bytes that are put by their offset. */
    void begin(int fixedLength) {
        out.clear();
        room(fixedLength);
        out.position(fixedLength);
    }

    /** Ends it: from 0 to the limit, to be used before the next one begins. */
    ByteBuffer end() {
        return out.flip();
    }

    /** Puts a number among the fixed bytes. */
    void putLongAt(int offset, long value) {
        out.putLong(offset, value);
    }

    /** Puts a byte among the fixed bytes. */
    void putByteAt(int offset, int value) {
        out.put(offset, (byte) value);
    }

    void putByte(int value) {
        room(Byte.BYTES);
        out.put((byte) value);
    }

    void putLong(long value) {
        room(Long.BYTES);
        out.putLong(value);
    }

    void putVarint(long value) {
        room(BodyReader.MAX_VARINT);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    void putSigned(long value) {
        putVarint(value << 1 ^ value >> 63);
    }

    void putText(String text) {
        putBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    void putBytes(byte[] bytes) {
        putVarint(bytes.length);
        room(bytes.length);
        out.put(bytes);
    }

    private void room(int bytes) {
        if (out.remaining() < bytes) {
            ByteBuffer grown = newBuffer(Math.max(2 * out.capacity(), Math.addExact(out.position(), bytes)));
            out = grown.put(out.flip());
        }
    }

    private static ByteBuffer newBuffer(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
}
