package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Gathers a group and writes it at its place in the file, with zeros up to the end of the page: a page of which only a
 * part were written would have to be read first when the cache has lost it. Small frames are copied behind their hop halves into one
 * staging buffer, which costs less than an element of a gathering write each; large ones are gathered from where they are.
 */
final class PositionalAppender implements SegmentAppender {
    /** From this size on a frame is gathered, not copied. */
    static final int GATHER_BYTES = 32 * 1024;

    private static final int PAGE = 4096;
    private static final int STAGING_BYTES = GROUP_BYTES + FrameLayout.HEADER_LENGTH;

    private final HopHeader hop = new HopHeader();
    private final ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(PAGE);
    private final ByteBuffer[] views = new ByteBuffer[GROUP_BUFFERS];
    private final ByteBuffer[] buffers = new ByteBuffer[GROUP_BUFFERS + 3];
    private final Frame[] retained = new Frame[GROUP_BUFFERS];

    private Segment segment;
    private long groupStart;
    private int groupBytes;
    private int bufferCount;
    private int retainedCount;
    private int viewStart;
    private int viewCount;

    PositionalAppender() {
        for (int i = 0; i < views.length; i++) {
            views[i] = staging.duplicate();
        }
    }

    @Override
    public void begin(Segment newSegment, long offset) {
        if (groupBytes != 0) {
            throw new IllegalStateException("staged: " + groupBytes + " bytes (expected: 0)");
        }
        segment = newSegment;
        groupStart = offset;
    }

    @Override
    public long position() {
        return groupStart + groupBytes;
    }

    @Override
    public boolean accepts(Frame frame) {
        return groupBytes == 0
                || groupBytes + frame.alignedLength() <= GROUP_BYTES
                        && bufferCount + 3 <= GROUP_BUFFERS
                        && viewCount + 2 <= GROUP_BUFFERS;
    }

    @Override
    public void stage(long sequence, long durable, int inputNumber, long inputPosition, Frame frame) {
        int at = staging.position();
        int length = frame.length();
        hop.write(staging, at, length, segment.tag(), sequence, durable, inputNumber, inputPosition);
        staging.position(at + FrameLayout.HOP_LENGTH);
        if (copies(frame)) {
            frame.buffer().getBytes(0, staging, length - FrameLayout.HOP_LENGTH);
        } else {
            closeView();
            retained[retainedCount++] = frame.retain();
            buffers[bufferCount++] = frame.nioBuffer();
            viewStart = staging.position();
        }
        for (int padding = frame.alignedLength() - length; padding > 0; padding--) {
            staging.put((byte) 0);
        }
        groupBytes += frame.alignedLength();
    }

    @Override
    public boolean copies(Frame frame) {
        return frame.length() < GATHER_BYTES;
    }

    @Override
    public int stagedBytes() {
        return groupBytes;
    }

    @Override
    public void write() throws IOException {
        if (groupBytes == 0) {
            return;
        }
        closeView();
        int rest = (int) Math.min(-(groupStart + groupBytes) & PAGE - 1, segment.size() - groupStart - groupBytes);
        if (rest > 0) {
            buffers[bufferCount++] = zeros.clear().limit(rest);
        }
        if (bufferCount == 1) {
            segment.file().write(buffers[0], groupStart);
        } else {
            segment.file().write(buffers, bufferCount, groupStart);
        }
        groupStart += groupBytes;
        reset();
    }

    @Override
    public void sync() throws IOException {
        segment.file().sync();
    }

    @Override
    public void close() {
        reset();
    }

    private void closeView() {
        int end = staging.position();
        if (end > viewStart) {
            buffers[bufferCount++] = views[viewCount++].limit(end).position(viewStart);
            viewStart = end;
        }
    }

    private void reset() {
        for (int i = 0; i < retainedCount; i++) {
            retained[i].release();
            retained[i] = null;
        }
        java.util.Arrays.fill(buffers, 0, bufferCount, null);
        retainedCount = 0;
        bufferCount = 0;
        viewCount = 0;
        viewStart = 0;
        groupBytes = 0;
        staging.clear();
    }
}
