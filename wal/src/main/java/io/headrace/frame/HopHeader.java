package io.headrace.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The hop half of a frame's header (bytes 0 to 40), read from and written to a buffer at any offset. One object serves
 * one thread; reading fills the fields, writing takes them as arguments.
 */
public final class HopHeader {
    private final CRC32C crc = new CRC32C();
    private int length;
    private int tag;
    private long sequence;
    private long durable;
    private long inputPosition;
    private int inputNumber;

    /**
     * Writes a hop half at the absolute index {@code at} of a little-endian buffer; position and limit stay.
     *
     * @param length of the frame without padding, both halves
     */
    public void write(
            ByteBuffer out, int at, int length, int tag, long sequence, long durable, int inputNumber, long position) {
        checkOrder(out);
        out.putInt(at + FrameLayout.LENGTH_OFFSET, length);
        out.putInt(at + FrameLayout.TAG_OFFSET, tag);
        out.putLong(at + FrameLayout.SEQUENCE_OFFSET, sequence);
        out.putLong(at + FrameLayout.DURABLE_OFFSET, durable);
        out.putLong(at + FrameLayout.INPUT_POSITION_OFFSET, position);
        out.putInt(at + FrameLayout.INPUT_NUMBER_OFFSET, inputNumber);
        out.putInt(at + FrameLayout.HOP_CRC_OFFSET, checksum(out, at));
    }

    /**
     * Reads a hop half at the absolute index {@code at} of a little-endian buffer that holds at least 40 bytes from
     * there.
     *
     * @return whether its checksum holds; if not, the fields are not to be believed
     */
    public boolean read(ByteBuffer in, int at) {
        checkOrder(in);
        length = in.getInt(at + FrameLayout.LENGTH_OFFSET);
        tag = in.getInt(at + FrameLayout.TAG_OFFSET);
        sequence = in.getLong(at + FrameLayout.SEQUENCE_OFFSET);
        durable = in.getLong(at + FrameLayout.DURABLE_OFFSET);
        inputPosition = in.getLong(at + FrameLayout.INPUT_POSITION_OFFSET);
        inputNumber = in.getInt(at + FrameLayout.INPUT_NUMBER_OFFSET);
        return in.getInt(at + FrameLayout.HOP_CRC_OFFSET) == checksum(in, at);
    }

    public int length() {
        return length;
    }

    public int tag() {
        return tag;
    }

    public long sequence() {
        return sequence;
    }

    /** The writer's durable sequence when the frame was written. */
    public long durable() {
        return durable;
    }

    public long inputPosition() {
        return inputPosition;
    }

    public int inputNumber() {
        return inputNumber;
    }

    private static void checkOrder(ByteBuffer buffer) {
        if (buffer.order() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalArgumentException("byte order: " + buffer.order() + " (expected: LITTLE_ENDIAN)");
        }
    }

    private int checksum(ByteBuffer buffer, int at) {
        int position = buffer.position();
        int limit = buffer.limit();
        buffer.limit(at + FrameLayout.HOP_CRC_OFFSET).position(at);
        crc.reset();
        crc.update(buffer);
        buffer.limit(limit).position(position);
        return (int) crc.getValue();
    }
}
