package io.headrace.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The bytes of a frame from its origin half on, little-endian, at offsets from there: through Agrona, or, where the JVM was
 * not started with the flag that Agrona needs, through a {@link ByteBuffer}, which takes about a quarter longer to put events with. So
 * who only builds frames and sends them needs no flag; reading their events needs it.
 *
 * <p>Owned by whoever wraps; reading is safe for any thread that was handed it since.
 */
final class FrameBytes {
    /** A constant for the compiler: what is not used costs nothing. */
    private static final boolean AGRONA = isAgronaOpen();

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final UnsafeBuffer unsafe = AGRONA ? new UnsafeBuffer(0, 0) : null;
    private ByteBuffer bytes = NONE;
    private int start;
    private int capacity;

    private static boolean isAgronaOpen() {
        try {
            return new UnsafeBuffer(new byte[1]).capacity() == 1;
        } catch (LinkageError e) {
            // Java's own message says what is not open; who reads events hears of it.
            return false;
        }
    }

    /** Looks at {@code length} bytes of {@code source} from the absolute index {@code from} on. */
    void wrap(ByteBuffer source, int from, int length) {
        if (AGRONA) {
            unsafe.wrap(source, from, length);
        } else {
            bytes = source.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        }
        start = from;
        capacity = length;
    }

    /** Looks at another part of the same source. */
    void narrow(int from, int length) {
        if (AGRONA) {
            unsafe.wrap(unsafe.byteBuffer(), from, length);
        }
        start = from;
        capacity = length;
    }

    /** Where in the source they begin. */
    int start() {
        return start;
    }

    int capacity() {
        return capacity;
    }

    /** The same bytes for readers. */
    DirectBuffer view() {
        if (!AGRONA) {
            throw new IllegalStateException(
                    "reading events: jdk.internal.misc is closed (expected: --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED)");
        }
        return unsafe;
    }

    byte getByte(int index) {
        return AGRONA ? unsafe.getByte(index) : bytes.get(start + index);
    }

    short getShort(int index) {
        return AGRONA ? unsafe.getShort(index, ByteOrder.LITTLE_ENDIAN) : bytes.getShort(start + index);
    }

    int getInt(int index) {
        return AGRONA ? unsafe.getInt(index, ByteOrder.LITTLE_ENDIAN) : bytes.getInt(start + index);
    }

    long getLong(int index) {
        return AGRONA ? unsafe.getLong(index, ByteOrder.LITTLE_ENDIAN) : bytes.getLong(start + index);
    }

    void putByte(int index, byte value) {
        if (AGRONA) {
            unsafe.putByte(index, value);
        } else {
            bytes.put(start + index, value);
        }
    }

    void putShort(int index, short value) {
        if (AGRONA) {
            unsafe.putShort(index, value, ByteOrder.LITTLE_ENDIAN);
        } else {
            bytes.putShort(start + index, value);
        }
    }

    void putInt(int index, int value) {
        if (AGRONA) {
            unsafe.putInt(index, value, ByteOrder.LITTLE_ENDIAN);
        } else {
            bytes.putInt(start + index, value);
        }
    }

    void putLong(int index, long value) {
        if (AGRONA) {
            unsafe.putLong(index, value, ByteOrder.LITTLE_ENDIAN);
        } else {
            bytes.putLong(start + index, value);
        }
    }

    void putBytes(int index, byte[] from) {
        if (AGRONA) {
            unsafe.putBytes(index, from);
        } else {
            bytes.put(start + index, from);
        }
    }

    void putBytes(int index, ByteBuffer from, int offset, int length) {
        if (AGRONA) {
            unsafe.putBytes(index, from, offset, length);
        } else {
            bytes.put(start + index, from, offset, length);
        }
    }

    /** Of a reader's bytes, so not without Agrona. */
    void putBytes(int index, DirectBuffer from, int offset, int length) {
        unsafe.putBytes(index, from, offset, length);
    }
}
