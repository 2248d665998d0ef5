package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameDecoder;
import io.headrace.frame.FrameException;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Walks the frames of a segment by positional reads of up to 256 KiB into pooled buffers. A frame is accepted if its tag
 * is the segment's, its hop checksum, bounds and order hold, and, when its content is asked for, the origin checksum.
 * Owned by one thread.
 */
final class SegmentScanner implements AutoCloseable {
    /** Bytes that are read at once, unless a single frame is larger. */
    static final int READ_BYTES = 256 * 1024;

    private final HopHeader hop = new HopHeader();
    private final FrameDecoder decoder;
    private final ByteBufAllocator allocator;
    private final int maxFrameLength;

    private Segment segment;
    private ByteBuf chunk;
    private ByteBuffer chunkView;
    private long chunkStart;
    private int chunkLength;
    private long offset;
    private long frameOffset;
    private String fault;

    SegmentScanner(ByteBufAllocator allocator, int maxFrameLength) {
        this.allocator = allocator;
        this.maxFrameLength = maxFrameLength;
        this.decoder = new FrameDecoder(maxFrameLength);
    }

    /** Goes to a place where a frame begins, or may begin. */
    void position(Segment newSegment, long newOffset) {
        if (newSegment != segment || newOffset < chunkStart || newOffset > chunkStart + chunkLength) {
            segment = newSegment;
            chunkStart = newOffset;
            chunkLength = 0;
        }
        offset = newOffset;
    }

    Segment segment() {
        return segment;
    }

    /** Where the next frame begins. */
    long offset() {
        return offset;
    }

    /** Where the frame of the last call began. */
    long frameOffset() {
        return frameOffset;
    }

    /** The hop half of the frame of the last call. */
    HopHeader hop() {
        return hop;
    }

    /** Why the last call found no frame. */
    String fault() {
        return fault;
    }

    /**
     * Moves over the next frame, looking at its hop half only.
     *
     * @param limit where the segment's bytes end that may be looked at
     * @param above its sequence must be above this
     * @return false when there is none; {@link #fault()} says why
     */
    boolean skip(long limit, long above) throws IOException {
        if (!header(limit, above)) {
            return false;
        }
        offset = frameOffset + FrameLayout.align(hop.length());
        return true;
    }

    /** As {@link #skip}, and returns the verified frame, whose reference is the caller's; null when there is none. */
    Frame next(long limit, long above) throws IOException {
        if (!header(limit, above)) {
            return null;
        }
        int length = hop.length();
        load(length, limit);
        int at = (int) (frameOffset - chunkStart);
        ByteBuf origin = chunk.retainedSlice(at + FrameLayout.HOP_LENGTH, length - FrameLayout.HOP_LENGTH);
        try {
            Frame frame = decoder.decode(origin, FrameLayout.align(length));
            offset = frameOffset + FrameLayout.align(length);
            return frame;
        } catch (FrameException e) {
            origin.release();
            fault = e.getMessage();
            return null;
        }
    }

    private boolean header(long limit, long above) throws IOException {
        frameOffset = offset;
        if (limit - offset < FrameLayout.HEADER_LENGTH) {
            fault = (limit - offset) + " bytes are left (expected: >= " + FrameLayout.HEADER_LENGTH + ")";
            return false;
        }
        load(FrameLayout.HEADER_LENGTH, limit);
        boolean checksum = hop.read(chunkView, (int) (offset - chunkStart));
        if (hop.tag() != segment.tag()) {
            fault = "tag: " + Integer.toHexString(hop.tag()) + " (expected: " + Integer.toHexString(segment.tag())
                    + ")";
        } else if (!checksum) {
            fault = "header checksum does not match";
        } else if (hop.length() < FrameLayout.HEADER_LENGTH
                || hop.length() > maxFrameLength
                || FrameLayout.align(hop.length()) > limit - offset) {
            fault = "length: " + hop.length() + " (expected: " + FrameLayout.HEADER_LENGTH + " to "
                    + Math.min(maxFrameLength, limit - offset) + ")";
        } else if (hop.sequence() <= above) {
            fault = "sequence: " + hop.sequence() + " (expected: > " + above + ")";
        } else {
            return true;
        }
        return false;
    }

    /** Makes {@code length} bytes from the offset available in the chunk. */
    private void load(int length, long limit) throws IOException {
        if (chunk != null && offset >= chunkStart && offset + length <= chunkStart + chunkLength) {
            return;
        }
        int wanted = (int) Math.min(Math.max(READ_BYTES, FrameLayout.align(length)), limit - offset);
        int kept = chunk == null ? 0 : (int) Math.max(0, chunkStart + chunkLength - offset);
        ByteBuf old = chunk;
        ByteBuffer oldView = chunkView;
        int oldAt = (int) (offset - chunkStart);
        // Frames that were handed out still look at the old buffer: it is used again only when they are gone.
        boolean reused = old != null && old.refCnt() == 1 && old.capacity() >= wanted;
        if (!reused) {
            chunk = allocator.directBuffer(Math.max(wanted, FrameLayout.HEADER_LENGTH));
            chunk.writerIndex(chunk.capacity());
            chunkView = chunk.nioBuffer(0, chunk.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        }
        if (kept > 0) {
            chunkView.put(0, oldView, oldAt, kept);
        }
        if (!reused && old != null) {
            old.release();
        }
        chunkStart = offset;
        chunkLength = kept;
        ByteBuffer target = chunkView.clear().limit(wanted).position(kept);
        while (target.hasRemaining()) {
            int count = segment.file().read(target, chunkStart + target.position());
            if (count < 0) {
                throw new LogDamagedException(segment.path() + ": ends at " + (chunkStart + target.position())
                        + " (expected: " + limit + " bytes at least)");
            }
        }
        chunkView.clear();
        chunkLength = wanted;
    }

    @Override
    public void close() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
            chunkLength = 0;
        }
    }
}
