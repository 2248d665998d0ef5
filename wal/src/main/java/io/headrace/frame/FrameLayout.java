package io.headrace.frame;

/**
 * Offsets and limits of a frame, little-endian throughout.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+  hop half: belongs to the log or
 *  |                     Length, without padding                   |  connection that holds the frame
 *  +---------------------------------------------------------------+
 *  |                          Segment tag                          |
 *  +---------------------------------------------------------------+
 *  |                                                               |
 *  |                            Sequence                           |
 *  +---------------------------------------------------------------+
 *  |                                                               |
 *  |                  Durable sequence when written                |
 *  +---------------------------------------------------------------+
 *  |                                                               |
 *  |                         Input position                        |
 *  +---------------------------------------------------------------+
 *  |                          Input number                         |
 *  +---------------------------------------------------------------+
 *  |                    CRC32C of bytes 0 to 36                    |
 *  +===============================================================+  origin half: fixed for life
 *  |                  CRC32C of bytes 44 to length                 |
 *  +---------------+---------------+-------------------------------+
 *  |    Version    |      Type     |             Flags             |
 *  +---------------+---------------+-------------------------------+
 *  |                                                               |
 *  |                           Producer id                         |
 *  +---------------------------------------------------------------+
 *  |                                                               |
 *  |              Number of the first event in the producer        |
 *  +---------------------------------------------------------------+
 *  |                                                               |
 *  |          Creation time, microseconds since the epoch          |
 *  +---------------------------------------------------------------+
 *  |                          Event count                          |
 *  +---------------------------------------------------------------+
 *  |                    Bytes of shared headers                    |
 *  +---------------------------------------------------------------+
 *  |                         Shared headers                       ...
 *  +---------------------------------------------------------------+
 *  |                            Events                            ...
 *  +---------------------------------------------------------------+
 *  |                   Zeros up to 16-byte alignment              ...
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * An event is {@code body length u32, own-header length u32, own headers, body}; a header block is {@code count u16}
 * and for each header {@code name length u16, name, value length u32, value}, UTF-8. A header block of zero bytes is an
 * empty one. With {@link #FLAG_COMPRESSED} what follows the shared headers is {@code inflated length u32, zstd}.
 */
public final class FrameLayout {
    /** Version of the format written and understood. */
    public static final byte VERSION = 1;

    /** Bytes of the hop half. */
    public static final int HOP_LENGTH = 40;

    /** Bytes of both halves of the header. */
    public static final int HEADER_LENGTH = 80;

    /** A frame starts at a multiple of this many bytes in a segment and on the wire. */
    public static final int ALIGNMENT = 16;

    public static final int LENGTH_OFFSET = 0;
    public static final int TAG_OFFSET = 4;
    public static final int SEQUENCE_OFFSET = 8;
    public static final int DURABLE_OFFSET = 16;
    public static final int INPUT_POSITION_OFFSET = 24;
    public static final int INPUT_NUMBER_OFFSET = 32;
    public static final int HOP_CRC_OFFSET = 36;
    public static final int ORIGIN_CRC_OFFSET = 40;
    public static final int VERSION_OFFSET = 44;
    public static final int TYPE_OFFSET = 45;
    public static final int FLAGS_OFFSET = 46;
    public static final int PRODUCER_OFFSET = 48;
    public static final int FIRST_EVENT_OFFSET = 56;
    public static final int CREATED_OFFSET = 64;
    public static final int EVENT_COUNT_OFFSET = 72;
    public static final int SHARED_LENGTH_OFFSET = 76;

    /** Bytes before an event's own headers: the lengths of body and headers. */
    public static final int EVENT_PREFIX_LENGTH = 8;

    /** Flag: the events are compressed. */
    public static final int FLAG_COMPRESSED = 1;

    /**
     * Most bytes that compressed events are when inflated: an event of {@link #DEFAULT_MAX_EVENT_BYTES} and its prefix fit.
     * Longer ones stay as they are, so that a reader knows what a frame may make it take, whatever the frame says.
     */
    public static final int MAX_INFLATED_BYTES = 17 * 1024 * 1024;

    /** Flag: the producer id was derived from another frame's. */
    public static final int FLAG_DERIVED = 2;

    /** Size of origin half and payload at which builders close a frame. */
    public static final int DEFAULT_FRAME_BYTES = 192 * 1024;

    /** Largest value of {@code frameBytes}: larger buffers leave Netty's pool. */
    public static final int MAX_FRAME_BYTES = 1024 * 1024;

    /** Largest body and headers of one event, by default. */
    public static final int DEFAULT_MAX_EVENT_BYTES = 16 * 1024 * 1024;

    private FrameLayout() {}

    /** The offset of a header field or payload byte in {@link Frame#buffer()}, which begins at the origin half. */
    public static int inOrigin(int offsetInFrame) {
        return offsetInFrame - HOP_LENGTH;
    }

    /** {@code length} rounded up to {@link #ALIGNMENT}. */
    public static int align(int length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** The length of the largest frame that holds one event of {@code maxEventBytes} (headers and body). */
    public static int maxFrameLength(int maxEventBytes, int maxSharedBytes) {
        return Math.addExact(HEADER_LENGTH + EVENT_PREFIX_LENGTH, Math.addExact(maxEventBytes, maxSharedBytes));
    }
}
