package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Copies frames into a mapped window of the segment. Segments are filled before they are mapped, so that no store can
 * find the disk full; only the journal thread stores.
 */
final class MappedAppender implements SegmentAppender {
    /** Bytes of a segment that are mapped at once. */
    static final int WINDOW_BYTES = 16 * 1024 * 1024;

    private static final int PAGE = 4096;

    private final HopHeader hop = new HopHeader();
    private final ByteBuffer header =
            ByteBuffer.allocateDirect(FrameLayout.HOP_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    private final int windowBytes;

    private Segment segment;
    private StorageFile.MappedRegion window;
    private long windowStart;
    private int windowLength;
    private long position;
    private long syncedTo;
    private int stagedBytes;
    private int stagedFrames;
    private boolean dirtyOutside;

    MappedAppender() {
        this(WINDOW_BYTES);
    }

    MappedAppender(int windowBytes) {
        this.windowBytes = windowBytes;
    }

    @Override
    public void begin(Segment newSegment, long offset) throws IOException {
        if (stagedBytes != 0) {
            throw new IllegalStateException("staged: " + stagedBytes + " bytes (expected: 0)");
        }
        unmap();
        segment = newSegment;
        position = offset;
        syncedTo = offset;
        // The header's lower part was just written through the file.
        dirtyOutside = true;
        map(offset);
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public boolean accepts(Frame frame) {
        return stagedBytes == 0 || stagedBytes + frame.alignedLength() <= GROUP_BYTES && stagedFrames < GROUP_BUFFERS;
    }

    @Override
    public void stage(long sequence, long durable, int inputNumber, long inputPosition, Frame frame)
            throws IOException {
        int length = frame.length();
        int aligned = frame.alignedLength();
        int at = (int) (position - windowStart);
        if (at + aligned <= windowLength) {
            ByteBuffer out = window.buffer();
            frame.buffer().getBytes(0, out, at + FrameLayout.HOP_LENGTH, length - FrameLayout.HOP_LENGTH);
            for (int i = at + length; i < at + aligned; i++) {
                out.put(i, (byte) 0);
            }
            hop.write(out, at, length, segment.tag(), sequence, durable, inputNumber, inputPosition);
            position += aligned;
        } else {
            hop.write(header, 0, length, segment.tag(), sequence, durable, inputNumber, inputPosition);
            stageInPieces(frame, aligned - length);
        }
        stagedBytes += aligned;
        stagedFrames++;
    }

    @Override
    public int stagedBytes() {
        return stagedBytes;
    }

    @Override
    public void write() {
        stagedBytes = 0;
        stagedFrames = 0;
    }

    @Override
    public void sync() throws IOException {
        if (dirtyOutside) {
            segment.file().sync();
            dirtyOutside = false;
        } else if (position > syncedTo) {
            int from = (int) ((syncedTo - windowStart) & -PAGE);
            window.force(from, (int) (position - windowStart) - from);
        }
        syncedTo = position;
    }

    @Override
    public void close() {
        unmap();
    }

    /** A frame that the window ends in. */
    private void stageInPieces(Frame frame, int padding) throws IOException {
        for (int from = 0; from < FrameLayout.HOP_LENGTH; ) {
            int count = Math.min(room(), FrameLayout.HOP_LENGTH - from);
            window.buffer().put((int) (position - windowStart), header, from, count);
            position += count;
            from += count;
        }
        DirectBuffer origin = frame.buffer();
        for (int from = 0; from < origin.capacity(); ) {
            int count = Math.min(room(), origin.capacity() - from);
            origin.getBytes(from, window.buffer(), (int) (position - windowStart), count);
            position += count;
            from += count;
        }
        for (int i = 0; i < padding; i++) {
            room();
            window.buffer().put((int) (position - windowStart), (byte) 0);
            position++;
        }
    }

    /** Bytes left in the window, at least one: moves it on when there are none. */
    private int room() throws IOException {
        if (position == windowStart + windowLength) {
            if (position > syncedTo) {
                dirtyOutside = true;
            }
            unmap();
            map(position);
        }
        return (int) (windowStart + windowLength - position);
    }

    private void map(long offset) throws IOException {
        windowStart = offset & -PAGE;
        windowLength = (int) Math.min(windowBytes, segment.size() - windowStart);
        window = segment.file().map(windowStart, windowLength);
    }

    private void unmap() {
        if (window != null) {
            window.close();
            window = null;
        }
    }
}
