package io.headrace.transport.avro;

import io.headrace.transport.avro.AvroException.Kind;
import io.headrace.transport.avro.RequestHandler.Call;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;

/**
 * Reads the payload of a request as it comes in pieces: whatever lies whole in a piece is read where it lies, only what
 * straddles two of them is put together in memory of its own, which grows with what has come, never with what was
 * announced.
 *
 * <p>Owned by one thread.
 */
final class PayloadReader {
    private static final int LONGEST_HEAD = 256 * 1024;

    private enum Stage {
        HEAD,
        BLOCK,
        EVENT,
        END,
        /** Refused: passed over to the end of the request. */
        SKIP
    }

    private final RequestHandler handler;
    private final ByteBufAllocator allocator;
    private final EventReader event;
    private final AvroInput in = new AvroInput();
    private final int mostCarried;
    private Stage stage = Stage.HEAD;
    private boolean greeted;
    private boolean batch;
    private long eventsLeft;
    private long events;
    private ByteBuf carry;
    private int wanted;

    PayloadReader(RequestHandler handler, ByteBufAllocator allocator, int maxEventBytes) {
        this.handler = handler;
        this.allocator = allocator;
        this.event = new EventReader(maxEventBytes);
        // A header takes at least as much in a request as its text; half as much again is read ahead at most.
        this.mostCarried = (int) Math.min(Integer.MAX_VALUE - 8, 2L * (maxEventBytes + LONGEST_HEAD));
    }

    /** Memory taken beside what came. */
    int carriedBytes() {
        return carry == null ? 0 : carry.capacity();
    }

    void begin() {
        stage = Stage.HEAD;
        eventsLeft = 0;
        events = 0;
    }

    /** A piece of the payload from one absolute index to another. */
    void read(ByteBuffer piece, int from, int to) {
        int at = from;
        try {
            while (at < to && stage != Stage.SKIP) {
                at = carry == null ? readWhere(piece, at, to) : readCarried(piece, at, to);
            }
        } catch (AvroException e) {
            refuse(e);
        }
    }

    /** The payload is complete. */
    void end() {
        try {
            if (carry != null && stage != Stage.SKIP) {
                carry.readerIndex(carry.readerIndex() + readItems(nio(), 0, carry.readableBytes()));
                if (carry.isReadable()) {
                    throw truncated();
                }
            }
            if (stage != Stage.END && stage != Stage.SKIP) {
                throw truncated();
            }
        } catch (AvroException e) {
            refuse(e);
        }
        drop();
        event.shrink();
        handler.onEnd();
    }

    void drop() {
        if (carry != null) {
            carry.release();
            carry = null;
        }
    }

    private AvroException truncated() {
        return new AvroException(
                Kind.REQUEST, "request: ends after " + events + " events (expected: whole parameters)");
    }

    /** The rest of the request is passed over. */
    void refuse(AvroException why) {
        stage = Stage.SKIP;
        drop();
        handler.onRefused(why);
    }

    /** Reads what lies whole in the piece and takes the rest along. */
    private int readWhere(ByteBuffer piece, int from, int to) {
        int next = from + readItems(piece, from, to);
        if (next < to && stage != Stage.SKIP) {
            carry = allocator.directBuffer(Math.max(64, to - next), mostCarried);
            take(piece, next, to - next);
            want();
        }
        return to;
    }

    /** Adds as much of the piece as the beginning of it may need, reads, and goes on in the piece where it can. */
    private int readCarried(ByteBuffer piece, int from, int to) {
        int chunk = Math.min(to - from, wanted - carry.readableBytes());
        take(piece, from, chunk);
        if (carry.readableBytes() < wanted) {
            return to;
        }
        int length = carry.readableBytes();
        int left = length - readItems(nio(), 0, length);
        if (left <= chunk) {
            drop();
            return from + chunk - left;
        }
        carry.readerIndex(carry.writerIndex() - left).discardReadBytes();
        want();
        return from + chunk;
    }

    private void take(ByteBuffer piece, int from, int length) {
        if (length > carry.maxWritableBytes()) {
            throw new AvroException(
                    Kind.FAILED, "event: more than " + mostCarried / 2 + " bytes (expected: at most that)");
        }
        carry.writeBytes(piece.duplicate().limit(from + length).position(from));
    }

    /** How much must be there before it is looked at again: half as much again, or short pieces would cost their square. */
    private void want() {
        int length = carry.readableBytes();
        wanted = length + Math.max(in.missing(), length >>> 1);
        if (stage == Stage.EVENT && in.missing() > length >>> 1) {
            wanted = length + in.missing();
        }
    }

    private ByteBuffer nio() {
        return carry.internalNioBuffer(carry.readerIndex(), carry.readableBytes());
    }

    /** Reads what is whole; returns how many bytes that was. {@code from} counts from the buffer's position for carried bytes. */
    private int readItems(ByteBuffer bytes, int from, int to) {
        int base = carry == null ? 0 : bytes.position();
        int at = from;
        while (at < to && stage != Stage.SKIP) {
            in.wrap(bytes, base + at, base + to);
            if (!readItem()) {
                break;
            }
            at = in.at() - base;
        }
        return at - from;
    }

    private boolean readItem() {
        return switch (stage) {
            case HEAD -> readHead();
            case BLOCK -> readBlock();
            case EVENT -> readEvent();
            case END ->
                throw new AvroException(Kind.REQUEST, "request: goes on after its parameters (expected: its end)");
            case SKIP -> false;
        };
    }

    private boolean readHead() {
        if (in.remaining() > LONGEST_HEAD) {
            // Shorter ones are seen whole: what is longer than this has no end that is wanted.
            in.wrap(in.bytes(), in.at(), in.at() + LONGEST_HEAD);
        }
        int available = in.remaining();
        Handshake handshake = greeted ? null : Handshake.read(in);
        Handshake.readMetadata(in);
        String name = Handshake.readName(in);
        if (in.isShort()) {
            if (available == LONGEST_HEAD) {
                throw new AvroException(
                        Kind.REQUEST, "request's head: more than " + LONGEST_HEAD + " bytes (expected: at most that)");
            }
            return false;
        }
        if (handshake != null) {
            handshake.check();
            greeted = handler.onHandshake(handshake);
            if (!greeted) {
                stage = Stage.SKIP;
                return true;
            }
        }
        call(name);
        return true;
    }

    private void call(String name) {
        switch (name) {
            case AvroProtocol.APPEND -> {
                batch = false;
                eventsLeft = 1;
                stage = Stage.EVENT;
                handler.onCall(Call.APPEND);
            }
            case AvroProtocol.APPEND_BATCH -> {
                batch = true;
                stage = Stage.BLOCK;
                handler.onCall(Call.APPEND_BATCH);
            }
            case "" -> {
                stage = Stage.END;
                handler.onCall(Call.PING);
            }
            default -> throw new AvroException(Kind.REQUEST, "message: " + name + " (expected: append or appendBatch)");
        }
    }

    private boolean readBlock() {
        eventsLeft = in.readBlock(Integer.MAX_VALUE, "events of a batch");
        if (in.isShort()) {
            return false;
        }
        stage = eventsLeft == 0 ? Stage.END : Stage.EVENT;
        return true;
    }

    private boolean readEvent() {
        if (!event.read(in)) {
            return false;
        }
        handler.onEvent(event, in);
        events++;
        if (--eventsLeft == 0) {
            stage = batch ? Stage.BLOCK : Stage.END;
        }
        return true;
    }
}
