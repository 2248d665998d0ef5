package io.headrace.transport.link;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameFile;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes frames as DATA messages, one for each run of frames that stand in memory or in files. From memory: one buffer
 * for what is new (message, hop halves, padding, small frames), from which slices go out between the frames' own memory.
 * Nothing of a frame beyond {@value #COPY_BELOW} bytes is copied. From files: whole frames as they stand there, those
 * that follow each other as one region.
 */
final class DataWriter {
    /** A frame's half and payload up to this long costs less to copy than an entry of a gathering write. */
    static final int COPY_BELOW = 1024;

    private final HopHeader hop = new HopHeader();

    /**
     * Writes {@code count} frames of the lease from {@code first} on.
     *
     * @param takesStored whether what stands in a file is sent from there; otherwise it is read
     * @return how many bytes go out straight from a file
     */
    long write(LinkOutput output, OpenLease open, int first, int count, long floor, boolean takesStored) {
        int end = first + count;
        int from = first;
        long fromFiles = 0;
        while (from < end) {
            boolean stored = takesStored && open.wire(from).file() != null;
            int to = from;
            long bytes = 0;
            while (to < end && stored == (takesStored && open.wire(to).file() != null)) {
                bytes += open.wire(to).alignedLength();
                to++;
            }
            if (stored) {
                writeStored(output, open, from, to, floor, bytes);
                fromFiles += bytes;
            } else {
                writeGathered(output, open, from, to, floor, bytes);
            }
            from = to;
        }
        return fromFiles;
    }

    private static void writeStored(LinkOutput output, OpenLease open, int from, int to, long floor, long bytes) {
        ByteBuf message = output.allocator().directBuffer(LinkLayout.DATA_LENGTH, LinkLayout.DATA_LENGTH);
        LinkEncoder.data(message, LinkLayout.DATA_STORED, floor, bytes, to - from);
        output.write(message);
        int next = from;
        while (next < to) {
            FrameFile file = open.wire(next).file();
            long start = open.wire(next).fileOffset();
            long end = start;
            // Padding, control frames and frames of other sinks interrupt a region.
            while (next < to
                    && open.wire(next).file() == file
                    && open.wire(next).fileOffset() == end) {
                end += open.wire(next).alignedLength();
                next++;
            }
            file.retain();
            output.write(file, start, end - start);
        }
    }

    private void writeGathered(LinkOutput output, OpenLease open, int from, int to, long floor, long bytes) {
        int room = LinkLayout.DATA_LENGTH;
        for (int i = from; i < to; i++) {
            Frame frame = open.wire(i);
            room += frame.alignedLength() - (isCopied(frame) ? 0 : frame.length() - FrameLayout.HOP_LENGTH);
        }
        ByteBuf own = output.allocator().directBuffer(room, room);
        ByteBuffer view = own.internalNioBuffer(0, room).slice().order(ByteOrder.LITTLE_ENDIAN);
        try {
            LinkEncoder.data(own, LinkLayout.DATA_PLAIN, floor, bytes, to - from);
            int start = 0;
            for (int i = from; i < to; i++) {
                Frame frame = open.wire(i);
                int at = own.writerIndex();
                hop.write(view, at, frame.length(), 0, open.lease().sequence(i), floor, 0, 0);
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
        return frame.length() - FrameLayout.HOP_LENGTH <= COPY_BELOW;
    }
}
