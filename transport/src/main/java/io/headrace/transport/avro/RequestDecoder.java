package io.headrace.transport.avro;

import io.headrace.transport.avro.AvroException.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;

/**
 * Takes the framing of Avro's Netty transport apart:
 *
 * <pre>
 *   i32 serial | i32 number of pieces | pieces x { i32 length | bytes }     big-endian
 * </pre>
 *
 * <p>Believes no length: pieces take memory as they come, and a request that is longer than {@code maxRequestBytes} is
 * refused and passed over. Owned by one thread.
 */
final class RequestDecoder {
    private static final int LONG = 8;
    private static final int INT = 4;

    private enum Stage {
        HEAD,
        LENGTH,
        PIECE
    }

    private final RequestHandler handler;
    private final PayloadReader payload;
    private final int maxRequestBytes;
    private Stage stage = Stage.HEAD;
    private long number;
    private int numberBytes;
    private int piecesLeft;
    private int pieceLeft;
    private long requestBytes;
    private boolean refused;

    RequestDecoder(RequestHandler handler, ByteBufAllocator allocator, int maxEventBytes, int maxRequestBytes) {
        this.handler = handler;
        this.payload = new PayloadReader(handler, allocator, maxEventBytes);
        this.maxRequestBytes = maxRequestBytes;
    }

    /** Whether part of a request is there. */
    boolean isInRequest() {
        return stage != Stage.HEAD || numberBytes > 0;
    }

    int carriedBytes() {
        return payload.carriedBytes();
    }

    /** Gives back what it holds. */
    void close() {
        payload.drop();
    }

    /**
     * Reads to the end of the request at most, or all there is of one that has no end yet.
     *
     * @throws AvroException of kind FRAMING when the bytes are no requests
     */
    void decode(ByteBuf bytes) {
        boolean ended = false;
        while (bytes.isReadable() && !ended) {
            switch (stage) {
                case HEAD -> {
                    if (collect(bytes, LONG)) {
                        begin((int) (number >>> Integer.SIZE), (int) number);
                        ended = stage == Stage.HEAD;
                    }
                }
                case LENGTH -> {
                    if (collect(bytes, INT)) {
                        beginPiece((int) number);
                        ended = stage == Stage.HEAD;
                    }
                }
                case PIECE -> {
                    readPiece(bytes);
                    ended = stage == Stage.HEAD;
                }
            }
        }
    }

    private boolean collect(ByteBuf bytes, int length) {
        if (numberBytes == 0) {
            number = 0;
        }
        while (numberBytes < length && bytes.isReadable()) {
            number = number << Byte.SIZE | bytes.readByte() & 0xFF;
            numberBytes++;
        }
        if (numberBytes < length) {
            return false;
        }
        numberBytes = 0;
        return true;
    }

    private void begin(int serial, int pieces) {
        if (pieces < 0 || pieces > maxRequestBytes) {
            throw new AvroException(
                    Kind.FRAMING, "pieces of a request: " + pieces + " (expected: 0 to " + maxRequestBytes + ")");
        }
        requestBytes = 0;
        refused = false;
        piecesLeft = pieces;
        handler.onRequest(serial);
        payload.begin();
        nextPiece();
    }

    private void beginPiece(int length) {
        if (length < 0) {
            throw new AvroException(Kind.FRAMING, "piece of a request: " + length + " bytes (expected: >= 0)");
        }
        requestBytes += length;
        pieceLeft = length;
        stage = Stage.PIECE;
        if (requestBytes > maxRequestBytes && !refused) {
            refused = true;
            payload.refuse(new AvroException(
                    Kind.FAILED,
                    "request: at least " + requestBytes + " bytes (expected: <= maxRequestBytes " + maxRequestBytes
                            + ")"));
        }
        if (length == 0) {
            nextPiece();
        }
    }

    private void readPiece(ByteBuf bytes) {
        int length = Math.min(pieceLeft, bytes.readableBytes());
        if (!refused) {
            ByteBuffer nio = bytes.internalNioBuffer(bytes.readerIndex(), length);
            payload.read(nio, nio.position(), nio.position() + length);
        }
        bytes.skipBytes(length);
        pieceLeft -= length;
        if (pieceLeft == 0) {
            nextPiece();
        }
    }

    private void nextPiece() {
        if (piecesLeft == 0) {
            stage = Stage.HEAD;
            payload.end();
        } else {
            piecesLeft--;
            stage = Stage.LENGTH;
        }
    }
}
