package io.headrace.benchmarks.peers;

import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/** {@link BodySum} where bodies stand in memory that Agrona reads. */
final class FrameSum {
    private FrameSum() {}

    static long of(DirectBuffer buffer, int offset, int length) {
        long sum = 0;
        int end = offset + length;
        int whole = offset + (length & -Long.BYTES);
        for (int i = offset; i < whole; i += Long.BYTES) {
            sum += buffer.getLong(i, ByteOrder.LITTLE_ENDIAN);
        }
        for (int i = whole; i < end; i++) {
            sum += buffer.getByte(i);
        }
        return sum;
    }

    /** Over all bodies of a frame. */
    static long of(Frame frame, EventCursor cursor) {
        long sum = 0;
        cursor.wrap(frame);
        while (cursor.next()) {
            sum += of(cursor.buffer(), cursor.bodyOffset(), cursor.bodyLength());
        }
        return sum;
    }
}
