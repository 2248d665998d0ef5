package io.headrace.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Where a frame stands of which only the header was read, and what was read of it since; of one frame after the other, as
 * its {@link FrameRoom}. Set by one thread, then safe for any that holds a reference to the frame.
 */
final class FramePlace {
    /** Null while there is no such frame. */
    private FrameFile file;

    private long offset;
    private int length;

    /** What was read for somebody who wants the bytes. */
    private Frame loaded;

    /**
     * Takes a reference of the file.
     *
     * @param newLength of the whole frame, both halves and payload
     */
    void set(FrameFile where, long newOffset, int newLength) {
        where.retain();
        file = where;
        offset = newOffset;
        length = newLength;
    }

    FrameFile file() {
        return file;
    }

    long offset() {
        return offset;
    }

    int length() {
        return length;
    }

    /** As {@link Frame#readBack()}. */
    Frame readBack(ByteBufAllocator allocator) {
        int inMemory = length - FrameLayout.HOP_LENGTH;
        ByteBuf bytes = allocator.directBuffer(inMemory, inMemory);
        try {
            file.read(bytes.internalNioBuffer(0, inMemory), offset + FrameLayout.HOP_LENGTH);
            return new FrameDecoder(length).decode(bytes.writerIndex(inMemory), inMemory);
        } catch (IOException e) {
            bytes.release();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            bytes.release();
            throw e;
        }
    }

    /** The frame with its bytes in memory, read on demand; that waits for the disk where nobody did before. */
    synchronized Frame loaded(ByteBufAllocator allocator) {
        if (loaded == null) {
            loaded = readBack(allocator);
        }
        return loaded;
    }

    /** Gives the file back, and what was read of it. */
    synchronized void leave() {
        FrameFile left = file;
        file = null;
        if (loaded != null) {
            loaded.release();
            loaded = null;
        }
        left.release();
    }
}
