package io.headrace.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Where in a compressed frame what stands: the inflated length of its events behind the shared headers, and zstd's frame
 * from there to the end. Believes nothing: lengths are compared with each other and with {@link
 * FrameLayout#MAX_INFLATED_BYTES} before anybody takes memory for them.
 */
final class CompressedEvents {
    private static final int PAYLOAD = FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);

    private CompressedEvents() {}

    /** Where the inflated length stands in {@link Frame#buffer()}. */
    static int offset(int sharedLength) {
        return PAYLOAD + sharedLength;
    }

    /**
     * The inflated length as the frame says it, whether it is true or not.
     *
     * @throws FrameException when there is none, or it is more than any frame's
     */
    static int inflatedLength(DirectBuffer origin, int sharedLength) {
        int at = offset(sharedLength);
        if (sharedLength < 0 || origin.capacity() - at <= Integer.BYTES) {
            throw new FrameException(
                    FrameException.Reason.LENGTH,
                    "compressed events: " + (origin.capacity() - (long) at) + " bytes (expected: more than "
                            + Integer.BYTES + ")");
        }
        int length = origin.getInt(at, ByteOrder.LITTLE_ENDIAN);
        if (length < 0 || length > FrameLayout.MAX_INFLATED_BYTES) {
            throw new FrameException(
                    FrameException.Reason.LENGTH,
                    "inflated length: " + Integer.toUnsignedString(length) + " (expected: <= "
                            + FrameLayout.MAX_INFLATED_BYTES + ")");
        }
        return length;
    }

    /**
     * As {@link #inflatedLength}, after a look at what zstd's own header says.
     *
     * @throws FrameException when the two differ, or zstd is not there
     */
    static int checkedLength(DirectBuffer origin, int sharedLength, ByteBuffer bytes) {
        String unavailable = FrameCompressor.unavailable();
        if (unavailable != null) {
            throw new FrameException(
                    FrameException.Reason.TYPE,
                    "events compressed by zstd (expected: not compressed, " + unavailable + ")");
        }
        int length = inflatedLength(origin, sharedLength);
        int at = offset(sharedLength) + Integer.BYTES;
        long claimed = Zstd.contentSize(bytes, at, origin.capacity() - at);
        if (claimed != length) {
            String expected =
                    claimed < 0 ? "a header of zstd behind it that says its length" : claimed + ", as in zstd's header";
            throw new FrameException(
                    FrameException.Reason.STRUCTURE, "inflated length: " + length + " (expected: " + expected + ")");
        }
        return length;
    }

    /** Inflates into an array of at least {@code length} bytes, which {@link #checkedLength} returned. */
    static void inflate(DirectBuffer origin, int sharedLength, ByteBuffer bytes, byte[] into, int length) {
        int at = offset(sharedLength) + Integer.BYTES;
        checkInflated(Zstd.inflate(bytes, at, origin.capacity() - at, into, length), length);
    }

    static void checkInflated(int inflated, int length) {
        if (inflated != length) {
            throw new FrameException(
                    FrameException.Reason.STRUCTURE,
                    "inflated length: " + length + " (expected: " + inflated + ", as it came out)");
        }
    }
}
