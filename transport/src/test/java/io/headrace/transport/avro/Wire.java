package io.headrace.transport.avro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Requests as Flume's client writes them, written anew from what Avro's specification says. */
final class Wire {
    /** As Avro's client cuts what it sends. */
    static final int PIECE = 8 * 1024;

    private Wire() {}

    /** The handshake of a client that knows Flume's hash. */
    static ByteBuf handshake(byte[] clientHash, String protocol, byte[] serverHash) {
        ByteBuf out = Unpooled.buffer().writeBytes(clientHash);
        number(out, protocol == null ? 0 : 1);
        if (protocol != null) {
            text(out, protocol);
        }
        out.writeBytes(serverHash);
        number(out, 0);
        return out;
    }

    static ByteBuf handshake() {
        return handshake(AvroProtocol.FLUME_HASH, null, AvroProtocol.FLUME_HASH);
    }

    static ByteBuf call(String name) {
        ByteBuf out = Unpooled.buffer();
        number(out, 0);
        text(out, name);
        return out;
    }

    static ByteBuf append(TestEvent event) {
        ByteBuf out = call("append");
        event(out, event);
        return out;
    }

    static ByteBuf appendBatch(List<TestEvent> events) {
        ByteBuf out = call("appendBatch");
        if (!events.isEmpty()) {
            number(out, events.size());
            events.forEach(event -> event(out, event));
        }
        number(out, 0);
        return out;
    }

    static void event(ByteBuf out, TestEvent event) {
        if (!event.headers().isEmpty()) {
            number(out, event.headers().size());
            event.headers().forEach((name, value) -> {
                text(out, name);
                text(out, value);
            });
        }
        number(out, 0);
        number(out, event.body().length);
        out.writeBytes(event.body());
    }

    /** The message of a payload, cut into pieces. */
    static ByteBuf message(int serial, int piece, ByteBuf... parts) {
        ByteBuf payload = Unpooled.wrappedBuffer(parts);
        int pieces = (payload.readableBytes() + piece - 1) / piece;
        ByteBuf out = Unpooled.buffer().writeInt(serial).writeInt(pieces);
        while (payload.isReadable()) {
            int length = Math.min(piece, payload.readableBytes());
            out.writeInt(length).writeBytes(payload, length);
        }
        return out;
    }

    static void number(ByteBuf out, long value) {
        long left = value << 1 ^ value >> 63;
        while ((left & ~0x7FL) != 0) {
            out.writeByte((int) (left & 0x7F | 0x80));
            left >>>= 7;
        }
        out.writeByte((int) left);
    }

    static void text(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(out, bytes.length);
        out.writeBytes(bytes);
    }

    /** Reads one answer's payload from a stream of answers; null when none is whole. */
    static ByteBuf answer(ByteBuf in, int serial) {
        int begin = in.readerIndex();
        if (in.readableBytes() < 12 || in.getInt(begin + 8) > in.readableBytes() - 12) {
            return null;
        }
        if (in.getInt(begin) != serial || in.getInt(begin + 4) != 1) {
            throw new AssertionError("answer " + in.getInt(begin) + " in " + in.getInt(begin + 4)
                    + " pieces (expected: " + serial + " in one)");
        }
        in.skipBytes(8);
        return in.readBytes(in.readInt());
    }
}
