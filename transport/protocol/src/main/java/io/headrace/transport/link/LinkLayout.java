package io.headrace.transport.link;

import io.headrace.frame.FrameLayout;

/**
 * Offsets and limits of the link's messages, little-endian throughout; {@code transport/PROTOCOL.md} has the rules.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+  every message
 *  |         Length of the message, this field included            |
 *  +---------------+---------------+-------------------------------+
 *  |      Type     |      Code     |              Zero             |
 *  +---------------+---------------+-------------------------------+
 *  |        CRC32C of the message, with this field as zero         |
 *  +---------------------------------------------------------------+
 *
 *  HELLO    code = version     WELCOME  code = version     DATA
 *  12  u32  magic              12  u32  magic              12  u32  number of frames
 *  16  u64  stream id, high    16  u32  codecs             16  u64  floor
 *  24  u64  stream id, low     20  u32  largest frame      24  u64  bytes of all frames, padded
 *  32  u64  floor              24  u64  kept               32       the frames
 *  40  u32  connection number  32  u64  credit
 *  44  u32  largest frame      40  u32  ack level          PING, PONG
 *  48  u32  codecs                                         12  u32  zero
 *  52  text agent              ACK                         16  u64  token
 *      text channel            12  u32  zero
 *      text token              16  u64  frames             GOAWAY
 *                              24  u64  credit             12  text why
 *  REJECT   code = why
 *  12  u32  zero
 *  16  u64  position
 *  24  text why
 * </pre>
 *
 * A text is a length u16 and as many bytes of UTF-8.
 */
final class LinkLayout {
    /** "HRLK" in the order of the bytes. */
    static final int MAGIC = 0x4B4C5248;

    static final int VERSION = 1;

    static final int LENGTH_OFFSET = 0;
    static final int TYPE_OFFSET = 4;
    static final int CODE_OFFSET = 5;
    static final int ZERO_OFFSET = 6;
    static final int CRC_OFFSET = 8;
    static final int PREFIX_LENGTH = 12;

    static final int MAGIC_OFFSET = 12;

    static final int HELLO_STREAM_OFFSET = 16;
    static final int HELLO_FLOOR_OFFSET = 32;
    static final int HELLO_CONNECTION_OFFSET = 40;
    static final int HELLO_LARGEST_OFFSET = 44;
    static final int HELLO_CODECS_OFFSET = 48;
    static final int HELLO_TEXT_OFFSET = 52;

    static final int WELCOME_CODECS_OFFSET = 16;
    /** Bit of a HELLO's and a WELCOME's codecs: frames whose events zstd compressed. */
    static final int ZSTD = 1;

    /** Bit of a WELCOME's codecs: frames may come as they stand in the sender's log ({@link #DATA_STORED}). */
    static final int TAKES_STORED = 1 << 16;

    static final int WELCOME_LARGEST_OFFSET = 20;
    static final int WELCOME_KEPT_OFFSET = 24;
    static final int WELCOME_CREDIT_OFFSET = 32;
    static final int WELCOME_LEVEL_OFFSET = 40;
    static final int WELCOME_LENGTH = 44;

    /** Code of a DATA whose frames have hop halves made for the wire. */
    static final int DATA_PLAIN = 0;

    /** Code of a DATA whose frames are as they stand in the sender's log, hop halves too. */
    static final int DATA_STORED = 1;

    static final int DATA_COUNT_OFFSET = 12;
    static final int DATA_FLOOR_OFFSET = 16;
    static final int DATA_BYTES_OFFSET = 24;
    static final int DATA_LENGTH = 32;

    static final int ACK_FRAMES_OFFSET = 16;
    static final int ACK_CREDIT_OFFSET = 24;
    static final int ACK_LENGTH = 32;

    static final int REJECT_POSITION_OFFSET = 16;
    static final int REJECT_TEXT_OFFSET = 24;

    static final int PING_TOKEN_OFFSET = 16;
    static final int PING_LENGTH = 24;

    static final int GOAWAY_TEXT_OFFSET = 12;

    /** Largest position and floor: far from where arithmetic with the window above them would overflow. */
    static final long MAX_POSITION = 1L << 62;

    /** A receiver answers when so many frames have none, or half of the credit is used, however quickly they come. */
    static final int ACK_FRAMES = 16;

    /** Longest message without the frames that follow a DATA. */
    static final int MAX_MESSAGE_LENGTH = 4096;

    /** Longest text that is sent; longer ones are cut. */
    static final int MAX_TEXT_BYTES = 1024;

    /** Most frames of one DATA. */
    static final int MAX_FRAMES = 65_536;

    /** Room of a frame of the smallest length. */
    static final int MIN_FRAME_BYTES = FrameLayout.align(FrameLayout.HEADER_LENGTH);

    private LinkLayout() {}
}
