package io.headrace.benchmarks.peers;

import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * {@link BodySum} where bodies stand in memory outside the heap. Read as Java's own buffers are: checks of their bounds leave
 * a compiled loop, as those of an array do, so that all peers read at the same price. Agrona's stay in it, which made every
 * sink that read through it the slower end.
 */
final class FrameSum {
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private FrameSum() {}

    static long of(ByteBuffer buffer, int offset, int length) {
        long sum = 0;
        int end = offset + length;
        int whole = offset + (length & -Long.BYTES);
        for (int i = offset; i < whole; i += Long.BYTES) {
            sum += (long) LONGS.get(buffer, i);
        }
        for (int i = whole; i < end; i++) {
            sum += buffer.get(i);
        }
        return sum;
    }

    /** Over all bodies of a frame, which is not compressed. */
    static long of(Frame frame, EventCursor cursor) {
        long sum = 0;
        cursor.wrap(frame);
        DirectBuffer view = cursor.buffer();
        ByteBuffer bytes = view.byteBuffer();
        int adjustment = view.wrapAdjustment();
        while (cursor.next()) {
            sum += of(bytes, adjustment + cursor.bodyOffset(), cursor.bodyLength());
        }
        return sum;
    }
}
