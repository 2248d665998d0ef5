package io.headrace.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory with a frame in it, and the objects that look at it. A builder fills it, a {@link Frame} shows it, and after the
 * frame's last reference it is freed, or kept by a {@link FramePool} for another frame. The frame itself is never another
 * one: it lets go of the room, so that whoever still has it gets an error and not somebody else's bytes.
 *
 * <p>Filled by one thread, then read by any that holds a reference to the frame.
 */
final class FrameRoom {
    private final ByteBuf memory;
    private final FrameBytes bytes = new FrameBytes();
    /** Holds the frame's bytes; once they are handed out its position and limit never move. */
    private final ByteBuffer nio;

    /** Where in {@link #memory} that begins. */
    private final int memoryStart;

    /** Null where the memory is freed after one frame, or is another's to fill again. */
    private final FramePool pool;

    private final boolean shared;
    private int pinnedBytes;

    /** Where the whole frame stands when only its header is in memory; null until there was such a frame. */
    private FramePlace place;

    /**
     * Takes over one reference of {@code memory}, whose readable bytes are the origin half and the payload.
     *
     * @param pinnedBytes memory that stays taken while this frame lives, at least its own size
     */
    FrameRoom(ByteBuf memory, int pinnedBytes) {
        this.memory = memory;
        this.nio =
                memory.nioBuffer(memory.readerIndex(), memory.readableBytes()).order(ByteOrder.LITTLE_ENDIAN);
        this.memoryStart = memory.readerIndex();
        this.pool = null;
        this.shared = false;
        this.pinnedBytes = pinnedBytes;
        bytes.wrap(nio, 0, nio.remaining());
    }

    /** One that is to be {@linkplain #view pointed} at parts of memory that others look at, too. */
    FrameRoom(FrameMemory block) {
        this.memory = block.memory();
        this.nio = block.nio();
        this.memoryStart = 0;
        this.pool = null;
        this.shared = true;
    }

    private FrameRoom(ByteBuf memory, FramePool pool) {
        this.memory = memory;
        this.nio = memory.nioBuffer(0, memory.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        this.memoryStart = 0;
        this.pool = pool;
        this.shared = false;
        this.pinnedBytes = memory.capacity();
        bytes.wrap(nio, 0, nio.capacity());
    }

    /**
     * An empty one to be filled.
     *
     * @param pool that it goes to afterwards; null for none
     */
    static FrameRoom take(ByteBufAllocator allocator, int capacity, FramePool pool) {
        ByteBuf taken = allocator.directBuffer(capacity);
        // What the allocator rounds up to is pinned all the same: use it, and own to it.
        return new FrameRoom(taken.capacity(taken.maxFastWritableBytes()), pool);
    }

    /** Is empty again and to be filled; leaves a trace of that where leaks are looked for. */
    FrameRoom reopen() {
        memory.touch();
        bytes.narrow(0, nio.capacity());
        return this;
    }

    /** Holds a frame of so many bytes from now on. */
    void fill(int length) {
        bytes.narrow(0, length);
    }

    /** Takes the bytes of another one. */
    void copy(FrameRoom other, int length) {
        memory.setBytes(0, other.memory, 0, length);
    }

    /** Looks at a part of its memory, of which it takes a reference. */
    void view(int start, int length, int newPinnedBytes) {
        memory.retain();
        pinnedBytes = newPinnedBytes;
        bytes.wrap(nio, start, length);
    }

    /** Says where the rest stands, and takes a reference of that file. */
    void stands(FrameFile file, long offset, int length) {
        if (place == null) {
            place = new FramePlace();
        }
        place.set(file, offset, length);
    }

    /** The frame's last reference is gone, or there never was a frame. */
    void leave() {
        if (place() != null) {
            place.leave();
        }
        if (pool == null || !pool.keep(this)) {
            memory.release();
        }
    }

    /** Frees the memory. */
    void free() {
        memory.release();
    }

    /** Whether it is one of a {@link FrameMemory}, which fills it again. */
    boolean isOfMemory() {
        return shared;
    }

    /** Whether the only reference to the memory is the room's: new ones come from holders of a frame alone. */
    boolean isAlone() {
        return memory.refCnt() == 1;
    }

    /** Bytes of memory when empty. */
    int capacity() {
        return nio.capacity();
    }

    /** Memory that stays taken while a frame is in it. */
    int pinnedBytes() {
        return pinnedBytes;
    }

    FrameBytes bytes() {
        return bytes;
    }

    ByteBufAllocator allocator() {
        return memory.alloc();
    }

    /** Where the whole frame stands when only its header is in memory; null otherwise. */
    FramePlace place() {
        return place == null || place.file() == null ? null : place;
    }

    /** Part of the bytes for a checksum, before they are handed out; to be {@linkplain ByteBuffer#clear() cleared} afterwards. */
    ByteBuffer part(int from, int to) {
        return nio.limit(to).position(from);
    }

    /** The frame's bytes, with a position and limit of its own. */
    ByteBuffer nioBuffer() {
        return nio.slice(bytes.start(), bytes.capacity()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The frame's bytes, with a reference to the memory. */
    ByteBuf retainedBuf() {
        return memory.retainedSlice(memoryStart + bytes.start(), bytes.capacity());
    }
}
