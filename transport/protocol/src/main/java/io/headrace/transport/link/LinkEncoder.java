package io.headrace.transport.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Writes messages. The caller owns the buffer that is returned. */
final class LinkEncoder {
    private LinkEncoder() {}

    static ByteBuf hello(ByteBufAllocator allocator, Hello hello) {
        ByteBuf out = begin(allocator, MessageType.HELLO, hello.version(), LinkLayout.MAX_MESSAGE_LENGTH);
        out.writeIntLE(LinkLayout.MAGIC);
        out.writeLongLE(hello.stream().high()).writeLongLE(hello.stream().low());
        out.writeLongLE(hello.floor());
        out.writeIntLE(hello.connection()).writeIntLE(hello.largestFrame()).writeIntLE(hello.codecs());
        text(out, hello.agent());
        text(out, hello.channel());
        text(out, hello.token());
        return end(out);
    }

    static ByteBuf welcome(ByteBufAllocator allocator, Welcome welcome) {
        ByteBuf out = begin(allocator, MessageType.WELCOME, welcome.version(), LinkLayout.WELCOME_LENGTH);
        out.writeIntLE(LinkLayout.MAGIC).writeIntLE(welcome.codecs()).writeIntLE(welcome.largestFrame());
        out.writeLongLE(welcome.kept()).writeLongLE(welcome.credit());
        out.writeIntLE(welcome.level().ordinal());
        return end(out);
    }

    /** Writes the part of a DATA that stands before its frames to the beginning of {@code out}. */
    static void data(ByteBuf out, int code, long floor, long bytes, int frames) {
        prefix(out, MessageType.DATA, code)
                .writeIntLE(frames)
                .writeLongLE(floor)
                .writeLongLE(bytes);
        end(out);
    }

    static ByteBuf ack(ByteBufAllocator allocator, long frames, long credit) {
        ByteBuf out = begin(allocator, MessageType.ACK, 0, LinkLayout.ACK_LENGTH);
        out.writeIntLE(0).writeLongLE(frames).writeLongLE(credit);
        return end(out);
    }

    static ByteBuf reject(ByteBufAllocator allocator, RejectCode code, long position, String why) {
        ByteBuf out = begin(allocator, MessageType.REJECT, code.code(), LinkLayout.MAX_MESSAGE_LENGTH);
        out.writeIntLE(0).writeLongLE(position);
        text(out, why);
        return end(out);
    }

    static ByteBuf ping(ByteBufAllocator allocator, MessageType pingOrPong, long token) {
        ByteBuf out = begin(allocator, pingOrPong, 0, LinkLayout.PING_LENGTH);
        out.writeIntLE(0).writeLongLE(token);
        return end(out);
    }

    static ByteBuf goAway(ByteBufAllocator allocator, String why) {
        ByteBuf out = begin(allocator, MessageType.GOAWAY, 0, LinkLayout.MAX_MESSAGE_LENGTH);
        text(out, why);
        return end(out);
    }

    private static ByteBuf begin(ByteBufAllocator allocator, MessageType type, int code, int maxLength) {
        return prefix(allocator.directBuffer(Math.min(maxLength, 256), maxLength), type, code);
    }

    private static ByteBuf prefix(ByteBuf out, MessageType type, int code) {
        return out.writeIntLE(0)
                .writeByte(type.code())
                .writeByte(code)
                .writeShortLE(0)
                .writeIntLE(0);
    }

    private static ByteBuf end(ByteBuf out) {
        int length = out.readableBytes();
        out.setIntLE(LinkLayout.LENGTH_OFFSET, length);
        CRC32C crc = new CRC32C();
        crc.update(out.internalNioBuffer(0, length));
        return out.setIntLE(LinkLayout.CRC_OFFSET, (int) crc.getValue());
    }

    private static void text(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, LinkLayout.MAX_TEXT_BYTES);
        out.writeShortLE(length).writeBytes(bytes, 0, length);
    }
}
