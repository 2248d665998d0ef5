package io.headrace.frame;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory of frames that were released, with the objects that look at it, for frames that are built next: what a frame
 * leaves for the collector is the {@link Frame} itself. That is never used again, and holds the memory no more once it is
 * released, so that a stale reference ends in an error.
 *
 * <p>Memory is kept by size, four sizes for each power of two as the allocator has them, up to {@link
 * FrameLayout#MAX_FRAME_BYTES} and up to a number of bytes for the whole pool. What is beyond goes back to the allocator;
 * so does what somebody still looks at, as {@link Frame#retainedBuf()}, when its frame is released. At the bound, memory
 * of other sizes makes way for the size that is given back. What is kept is no frame's and charged to no channel; where the
 * allocator has no more, all of it goes back first.
 *
 * <p>Safe for any thread: builders take, whoever releases last gives back.
 */
public final class FramePool {
    /** Kept by {@link #shared()} at most: what a channel holds by default, for sinks that come in bursts. */
    private static final long SHARED_BYTES = 64L * 1024 * 1024;

    /** Where there is little memory, no more than this part; without a setting there is as much outside the heap as in it. */
    private static final int SHARED_PART = 8;

    private static final int SMALLEST_BITS = 8;
    private static final int STEP_BITS = 2;
    private static final int STEPS = 1 << STEP_BITS;
    private static final int LARGEST = FrameLayout.MAX_FRAME_BYTES;

    /** Of one size: small frames are many, and an object costs more than its memory. */
    private static final int MOST_OF_A_SIZE = 2048;

    private static final class Shared {
        static final FramePool POOL = new FramePool(PooledByteBufAllocator.DEFAULT, sharedBytes());
    }

    private final ByteBufAllocator allocator;
    private final long mostBytes;
    private final KeptRooms[] sizes = new KeptRooms[sizeFor(LARGEST) + 1];
    private final AtomicLong keptBytes = new AtomicLong();

    /**
     * @param allocator where memory comes from and goes to
     * @param mostBytes kept at most
     */
    public FramePool(ByteBufAllocator allocator, long mostBytes) {
        this.allocator = allocator;
        this.mostBytes = mostBytes;
        for (int size = 0; size < sizes.length; size++) {
            sizes[size] = new KeptRooms(MOST_OF_A_SIZE);
        }
    }

    /** The one of this process, over Netty's default allocator. */
    public static FramePool shared() {
        return Shared.POOL;
    }

    /** Bytes that {@link #shared()} keeps at most. */
    public static long sharedBytes() {
        return Math.min(SHARED_BYTES, Runtime.getRuntime().maxMemory() / SHARED_PART);
    }

    /** Bytes kept for frames to come. */
    public long keptBytes() {
        return keptBytes.get();
    }

    /** Gives back what nobody needed since the last call; to be called every few seconds. */
    public void trim() {
        for (KeptRooms size : sizes) {
            for (FrameRoom room : size.takeUnused()) {
                keptBytes.addAndGet(-room.capacity());
                room.free();
            }
        }
    }

    /** Room for a frame of so many bytes, at least. */
    FrameRoom take(int capacity) {
        if (capacity > LARGEST) {
            return make(capacity);
        }
        int size = sizeFor(capacity);
        FrameRoom room = pop(size);
        return room == null ? make(bytesOf(size)) : room.reopen();
    }

    /** Nobody goes without memory while some is kept for nobody. */
    private FrameRoom make(int capacity) {
        try {
            return FrameRoom.take(allocator, capacity, this);
        } catch (OutOfMemoryError e) {
            if (!freeAll()) {
                throw e;
            }
            return FrameRoom.take(allocator, capacity, this);
        }
    }

    private boolean freeAll() {
        boolean any = false;
        for (int size = 0; size < sizes.length; size++) {
            for (FrameRoom room = pop(size); room != null; room = pop(size)) {
                room.free();
                any = true;
            }
        }
        return any;
    }

    /**
     * Keeps the room of a frame that was released.
     *
     * @return false when it is to be freed
     */
    boolean keep(FrameRoom room) {
        int capacity = room.capacity();
        if (capacity > LARGEST || !room.isAlone()) {
            return false;
        }
        int size = sizeWithin(capacity);
        boolean fits = keptBytes.addAndGet(capacity) <= mostBytes || makeWay(size);
        if (fits && sizes[size].push(room)) {
            return true;
        }
        keptBytes.addAndGet(-capacity);
        return false;
    }

    /** Frees memory of other sizes until the bound holds. */
    private boolean makeWay(int size) {
        for (int other = 0; other < sizes.length; other++) {
            FrameRoom room = other == size ? null : pop(other);
            while (room != null) {
                room.free();
                if (keptBytes.get() <= mostBytes) {
                    return true;
                }
                room = pop(other);
            }
        }
        return keptBytes.get() <= mostBytes;
    }

    private FrameRoom pop(int size) {
        FrameRoom room = sizes[size].pop();
        if (room != null) {
            keptBytes.addAndGet(-room.capacity());
        }
        return room;
    }

    /** The smallest size that has room for so many bytes. */
    static int sizeFor(int bytes) {
        return bytes <= 1 << SMALLEST_BITS ? 0 : sizeWithin(bytes - 1) + 1;
    }

    /** The largest size that fits into so many bytes. */
    private static int sizeWithin(int bytes) {
        int log = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(bytes);
        return (log - SMALLEST_BITS) * STEPS + (bytes >>> log - STEP_BITS & STEPS - 1);
    }

    static int bytesOf(int size) {
        return (STEPS + size % STEPS) << SMALLEST_BITS - STEP_BITS + size / STEPS;
    }
}
