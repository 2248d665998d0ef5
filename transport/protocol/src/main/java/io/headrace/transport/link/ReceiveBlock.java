package io.headrace.transport.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.NettyRuntime;
import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of a frame that is coming. Its bytes are copied here, or, better, read straight into the {@link #room} that
 * is left: the size is chosen when the frame's length is known, so that it ends where this frame ends, or several more of
 * the same length where much is coming, and the header of the next one. So hardly anything has to move. What a peer
 * announces takes memory only as far as it was granted or as bytes really come (R19).
 *
 * <p>The readable bytes of {@link #memory()} are what came of the frame. Owned by the thread of its decoder.
 */
final class ReceiveBlock {
    /** Memory taken for a frame at first; it doubles while bytes really come. */
    private static final int MOST_AT_FIRST = 1024 * 1024;

    /** Memory that a frame may take at once in any case. */
    private static final int LEAST_AT_FIRST = 64 * 1024;

    /** Where several frames are expected they may be longer by this part of one. */
    private static final int SLACK_PART = 8;

    /** Buffers of {@link #MOST_AT_FIRST} in the largest chunk of Netty's adaptive allocator. */
    private static final int CHUNK_BUFFERS = 8;

    /** Two chunks for each core. */
    private static final long MOST_KEPT = 2L * NettyRuntime.availableProcessors() * CHUNK_BUFFERS * MOST_AT_FIRST;

    /** What is kept is no more than this part of the memory outside the heap. */
    private static final int PART_KEPT = 4;

    private final ByteBufAllocator allocator;
    private boolean isChunkLarge;
    private ByteBuf memory;
    private ByteBuf room;
    private int planned;
    /** So long the memory may become, although the allocator would give more. */
    private int limit;

    private long copied;

    ReceiveBlock(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /**
     * Takes memory for a frame.
     *
     * @param length of origin half and payload
     * @param tail bytes behind it that may be read along with it
     * @param granted bytes for which memory is set aside
     * @param expected bytes that the next read may bring
     */
    void begin(int length, int tail, long granted, int expected) {
        if (length > LEAST_AT_FIRST && granted >= MOST_AT_FIRST && !isChunkLarge) {
            enlargeChunks();
        }
        int most = (int) Math.min(MOST_AT_FIRST, Math.max(LEAST_AT_FIRST, granted));
        int each = length + tail;
        if (length > most) {
            planned = most;
            limit = each;
            memory = allocator.directBuffer(most);
        } else {
            int frames = Math.max(1, Math.min(most, expected) / each);
            planned = frames * each;
            limit = frames == 1 ? each : withSlack(planned, length / SLACK_PART);
            memory = allocator.directBuffer(limit);
        }
    }

    /**
     * Netty's adaptive allocator takes large buffers from chunks of eight times the largest one asked for so far, and keeps
     * two free ones for each core: for frames of 200 kB that is 8 MiB with two cores, and the memory of all others under way
     * would be given back, mapped and zeroed again, a tenth of the receiving loop's time. Asking for as many of the largest
     * buffers that it pools as fill a chunk makes chunks of 8 MiB, unless smaller ones have room for all. Once for each
     * connection that was granted as much as one such buffer, and where what may be kept is little of all memory.
     */
    private void enlargeChunks() {
        isChunkLarge = true;
        if (MOST_KEPT <= PlatformDependent.maxDirectMemory() / PART_KEPT) {
            List<ByteBuf> largest = new ArrayList<>(CHUNK_BUFFERS);
            try {
                while (largest.size() < CHUNK_BUFFERS) {
                    largest.add(allocator.directBuffer(MOST_AT_FIRST));
                }
            } finally {
                largest.forEach(ByteBuf::release);
            }
        }
    }

    /** No more than the allocator takes anyway: it rounds up to the next power of two. */
    private static int withSlack(int bytes, int slack) {
        int next = Integer.highestOneBit(bytes - 1) << 1;
        return Math.min(bytes + slack, next);
    }

    boolean isOpen() {
        return memory != null;
    }

    ByteBuf memory() {
        return memory;
    }

    /** What so many bytes of the memory take with their share of what the allocator rounds up to, up to as much again. */
    int withSpare(int bytes) {
        int capacity = memory.capacity();
        long room = Math.max(capacity, memory.writerIndex() + memory.maxFastWritableBytes());
        return (int) Math.min(Integer.MAX_VALUE, bytes * room / capacity);
    }

    /** How much of the memory is expected to be filled. */
    int planned() {
        return planned;
    }

    /** Bytes of the frame that came; 0 when none is open. */
    int arrived() {
        return memory == null ? 0 : memory.readableBytes();
    }

    /** Whether a frame of so many bytes can be completed here. */
    boolean holds(int length) {
        return memory.readerIndex() + length <= limit;
    }

    /** Copies what {@code in} has of a frame of that length. */
    void copy(ByteBuf in, int length) {
        int take = Math.min(in.readableBytes(), length - memory.readableBytes());
        grow(memory.writerIndex() + take);
        memory.writeBytes(in, take);
        copied += take;
    }

    /**
     * Where the next bytes of the connection belong; the reference is the caller's.
     *
     * @param wanted bytes of the frame and behind it
     */
    ByteBuf room(int wanted) {
        int from = memory.writerIndex();
        grow(from + 1);
        int end = Math.min(memory.capacity(), Math.max(planned, memory.readerIndex() + wanted));
        room = memory.retainedSlice(from, end - from).writerIndex(0);
        return room;
    }

    /** Whether {@code in} is the room that was given away last. */
    boolean isRoom(ByteBuf in) {
        return room != null && in == room;
    }

    /** So many bytes were read into the room. */
    void filled(int bytes) {
        memory.writerIndex(memory.writerIndex() + bytes);
        room = null;
    }

    /** The room that was given away last is not awaited any more. */
    void forgetRoom() {
        room = null;
    }

    /** Gives the memory back: frames that were made of it have references of their own. */
    void close() {
        room = null;
        if (memory != null) {
            memory.release();
            memory = null;
        }
    }

    /** Bytes of frames that were copied so far, here or by who says so. */
    long copied() {
        return copied;
    }

    void countCopy(int bytes) {
        copied += bytes;
    }

    /** At most to twice of what really came. */
    private void grow(int needed) {
        if (needed > memory.capacity()) {
            copied += memory.readableBytes();
            memory.capacity((int) Math.min(limit, 2L * needed));
            planned = memory.capacity();
        }
    }
}
