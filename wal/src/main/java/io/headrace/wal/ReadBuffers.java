package io.headrace.wal;

import io.headrace.frame.FrameMemory;
import io.netty.buffer.ByteBufAllocator;

/**
 * The buffers that a scanner reads into. A few of them are kept and filled again as soon as no frame looks at them, the
 * first free one first, so that a sink that keeps up makes the reader fill the same few buffers, which stay in the
 * processor's cache. What is needed beyond those comes from the allocator and goes back to it.
 *
 * <p>Owned by one thread; frames may be released by any. A kept buffer is free when the only reference is the one held
 * here, since new ones come from the owner alone.
 */
final class ReadBuffers {
    /** Buffers kept at most, each of {@link SegmentScanner#READ_BYTES}: what a reader is ahead of its sinks at most. */
    static final int KEPT = 16;

    private final ByteBufAllocator allocator;
    private final int bufferBytes;
    private final FrameMemory[] kept;
    private int count;

    ReadBuffers(ByteBufAllocator allocator) {
        this(allocator, SegmentScanner.READ_BYTES, KEPT);
    }

    /** Keeps at most {@code most} buffers of {@code bufferBytes}. */
    ReadBuffers(ByteBufAllocator allocator, int bufferBytes, int most) {
        this.allocator = allocator;
        this.bufferBytes = bufferBytes;
        this.kept = new FrameMemory[most];
    }

    /** A free buffer of at least {@code bytes}, to be given to {@link #leave} afterwards. */
    FrameMemory take(int bytes) {
        if (bytes <= bufferBytes) {
            for (int i = 0; i < count; i++) {
                if (kept[i].isFree()) {
                    return kept[i];
                }
            }
            if (count < kept.length) {
                kept[count] = new FrameMemory(allocator.directBuffer(bufferBytes));
                return kept[count++];
            }
        }
        return new FrameMemory(allocator.directBuffer(bytes));
    }

    /** The scanner moves on from a buffer; frames may still look at it. */
    void leave(FrameMemory chunk) {
        for (int i = 0; i < count; i++) {
            if (kept[i] == chunk) {
                return;
            }
        }
        chunk.release();
    }

    /** Lets go of the kept ones, which the scanner must not look at any more; each is freed with the last frame in it. */
    void clear() {
        for (int i = 0; i < count; i++) {
            kept[i].release();
            kept[i] = null;
        }
        count = 0;
    }
}
