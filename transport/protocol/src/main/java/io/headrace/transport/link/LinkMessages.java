package io.headrace.transport.link;

import io.headrace.wal.StreamId;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Reads the messages that a {@link LinkDecoder} found; every field is checked. */
final class LinkMessages {
    private LinkMessages() {}

    static Hello hello(ByteBuf message) {
        atLeast(MessageType.HELLO, message, LinkLayout.HELLO_TEXT_OFFSET);
        magic(MessageType.HELLO, message);
        int version = message.getUnsignedByte(LinkLayout.CODE_OFFSET);
        if (version < 1) {
            throw new LinkException(
                    RejectCode.VERSION, 0, "link version: " + version + " (expected: >= " + LinkLayout.VERSION + ")");
        }
        StreamId stream = new StreamId(
                message.getLongLE(LinkLayout.HELLO_STREAM_OFFSET),
                message.getLongLE(LinkLayout.HELLO_STREAM_OFFSET + Long.BYTES));
        long floor = message.getLongLE(LinkLayout.HELLO_FLOOR_OFFSET);
        checkFloor(floor);
        message.readerIndex(LinkLayout.HELLO_TEXT_OFFSET);
        String agent = text(message);
        String channel = text(message);
        String token = text(message);
        end(MessageType.HELLO, message);
        return new Hello(
                version,
                stream,
                message.getIntLE(LinkLayout.HELLO_CONNECTION_OFFSET),
                floor,
                message.getIntLE(LinkLayout.HELLO_LARGEST_OFFSET),
                message.getIntLE(LinkLayout.HELLO_CODECS_OFFSET),
                agent,
                channel,
                token);
    }

    static Welcome welcome(ByteBuf message) {
        exactly(MessageType.WELCOME, message, LinkLayout.WELCOME_LENGTH);
        magic(MessageType.WELCOME, message);
        int version = message.getUnsignedByte(LinkLayout.CODE_OFFSET);
        if (version != LinkLayout.VERSION) {
            throw new LinkException(
                    RejectCode.VERSION, 0, "link version: " + version + " (expected: " + LinkLayout.VERSION + ")");
        }
        checkFloor(message.getLongLE(LinkLayout.WELCOME_KEPT_OFFSET));
        int level = message.getIntLE(LinkLayout.WELCOME_LEVEL_OFFSET);
        if (level < 0 || level >= AckLevel.values().length) {
            throw protocol("ack level: " + level + " (expected: 0 or 1)");
        }
        return new Welcome(
                version,
                message.getIntLE(LinkLayout.WELCOME_CODECS_OFFSET),
                message.getIntLE(LinkLayout.WELCOME_LARGEST_OFFSET),
                AckLevel.values()[level],
                message.getLongLE(LinkLayout.WELCOME_KEPT_OFFSET),
                message.getLongLE(LinkLayout.WELCOME_CREDIT_OFFSET));
    }

    static long ackFrames(ByteBuf message) {
        exactly(MessageType.ACK, message, LinkLayout.ACK_LENGTH);
        return message.getLongLE(LinkLayout.ACK_FRAMES_OFFSET);
    }

    static long ackCredit(ByteBuf message) {
        return message.getLongLE(LinkLayout.ACK_CREDIT_OFFSET);
    }

    static long token(MessageType type, ByteBuf message) {
        exactly(type, message, LinkLayout.PING_LENGTH);
        return message.getLongLE(LinkLayout.PING_TOKEN_OFFSET);
    }

    static RejectCode rejectCode(ByteBuf message) {
        return RejectCode.ofCode(message.getByte(LinkLayout.CODE_OFFSET));
    }

    static long rejectPosition(ByteBuf message) {
        atLeast(MessageType.REJECT, message, LinkLayout.REJECT_TEXT_OFFSET);
        return message.getLongLE(LinkLayout.REJECT_POSITION_OFFSET);
    }

    static String rejectText(ByteBuf message) {
        message.readerIndex(LinkLayout.REJECT_TEXT_OFFSET);
        String why = text(message);
        end(MessageType.REJECT, message);
        return why;
    }

    static String goAwayText(ByteBuf message) {
        message.readerIndex(LinkLayout.GOAWAY_TEXT_OFFSET);
        String why = text(message);
        end(MessageType.GOAWAY, message);
        return why;
    }

    /** For a message that this side must not get now. */
    static LinkException outOfTurn(MessageType type, Object state) {
        return protocol(type + " while " + state + " (expected: not now)");
    }

    /** A floor near the end of the numbers would end a stream for good, and count over the end after a restart. */
    static void checkFloor(long floor) {
        if (floor < 0 || floor > LinkLayout.MAX_POSITION) {
            throw protocol("position or floor: " + floor + " (expected: 0 to " + LinkLayout.MAX_POSITION + ")");
        }
    }

    private static void magic(MessageType type, ByteBuf message) {
        int magic = message.getIntLE(LinkLayout.MAGIC_OFFSET);
        if (magic != LinkLayout.MAGIC) {
            throw protocol(type + " magic: " + Integer.toHexString(magic) + " (expected: "
                    + Integer.toHexString(LinkLayout.MAGIC) + ")");
        }
    }

    private static String text(ByteBuf message) {
        if (message.readableBytes() < Short.BYTES) {
            throw protocol("text (expected: its length and bytes)");
        }
        int length = message.readUnsignedShortLE();
        if (length > message.readableBytes()) {
            throw protocol("text of " + length + " bytes (expected: <= " + message.readableBytes() + ")");
        }
        // What came is shown to people: control characters would forge lines of a log.
        return message.readCharSequence(length, StandardCharsets.UTF_8)
                .toString()
                .replaceAll("\\p{Cntrl}", "?");
    }

    private static void end(MessageType type, ByteBuf message) {
        if (message.isReadable()) {
            throw protocol(type + " with " + message.readableBytes() + " bytes too many");
        }
    }

    private static void exactly(MessageType type, ByteBuf message, int length) {
        if (message.readableBytes() != length) {
            throw protocol(type + " length: " + message.readableBytes() + " (expected: " + length + ")");
        }
    }

    private static void atLeast(MessageType type, ByteBuf message, int length) {
        if (message.readableBytes() < length) {
            throw protocol(type + " length: " + message.readableBytes() + " (expected: >= " + length + ")");
        }
    }

    private static LinkException protocol(String message) {
        return new LinkException(RejectCode.PROTOCOL, 0, message);
    }
}
