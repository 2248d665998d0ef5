package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameDecoder;
import io.headrace.frame.FrameException;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameMemory;
import io.headrace.frame.FrameType;
import io.headrace.frame.HopHeader;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks the frames of a segment by positional reads of up to 512 KiB into pooled buffers. A frame is accepted if its tag
 * is the segment's, its hop checksum, bounds and order hold, and, when its content is asked for, the origin checksum.
 * Owned by one thread.
 */
final class SegmentScanner implements AutoCloseable {
    /** Bytes that are read at once, unless a single frame is larger. */
    static final int READ_BYTES = 512 * 1024;

    private static final int SLACK_SHIFT = 4;
    private static final int MIN_SLACK = FrameLayout.HEADER_LENGTH;

    private final HopHeader hop = new HopHeader();
    private final Padding padding = new Padding();
    private final FrameDecoder decoder;
    private final ReadBuffers buffers;
    private final int maxFrameLength;

    private Segment segment;
    private FrameMemory chunk;
    private long chunkStart;
    private int chunkLength;
    /** Whether the last read ended where the bytes did that might be looked at, with room left behind it. */
    private boolean cutShort;

    private long offset;
    private long frameOffset;
    private int frameLength;
    private String fault;

    SegmentScanner(ByteBufAllocator allocator, int maxFrameLength) {
        this.buffers = new ReadBuffers(allocator);
        this.maxFrameLength = maxFrameLength;
        this.decoder = new FrameDecoder(maxFrameLength);
    }

    /** Goes to a place where a frame begins, or may begin. */
    void position(Segment newSegment, long newOffset) {
        if (newSegment != segment || newOffset < chunkStart || newOffset > chunkStart + chunkLength) {
            segment = newSegment;
            forgetChunk(newOffset);
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
        Frame frame = null;
        try {
            frame = decoder.decode(
                    chunk, at + FrameLayout.HOP_LENGTH, length - FrameLayout.HOP_LENGTH, FrameLayout.align(length));
            if (frame.type() == FrameType.INPUT) {
                // What is decoded here does not fail whoever relies on it later.
                InputFrames.decode(frame);
            }
            offset = frameOffset + FrameLayout.align(length);
            return frame;
        } catch (FrameException e) {
            if (frame != null) {
                frame.release();
            }
            fault = e.getMessage();
            return null;
        }
    }

    /** Looks at the next frame that is no padding; where there is none, {@link #frameOffset()} is behind the padding. */
    private boolean header(long limit, long above) throws IOException {
        while (anyHeader(limit)) {
            if (chunk.view().get((int) (offset - chunkStart) + FrameLayout.TYPE_OFFSET) != FrameType.PAD.code()) {
                frameLength = FrameLayout.align(hop.length());
                return hop.sequence() > above || fail("sequence: " + hop.sequence() + " (expected: > " + above + ")");
            }
            if (!isPadding(limit)) {
                return false;
            }
            offset = frameOffset + FrameLayout.align(hop.length());
        }
        return false;
    }

    /** Whether the frame whose header was read is sound padding, so that what follows it may be looked at. */
    private boolean isPadding(long limit) throws IOException {
        int length = hop.length();
        if (length > Padding.MAX_BYTES) {
            return fail("padding of " + length + " bytes (expected: <= " + Padding.MAX_BYTES + ")");
        }
        load(length, limit);
        int at = (int) (offset - chunkStart);
        return padding.holds(chunk.view(), at, length) || fail("checksum of padding does not match");
    }

    private boolean fail(String why) {
        fault = why;
        return false;
    }

    private boolean anyHeader(long limit) throws IOException {
        frameOffset = offset;
        if (limit - offset < FrameLayout.HEADER_LENGTH) {
            fault = (limit - offset) + " bytes are left (expected: >= " + FrameLayout.HEADER_LENGTH + ")";
            return false;
        }
        load(FrameLayout.HEADER_LENGTH, limit);
        boolean checksum = hop.read(chunk.view(), (int) (offset - chunkStart));
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
        } else if (hop.sequence() > SequenceCeiling.LAST_SEQUENCE) {
            fault = "sequence: " + hop.sequence() + " (expected: <= " + SequenceCeiling.LAST_SEQUENCE + ")";
        } else if (hop.durable() > hop.sequence()) {
            fault = "durable: " + hop.durable() + " (expected: <= sequence " + hop.sequence() + ")";
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
        int needed = Math.max(FrameLayout.align(length), FrameLayout.HEADER_LENGTH);
        int wanted = (int) Math.min(Math.max(readLength(), needed), limit - offset);
        int from = chunkLength;
        if (chunk != null && cutShort && offset - chunkStart + needed <= chunk.capacity()) {
            // More was written behind what was read: it goes where nobody looks yet.
            wanted = (int) Math.min(chunk.capacity(), limit - chunkStart);
        } else {
            from = turnOver(wanted);
        }
        cutShort = chunkStart + wanted == limit;
        chunkLength = from;
        ByteBuffer target = chunk.view().clear().limit(wanted).position(from);
        while (target.hasRemaining()) {
            int count = segment.file().read(target, chunkStart + target.position());
            if (count < 0) {
                throw new LogDamagedException(
                        segment.path().getParent(),
                        segment.path() + ": ends at " + (chunkStart + target.position()) + " (expected: " + limit
                                + " bytes at least)");
            }
        }
        chunk.view().clear();
        chunkLength = wanted;
    }

    /** Goes to a buffer that holds what was read from the offset on at its beginning; returns how much that is. */
    private int turnOver(int wanted) {
        int kept = (int) Math.max(0, chunkStart + chunkLength - offset);
        int keptAt = (int) (offset - chunkStart);
        FrameMemory old = chunk;
        // Frames that were handed out still look at the old buffer: it is used again only when they are gone.
        if (old == null || !old.isFree() || old.capacity() < wanted) {
            chunk = buffers.take(wanted);
        }
        chunk.reuse();
        if (kept > 0) {
            chunk.view().put(0, old.view(), keptAt, kept);
        }
        if (old != null && old != chunk) {
            buffers.leave(old);
        }
        chunkStart = offset;
        return kept;
    }

    private void forgetChunk(long at) {
        chunkStart = at;
        chunkLength = 0;
        cutShort = false;
    }

    /** Gives back the buffers; frames keep theirs. The scanner stays where it is. */
    void releaseBuffers() {
        if (chunk != null) {
            buffers.leave(chunk);
            chunk = null;
            forgetChunk(offset);
        }
        buffers.clear();
    }

    /**
     * How much to read at once: up to where the last frame that fits should end if frames go on being about as long as
     * the last one, with some slack. A frame that is cut off is copied to the next buffer, so the less of it the better.
     */
    private int readLength() {
        int slack = frameLength >> SLACK_SHIFT;
        int whole = frameLength == 0 ? 0 : (READ_BYTES - slack) / frameLength;
        return whole == 0 ? READ_BYTES : Math.min(READ_BYTES, whole * frameLength + Math.max(slack, MIN_SLACK));
    }

    @Override
    public void close() {
        releaseBuffers();
    }
}
