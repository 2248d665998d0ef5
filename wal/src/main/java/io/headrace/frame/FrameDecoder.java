package io.headrace.frame;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Turns bytes that came from a disk or a peer into a {@link Frame}, believing nothing: lengths are bounded, version,
 * type and flags must be known, the checksum must hold, and {@linkplain #decodeUntrusted from a peer} headers and
 * events must fill the payload exactly.
 *
 * <p>Owned by one thread.
 */
public final class FrameDecoder {
    private static final int KNOWN_FLAGS = FrameLayout.FLAG_COMPRESSED | FrameLayout.FLAG_DERIVED;

    /** Where in the origin half begins what its checksum is of. */
    private static final int CHECKED = FrameLayout.inOrigin(FrameLayout.VERSION_OFFSET);

    /** One a thread, not one a decoder: there is a decoder for each connection, and a cursor keeps what it inflated. */
    private static final ThreadLocal<EventCursor> INFLATING = ThreadLocal.withInitial(EventCursor::new);

    private final CRC32C crc = new CRC32C();
    private final EventCursor cursor = new EventCursor();
    private final int maxFrameLength;

    /** @param maxFrameLength longest frame accepted, both halves and payload */
    public FrameDecoder(int maxFrameLength) {
        if (maxFrameLength < FrameLayout.HEADER_LENGTH) {
            throw new IllegalArgumentException(
                    "maxFrameLength: " + maxFrameLength + " (expected: >= " + FrameLayout.HEADER_LENGTH + ")");
        }
        this.maxFrameLength = maxFrameLength;
    }

    /**
     * Checks the length field of a hop half before memory is taken for the rest.
     *
     * @throws FrameException when it is shorter than a header or longer than allowed
     */
    public void checkLength(int length) {
        if (length < FrameLayout.HEADER_LENGTH || length > maxFrameLength) {
            throw new FrameException(
                    FrameException.Reason.LENGTH,
                    "frame length: " + length + " (expected: " + FrameLayout.HEADER_LENGTH + " to " + maxFrameLength
                            + ")");
        }
    }

    /**
     * Makes a frame of bytes whose structure an earlier decoder or our own builder vouched for, as the checksum shows.
     *
     * @param origin buffer whose readable bytes are origin half and payload; the frame takes over one reference on
     *     success, on failure it stays with the caller
     * @param pinnedBytes memory that stays taken while the frame lives
     */
    public Frame decode(ByteBuf origin, int pinnedBytes) {
        int start = origin.readerIndex();
        int length = origin.readableBytes();
        checkLength(length + FrameLayout.HOP_LENGTH);
        checkHeader(origin, start, length);
        FrameRoom room = new FrameRoom(origin, Math.max(pinnedBytes, length));
        ByteBuffer checked = room.part(CHECKED, length);
        checkPayload(origin, start, checked);
        checked.clear();
        return new Frame(room);
    }

    /**
     * As {@link #decode(ByteBuf, int)}, for a frame of memory that it shares with others.
     *
     * @param start where the origin half begins
     * @param length of origin half and payload
     */
    public Frame decode(FrameMemory memory, int start, int length, int pinnedBytes) {
        checkLength(length + FrameLayout.HOP_LENGTH);
        checkHeader(memory.memory(), start, length);
        ByteBuffer checked = memory.view().clear().limit(start + length).position(start + CHECKED);
        try {
            checkPayload(memory.memory(), start, checked);
        } finally {
            checked.clear();
        }
        return memory.frame(start, length, Math.max(pinnedBytes, length));
    }

    /**
     * Makes a frame of its header, whose payload stays in a file where nobody has verified it.
     *
     * @param start where the origin half begins in {@code memory}
     * @param length of the whole frame, both halves and payload
     * @param offset where the frame begins in {@code file}
     */
    public Frame decodeHeader(FrameMemory memory, int start, int length, FrameFile file, long offset) {
        checkLength(length);
        checkHeader(memory.memory(), start, length - FrameLayout.HOP_LENGTH);
        return memory.frame(start, length, file, offset);
    }

    /**
     * As {@link #decode}, and walks headers and events, for bytes from a peer. Compressed events are inflated for it, when
     * the frame with them inflated is no longer than allowed: the frame itself stays as it came.
     */
    public Frame decodeUntrusted(ByteBuf origin, int pinnedBytes) {
        return decodeUntrusted(origin, pinnedBytes, true);
    }

    /** As {@link #decodeUntrusted(ByteBuf, int)}; {@code takesCompressed} is false for who was told to send no such frames. */
    public Frame decodeUntrusted(ByteBuf origin, int pinnedBytes, boolean takesCompressed) {
        Frame frame = decode(origin, pinnedBytes);
        // The reference of origin is the caller's again if this throws: the frame object alone is dropped.
        if (frame.isCompressed()) {
            if (!takesCompressed) {
                throw new FrameException(
                        FrameException.Reason.TYPE, "compressed events (expected: events that are not compressed)");
            }
            checkLength(frame.plainLength());
            EventCursor inflating = INFLATING.get();
            try {
                inflating.wrap(frame).validate();
            } finally {
                inflating.leave();
            }
        } else if (frame.type() == FrameType.DATA) {
            cursor.wrap(frame).validate();
        }
        return frame;
    }

    private void checkHeader(ByteBuf origin, int start, int length) {
        int version = origin.getByte(start + FrameLayout.inOrigin(FrameLayout.VERSION_OFFSET));
        if (version != FrameLayout.VERSION) {
            throw new FrameException(
                    FrameException.Reason.VERSION,
                    "frame version: " + version + " (expected: " + FrameLayout.VERSION + ")");
        }
        int type = origin.getByte(start + FrameLayout.inOrigin(FrameLayout.TYPE_OFFSET));
        if (FrameType.ofCode(type) == null) {
            throw new FrameException(FrameException.Reason.TYPE, "frame type: " + type + " (expected: 1 to 4)");
        }
        int flags = origin.getUnsignedShortLE(start + FrameLayout.inOrigin(FrameLayout.FLAGS_OFFSET));
        if ((flags & ~KNOWN_FLAGS) != 0) {
            throw new FrameException(
                    FrameException.Reason.TYPE, "frame flags: " + flags + " (expected: none but " + KNOWN_FLAGS + ")");
        }
        int events = origin.getIntLE(start + FrameLayout.inOrigin(FrameLayout.EVENT_COUNT_OFFSET));
        int shared = origin.getIntLE(start + FrameLayout.inOrigin(FrameLayout.SHARED_LENGTH_OFFSET));
        int payload = length - FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);
        if (type != FrameType.DATA.code() && (events != 0 || shared != 0 || flags != 0)) {
            throw new FrameException(
                    FrameException.Reason.TYPE,
                    "frame of type " + type + " with flags " + flags + ", " + events + " events, " + shared
                            + " bytes of shared headers (expected: none in any type but DATA)");
        }
        if (events < 0 || shared < 0 || shared > payload) {
            throw new FrameException(
                    FrameException.Reason.LENGTH,
                    "event count: " + events + ", shared headers: " + shared + " bytes (expected: >= 0, and at most "
                            + payload + " bytes)");
        }
    }

    private void checkPayload(ByteBuf origin, int start, ByteBuffer checked) {
        crc.reset();
        crc.update(checked);
        int stored = origin.getIntLE(start + FrameLayout.inOrigin(FrameLayout.ORIGIN_CRC_OFFSET));
        if ((int) crc.getValue() != stored) {
            throw new FrameException(
                    FrameException.Reason.CHECKSUM,
                    "frame checksum: " + Integer.toHexString((int) crc.getValue()) + " (expected: "
                            + Integer.toHexString(stored) + ", as stored)");
        }
    }
}
