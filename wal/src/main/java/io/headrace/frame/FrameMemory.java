package io.headrace.frame;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Memory that is read into, and the frames that look at it. When nobody holds one of them, the memory may be filled again
 * and its frame objects become those of the new content, so that reading makes no garbage.
 *
 * <p>Owned by one thread; its frames may be released by any. It is free when the only reference to the memory is the
 * owner's, since new ones come from the owner alone, and each frame that is held, or part of it as {@link
 * Frame#retainedBuf()}, holds one.
 */
public final class FrameMemory {
    /** Frame objects kept at most; of smaller frames the rest is garbage. */
    static final int KEPT = 512;

    private final ByteBuf memory;
    private final ByteBuffer nio;
    private final ByteBuffer view;
    private Frame[] frames = new Frame[16];
    private int made;
    private int used;

    /** Takes over one reference of {@code memory}, all of whose capacity is used. */
    public FrameMemory(ByteBuf memory) {
        this.memory = memory.setIndex(0, memory.capacity());
        this.nio = memory.nioBuffer(0, memory.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        this.view = memory.nioBuffer(0, memory.capacity()).order(ByteOrder.LITTLE_ENDIAN);
    }

    public int capacity() {
        return view.capacity();
    }

    /** All of it, little-endian, with a position and limit that are the owner's to set. */
    public ByteBuffer view() {
        return view;
    }

    /** Whether no frame looks at it. */
    public boolean isFree() {
        return memory.refCnt() == 1;
    }

    /**
     * To be called before it is filled again.
     *
     * @throws IllegalStateException when a frame looks at it
     */
    public void reuse() {
        if (!isFree()) {
            throw new IllegalStateException("references: " + memory.refCnt() + " (expected: 1, no frame in use)");
        }
        used = 0;
    }

    /** Gives the owner's reference back; the memory is freed with the last frame in it. */
    public void release() {
        memory.release();
    }

    ByteBuf memory() {
        return memory;
    }

    ByteBuffer nio() {
        return nio;
    }

    /** A frame of what was read, with one reference, which is the caller's. */
    Frame frame(int start, int length, int pinnedBytes) {
        return unused().view(start, length, pinnedBytes);
    }

    /** A frame whose origin half was read; the whole of it stands in a file. */
    Frame frame(int start, int length, FrameFile file, long offset) {
        return unused().view(start, length, file, offset);
    }

    private Frame unused() {
        if (used < made) {
            return frames[used++];
        }
        Frame frame = Frame.of(this);
        if (made < KEPT) {
            if (made == frames.length) {
                frames = Arrays.copyOf(frames, made * 2);
            }
            frames[made++] = frame;
            used++;
        }
        return frame;
    }
}
