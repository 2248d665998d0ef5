package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameException;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * The frames that speak of inputs rather than carry events: INPUT gives an input its number in one log (R7), MARK moves
 * the position of one that had no traffic. Number and position stand in the hop half of both, as of every frame.
 *
 * <pre>
 *  payload of INPUT, at byte 80; MARK has none
 *  +----+---+------------------------------------------------+
 *  |  0 | 4 | input number, from 1                           |
 *  |  4 | 1 | kind: 1 ordered, 2 window                      |
 *  |  5 | 2 | length of the key, n, at most 512              |
 *  |  7 | n | key, UTF-8                                     |
 *  +----+---+------------------------------------------------+
 * </pre>
 */
public final class InputFrames {
    private static final int MAX_KEY = 512;
    private static final int KIND_OFFSET = 4;
    private static final int KEY_LENGTH_OFFSET = 5;
    private static final int KEY_OFFSET = 7;
    private static final byte ORDERED = 1;
    private static final byte WINDOW = 2;

    private InputFrames() {}

    /** An input as an INPUT frame names it. */
    public record Input(int number, InputKey key) {}

    /** Builds the frame that gives an input its number. */
    public static Frame input(FrameBuilder builder, int number, InputKey key, long createdMicros) {
        byte[] id = key.id().getBytes(StandardCharsets.UTF_8);
        if (id.length > MAX_KEY) {
            throw new IllegalArgumentException("input key of " + id.length + " bytes (expected: <= " + MAX_KEY + ")");
        }
        if (number < 1) {
            throw new IllegalArgumentException("input number: " + number + " (expected: >= 1)");
        }
        ByteBuffer payload = ByteBuffer.allocate(KEY_OFFSET + id.length).order(ByteOrder.LITTLE_ENDIAN);
        payload.putInt(number).put(key.kind() == InputKey.Kind.ORDERED ? ORDERED : WINDOW);
        payload.putShort((short) id.length).put(id);
        return builder.buildControl(FrameType.INPUT, payload.array(), createdMicros);
    }

    /** Builds a frame that moves a position; number and position are given when it is appended. */
    public static Frame mark(FrameBuilder builder, long createdMicros) {
        return builder.buildControl(FrameType.MARK, new byte[0], createdMicros);
    }

    /**
     * Reads an INPUT frame.
     *
     * @throws FrameException when the payload is not one
     */
    public static Input decode(Frame frame) {
        DirectBuffer buffer = frame.buffer();
        int start = FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);
        int length = buffer.capacity() - start;
        if (length < KEY_OFFSET) {
            throw malformed("payload of " + length + " bytes");
        }
        int number = buffer.getInt(start, ByteOrder.LITTLE_ENDIAN);
        byte kind = buffer.getByte(start + KIND_OFFSET);
        int keyLength = buffer.getShort(start + KEY_LENGTH_OFFSET, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        if (number < 1
                || kind != ORDERED && kind != WINDOW
                || keyLength > MAX_KEY
                || KEY_OFFSET + keyLength != length) {
            throw malformed("number " + number + ", kind " + kind + ", key of " + keyLength + " bytes in " + length);
        }
        byte[] id = new byte[keyLength];
        buffer.getBytes(start + KEY_OFFSET, id);
        InputKey.Kind keyKind = kind == ORDERED ? InputKey.Kind.ORDERED : InputKey.Kind.WINDOW;
        return new Input(number, new InputKey(keyKind, new String(id, StandardCharsets.UTF_8)));
    }

    private static FrameException malformed(String found) {
        return new FrameException(
                FrameException.Reason.STRUCTURE, "INPUT frame: " + found + " (expected: number, kind, key)");
    }
}
