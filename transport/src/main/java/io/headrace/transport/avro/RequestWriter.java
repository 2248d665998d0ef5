package io.headrace.transport.avro;

import io.headrace.engine.channel.Lease;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Writes the events of a lease as requests, of {@code batchSize} events at most each: one message of one piece, into which
 * bodies and headers are copied once. Shared headers and those of an event's own become one map, in which the own ones win.
 *
 * <p>Owned by one thread; {@link #begin} before {@link #write}.
 */
final class RequestWriter {
    private static final int MOST_BYTES = 1024 * 1024;
    private static final int SHARED_AT = FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);
    private static final int HEAD = 64;
    private static final int LENGTH_AT = 8;
    private static final int PAYLOAD_AT = 12;

    /** A map's counts and end, and a body's length. */
    private static final int MOST_BESIDE = 32;

    private final EventCursor cursor = new EventCursor();
    private Lease lease;
    private int frame;
    private boolean onEvent;

    /** Begins with the first event of a lease. */
    void begin(Lease toWrite) {
        lease = toWrite;
        frame = 0;
        cursor.wrap(lease.frame(0));
        onEvent = next();
    }

    /** Whether there is a next event, or none is left of the lease. */
    boolean hasMore() {
        return onEvent;
    }

    /** Frames of which at least one event is written. */
    int begunFrames() {
        return onEvent && cursor.index() > 0 ? frame + 1 : frame;
    }

    /** The next request. */
    ByteBuf write(ByteBufAllocator allocator, int serial, int batchSize) {
        ByteBuf out = allocator.directBuffer(HEAD + bound());
        try {
            out.writeInt(serial).writeInt(1).writeInt(0);
            AvroOutput.writeLong(out, 0);
            AvroOutput.writeString(out, AvroProtocol.APPEND_BATCH);
            int events = 0;
            while (onEvent && events < batchSize && (events == 0 || out.writerIndex() < MOST_BYTES)) {
                // Each event is a block, so that their number need not be known beforehand.
                AvroOutput.writeLong(out, 1);
                out.ensureWritable(bound());
                writeEvent(out);
                events++;
                onEvent = next();
            }
            AvroOutput.writeLong(out, 0);
            out.setInt(LENGTH_AT, out.writerIndex() - PAYLOAD_AT);
            return out;
        } catch (RuntimeException e) {
            out.release();
            throw e;
        }
    }

    private boolean next() {
        while (!cursor.next()) {
            if (++frame == lease.size()) {
                return false;
            }
            cursor.wrap(lease.frame(frame));
        }
        return true;
    }

    /** Bytes that the event under the cursor takes at most: lengths are shorter in a request but for long names. */
    private int bound() {
        long headers = (long) cursor.frame().sharedHeadersLength() + cursor.ownHeadersLength();
        return Math.toIntExact(cursor.bodyLength() + headers + headers / 3 + MOST_BESIDE);
    }

    private void writeEvent(ByteBuf out) {
        Frame from = cursor.frame();
        DirectBuffer bytes = cursor.buffer();
        DirectBuffer sharedBytes = from.buffer();
        int sharedLength = from.sharedHeadersLength();
        int ownAt = cursor.ownHeadersOffset();
        int ownLength = cursor.ownHeadersLength();
        int own = count(bytes, ownAt, ownLength);
        int shared = count(sharedBytes, SHARED_AT, sharedLength);
        int hidden = own == 0 || shared == 0 ? 0 : hidden(sharedBytes, shared, bytes, ownAt, own);
        if (shared - hidden + own > 0) {
            AvroOutput.writeLong(out, shared - hidden + own);
            writeHeaders(out, sharedBytes, SHARED_AT, shared, bytes, hidden > 0 ? ownAt : -1, own);
            writeHeaders(out, bytes, ownAt, own, bytes, -1, 0);
        }
        AvroOutput.writeLong(out, 0);
        AvroOutput.writeLong(out, cursor.bodyLength());
        copy(out, bytes, cursor.bodyOffset(), cursor.bodyLength());
    }

    /** How many of the shared headers have a name that is among the own ones. */
    private static int hidden(DirectBuffer sharedBytes, int shared, DirectBuffer bytes, int ownAt, int own) {
        int hidden = 0;
        int at = SHARED_AT + Short.BYTES;
        for (int i = 0; i < shared; i++) {
            if (has(bytes, ownAt, own, sharedBytes, at)) {
                hidden++;
            }
            at = after(sharedBytes, at);
        }
        return hidden;
    }

    private static boolean has(DirectBuffer bytes, int blockAt, int count, DirectBuffer others, int header) {
        int length = nameLength(others, header);
        int at = blockAt + Short.BYTES;
        for (int i = 0; i < count; i++) {
            if (nameLength(bytes, at) == length
                    && sameBytes(bytes, at + Short.BYTES, others, header + Short.BYTES, length)) {
                return true;
            }
            at = after(bytes, at);
        }
        return false;
    }

    private static boolean sameBytes(DirectBuffer bytes, int one, DirectBuffer others, int other, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes.getByte(one + i) != others.getByte(other + i)) {
                return false;
            }
        }
        return true;
    }

    private static void writeHeaders(
            ByteBuf out, DirectBuffer bytes, int blockAt, int count, DirectBuffer ownBytes, int hiddenBy, int own) {
        int at = blockAt + Short.BYTES;
        for (int i = 0; i < count; i++) {
            int next = after(bytes, at);
            if (hiddenBy < 0 || !has(ownBytes, hiddenBy, own, bytes, at)) {
                int nameLength = nameLength(bytes, at);
                int valueAt = at + Short.BYTES + nameLength + Integer.BYTES;
                AvroOutput.writeLong(out, nameLength);
                copy(out, bytes, at + Short.BYTES, nameLength);
                AvroOutput.writeLong(out, next - valueAt);
                copy(out, bytes, valueAt, next - valueAt);
            }
            at = next;
        }
    }

    private static int count(DirectBuffer bytes, int at, int length) {
        return length == 0 ? 0 : bytes.getShort(at, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    private static int nameLength(DirectBuffer bytes, int at) {
        return bytes.getShort(at, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    private static int after(DirectBuffer bytes, int at) {
        int valueAt = at + Short.BYTES + nameLength(bytes, at);
        return valueAt + Integer.BYTES + bytes.getInt(valueAt, ByteOrder.LITTLE_ENDIAN);
    }

    private static void copy(ByteBuf out, DirectBuffer bytes, int at, int length) {
        int index = out.writerIndex();
        out.ensureWritable(length);
        bytes.getBytes(at, out.internalNioBuffer(index, length), length);
        out.writerIndex(index + length);
    }
}
