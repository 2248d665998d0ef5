package io.headrace.transport.link;

import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes a DATA and its frames: one buffer for what is new (message, hop halves, padding, small frames), from which
 * slices go out between the frames' own memory. Nothing of a frame beyond {@value #COPY_BELOW} bytes is copied.
 */
final class DataWriter {
    /** A frame's half and payload up to this long costs less to copy than an entry of a gathering write. */
    static final int COPY_BELOW = 1024;

    private final HopHeader hop = new HopHeader();

    /** Writes {@code count} frames of the lease from {@code first} on. */
    void write(LinkOutput output, Lease lease, int first, int count, long floor, long bytes) {
        int room = LinkLayout.DATA_LENGTH;
        for (int i = first; i < first + count; i++) {
            Frame frame = lease.frame(i);
            room += frame.alignedLength()
                    - (isCopied(frame) ? 0 : frame.buffer().capacity());
        }
        ByteBuf own = output.allocator().directBuffer(room, room);
        ByteBuffer view = own.internalNioBuffer(0, room).slice().order(ByteOrder.LITTLE_ENDIAN);
        try {
            LinkEncoder.data(own, floor, bytes, count);
            int start = 0;
            for (int i = first; i < first + count; i++) {
                Frame frame = lease.frame(i);
                int at = own.writerIndex();
                hop.write(view, at, frame.length(), 0, lease.sequence(i), floor, 0, 0);
                own.writerIndex(at + FrameLayout.HOP_LENGTH);
                if (isCopied(frame)) {
                    own.writeBytes(frame.nioBuffer());
                } else {
                    output.write(own.retainedSlice(start, own.writerIndex() - start));
                    start = own.writerIndex();
                    output.write(frame.retainedBuf());
                }
                own.writeZero(frame.alignedLength() - frame.length());
            }
            if (own.writerIndex() > start) {
                output.write(own.retainedSlice(start, own.writerIndex() - start));
            }
        } finally {
            own.release();
        }
    }

    private static boolean isCopied(Frame frame) {
        return frame.buffer().capacity() <= COPY_BELOW;
    }
}
