package io.headrace.transport.avro;

import io.headrace.transport.avro.AvroException.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Puts the answers of a source together, each of 1 MiB at most. Owned by one thread. */
final class AnswerDecoder {
    private static final int HEAD = 8;
    private static final int INT = 4;
    private static final int MOST_BYTES = 1024 * 1024;
    private static final int MOST_PIECES = 4 * 1024;

    /** Told of each answer; the payload is all that {@code in} has. */
    @FunctionalInterface
    interface Listener {
        void answered(int serial, AvroInput in);
    }

    private final Listener listener;
    private final AvroInput in = new AvroInput();
    private ByteBuf bytes;

    AnswerDecoder(Listener listener) {
        this.listener = listener;
    }

    /** Reads what came; the reference stays the caller's. */
    void decode(ByteBuf came, ByteBufAllocator allocator) {
        if (bytes == null) {
            bytes = allocator.directBuffer(came.readableBytes());
        }
        bytes.writeBytes(came);
        while (bytes != null && decodeOne(allocator)) {
            // One after the other; the listener may close.
            continue;
        }
        if (bytes != null) {
            if (bytes.isReadable()) {
                bytes.discardSomeReadBytes();
            } else {
                close();
            }
        }
    }

    void close() {
        if (bytes != null) {
            bytes.release();
            bytes = null;
        }
    }

    private boolean decodeOne(ByteBufAllocator allocator) {
        if (bytes.readableBytes() < HEAD) {
            return false;
        }
        int begin = bytes.readerIndex();
        int pieces = bytes.getInt(begin + INT);
        if (pieces < 0 || pieces > MOST_PIECES) {
            throw new AvroException(
                    Kind.FRAMING, "pieces of an answer: " + pieces + " (expected: 0 to " + MOST_PIECES + ")");
        }
        int at = begin + HEAD;
        int length = 0;
        for (int i = 0; i < pieces; i++) {
            if (bytes.writerIndex() - at < INT) {
                return false;
            }
            int piece = bytes.getInt(at);
            if (piece < 0 || piece > MOST_BYTES - length) {
                throw new AvroException(
                        Kind.FRAMING, "answer: more than " + MOST_BYTES + " bytes (expected: at most that)");
            }
            at += INT + piece;
            length += piece;
            if (at > bytes.writerIndex()) {
                return false;
            }
        }
        ByteBuf whole = allocator.directBuffer(length);
        try {
            int from = begin + HEAD;
            for (int i = 0; i < pieces; i++) {
                int piece = bytes.getInt(from);
                whole.writeBytes(bytes, from + INT, piece);
                from += INT + piece;
            }
            bytes.readerIndex(at);
            java.nio.ByteBuffer nio = whole.internalNioBuffer(0, length);
            listener.answered(bytes.getInt(begin), in.wrap(nio, nio.position(), nio.position() + length));
        } finally {
            whole.release();
        }
        return true;
    }
}
