package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.BufferUtil;

/**
 * A window of one file in a direct buffer, which is slid along the file and grows only for lines longer than itself. One
 * serves all files of a source; it goes on without reading twice when the same file is read next. Where there is room it
 * keeps {@link InputRegistry#TAIL_BYTES} bytes before the next event, by which a file is recognised later. Owned by the
 * source's thread.
 */
final class BlockReader implements AutoCloseable {
    /** Bytes read at once. */
    static final int BLOCK_BYTES = 256 * 1024;

    private final int largest;
    private ByteBuffer buffer = allocate(BLOCK_BYTES);
    private TailedFile owner;
    private long start;
    private int limit;

    /** @param longestLine bytes that must fit into the window at once */
    BlockReader(long longestLine) {
        largest = Math.toIntExact(longestLine + 2L * BLOCK_BYTES);
    }

    /** The bytes, from index 0 to {@link #limit()}; position and limit of the buffer itself mean nothing. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** Number of bytes in the window. */
    int limit() {
        return limit;
    }

    /** The offset in the file of the byte at an index. */
    long offset(int index) {
        return start + index;
    }

    /** The index of an offset in the file. */
    int index(long offset) {
        return (int) (offset - start);
    }

    /**
     * Makes the window one of this file in which the next read brings the bytes from its position on, or which holds
     * them already.
     *
     * @return the index of the file's position
     */
    int seek(TailedFile file) {
        long wanted = file.position();
        if (holds(file)) {
            return index(wanted);
        }
        moveTo(file, Math.max(0, wanted - InputRegistry.TAIL_BYTES));
        return index(wanted);
    }

    /** Makes the window an empty one of this file at an offset. */
    void moveTo(TailedFile file, long offset) {
        if (buffer.capacity() > BLOCK_BYTES) {
            replace(allocate(BLOCK_BYTES));
        }
        owner = file;
        start = offset;
        limit = 0;
    }

    /** Whether the window holds what stands at the file's position, or may be read on from there. */
    boolean holds(TailedFile file) {
        return owner == file && file.position() >= start && file.position() <= start + limit;
    }

    @Override
    public void close() {
        forget();
        BufferUtil.free(buffer);
    }

    /** Forgets what the window holds: it may have changed. */
    void forget() {
        owner = null;
    }

    /**
     * Reads on behind the window. Bytes from {@code keepFrom} on, and a few before it, stay; what was before them is
     * dropped when room is short, so that indexes change.
     *
     * @return bytes read, at most 0 at the end of the file
     */
    int read(int keepFrom) throws IOException {
        if (limit == buffer.capacity()) {
            makeRoom(keepFrom);
        }
        buffer.limit(Math.min(buffer.capacity(), limit + BLOCK_BYTES)).position(limit);
        int read = owner.channel().read(buffer, start + limit);
        buffer.clear();
        limit += Math.max(0, read);
        return read;
    }

    /** Copies up to {@link InputRegistry#TAIL_BYTES} bytes before an index into the file's tail. */
    void copyTail(int before, TailedFile file) {
        int length = Math.min(before, InputRegistry.TAIL_BYTES);
        buffer.get(before - length, file.content().tail(), 0, length);
        file.content().setTailLength(length);
    }

    /** Adds the bytes in [from, to) to a checksum. */
    void update(CRC32C crc, int from, int to) {
        buffer.limit(to).position(from);
        crc.update(buffer);
        buffer.clear();
    }

    private void makeRoom(int keepFrom) {
        int from = Math.max(0, keepFrom - InputRegistry.TAIL_BYTES);
        int kept = limit - from;
        ByteBuffer target = buffer;
        if (kept > buffer.capacity() / 2 && buffer.capacity() < largest) {
            target = allocate((int) Math.min(largest, 2L * buffer.capacity()));
        } else if (kept <= BLOCK_BYTES / 2 && buffer.capacity() > BLOCK_BYTES) {
            target = allocate(BLOCK_BYTES);
        }
        buffer.limit(limit).position(from);
        if (target == buffer) {
            buffer.compact();
        } else {
            target.put(buffer);
            replace(target);
        }
        buffer.clear();
        start += from;
        limit = kept;
    }

    private void replace(ByteBuffer by) {
        BufferUtil.free(buffer);
        buffer = by;
    }

    private static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
