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
import java.nio.ByteOrder;

/**
 * Walks the large frames of a segment by their headers, for a receiver that verifies what it gets (R18): payloads are
 * brought into the page cache and stay there. Whatever isn't a large DATA frame with a sound header is left to {@link
 * SegmentScanner}, which also says what is wrong with it. Owned by one thread.
 */
final class StoredFrames implements AutoCloseable {
    /** Below this length a read of its own for each header costs more than copying the frame. */
    static final int LEAST_LENGTH = 32 * 1024;

    /** Brought into the page cache at once. */
    private static final int TOUCHED_BYTES = 1024 * 1024;

    private static final int BLOCK_BYTES = 32 * 1024;
    private static final int BLOCKS = 8;

    private final HopHeader hop = new HopHeader();
    private final Padding padding = new Padding();
    private final ByteBuffer pad = ByteBuffer.allocateDirect(Padding.MAX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final FrameDecoder decoder;
    private final ReadBuffers blocks;
    private final int maxFrameLength;

    private SegmentFile file;
    private Segment refused;
    private long touched;
    private FrameMemory block;
    private int used;
    private long end;

    StoredFrames(ByteBufAllocator allocator, int maxFrameLength) {
        this.blocks = new ReadBuffers(allocator, BLOCK_BYTES, BLOCKS);
        this.decoder = new FrameDecoder(maxFrameLength);
        this.maxFrameLength = maxFrameLength;
    }

    /** The hop half of the frame of the last call. */
    HopHeader hop() {
        return hop;
    }

    /** Where the frame of the last call ends. */
    long end() {
        return end;
    }

    /**
     * The frame at {@code offset}, or behind padding there; null when the other scanner has to look.
     *
     * @param limit where the segment's bytes end that may be looked at
     */
    Frame next(Segment segment, long offset, long limit) throws IOException {
        if (!enter(segment)) {
            return null;
        }
        long at = offset;
        while (limit - at >= FrameLayout.HEADER_LENGTH) {
            if (at + FrameLayout.HEADER_LENGTH > touched) {
                touch(at, Math.min(limit, at + TOUCHED_BYTES));
            }
            ByteBuffer header = header();
            file.read(header, at);
            header.clear();
            if (!hop.read(header, used)
                    || hop.tag() != segment.tag()
                    || hop.sequence() > SequenceCeiling.LAST_SEQUENCE
                    || hop.durable() > hop.sequence()) {
                return null;
            }
            int length = hop.length();
            int aligned = FrameLayout.align(length);
            if (length < FrameLayout.HEADER_LENGTH || length > maxFrameLength || aligned > limit - at) {
                return null;
            }
            int type = header.get(used + FrameLayout.TYPE_OFFSET);
            if (type != FrameType.PAD.code()) {
                return type == FrameType.DATA.code() && length >= LEAST_LENGTH ? frame(at, aligned, limit) : null;
            }
            if (!isPadding(at, length)) {
                return null;
            }
            at += aligned;
        }
        return null;
    }

    private Frame frame(long at, int aligned, long limit) throws IOException {
        if (at + aligned > touched) {
            touch(touched, Math.min(limit, Math.max(at + aligned, touched + TOUCHED_BYTES)));
        }
        try {
            Frame frame = decoder.decodeHeader(block, used + FrameLayout.HOP_LENGTH, hop.length(), file, at);
            used += FrameLayout.HEADER_LENGTH;
            end = at + aligned;
            return frame;
        } catch (FrameException e) {
            // The other scanner finds the same and says where.
            return null;
        }
    }

    private boolean isPadding(long at, int length) throws IOException {
        if (length > Padding.MAX_BYTES) {
            return false;
        }
        file.read(pad.clear().limit(length), at);
        return padding.holds(pad.clear(), 0, length);
    }

    private void touch(long from, long to) throws IOException {
        file.touch(from, to);
        touched = to;
    }

    private boolean enter(Segment segment) throws IOException {
        if (file != null && file.segment() == segment) {
            return true;
        }
        leave();
        if (refused == segment) {
            return false;
        }
        file = SegmentFile.open(segment);
        refused = file == null ? segment : null;
        touched = 0;
        return file != null;
    }

    /** Room for a header where nobody looks yet. */
    private ByteBuffer header() {
        if (block == null || used + FrameLayout.HEADER_LENGTH > BLOCK_BYTES) {
            if (block != null) {
                blocks.leave(block);
            }
            block = blocks.take(BLOCK_BYTES);
            block.reuse();
            used = 0;
        }
        return block.view().clear().limit(used + FrameLayout.HEADER_LENGTH).position(used);
    }

    private void leave() {
        if (file != null) {
            file.release();
            file = null;
        }
    }

    /** Gives back what is kept for further reads; frames keep theirs. */
    void rest() {
        leave();
        if (block != null) {
            blocks.leave(block);
            block = null;
        }
        blocks.clear();
    }

    @Override
    public void close() {
        rest();
    }
}
