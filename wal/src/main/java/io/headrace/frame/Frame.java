package io.headrace.frame;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * An immutable batch of events in a pooled direct buffer, shared by reference count. The buffer begins at the origin
 * half of the header (byte 40 of {@link FrameLayout}): the hop half belongs to whoever stores or sends the frame and
 * is gathered with it. Of a frame that stands in a {@link #file()} only the header is in memory until somebody asks for
 * the rest.
 *
 * <p>Reading is safe for any thread that holds a reference. Whoever is given a frame without being told otherwise
 * borrows it and {@linkplain #retain() retains} it to keep it; the last {@link #release()} returns the buffer to its
 * pool, after which every access is a bug: {@link FrameMemory} makes other frames of released ones.
 */
public final class Frame {
    private static final VarHandle REFERENCES;

    static {
        try {
            REFERENCES = MethodHandles.lookup().findVarHandle(Frame.class, "references", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int ORIGIN_HALF = FrameLayout.HEADER_LENGTH - FrameLayout.HOP_LENGTH;

    private final ByteBuf memory;
    private final FrameBytes buffer = new FrameBytes();
    /** Holds the bytes from {@link #start} on; its position and limit never move. */
    private final ByteBuffer nio;

    /** Where the frame's bytes stand in {@link #nio}, and in {@link #memory} behind {@link #memoryStart}. */
    private int start;

    private final int memoryStart;
    private int pinnedBytes;

    /** Where the whole frame stands when only its header is in memory; null otherwise. */
    private FrameFile file;

    private long fileOffset;
    private int lengthInFile;
    /** What was read of {@link #file} for somebody who wants the bytes. */
    private Frame loaded;

    @SuppressWarnings("unused") // through REFERENCES
    private volatile int references = 1;

    /**
     * Takes over one reference of {@code memory}, whose readable bytes are the origin half and the payload.
     *
     * @param pinnedBytes memory that stays taken while this frame lives, at least its own size
     */
    Frame(ByteBuf memory, int pinnedBytes) {
        this.memory = memory;
        this.nio =
                memory.nioBuffer(memory.readerIndex(), memory.readableBytes()).order(ByteOrder.LITTLE_ENDIAN);
        this.memoryStart = memory.readerIndex();
        this.buffer.wrap(nio, 0, nio.remaining());
        this.pinnedBytes = pinnedBytes;
    }

    /** One that {@link #view} makes a frame of. */
    Frame(FrameMemory block) {
        this.memory = block.memory();
        this.nio = block.nio();
        this.memoryStart = 0;
        this.references = 0;
    }

    /** Looks at bytes of its memory from now on, with one reference. Nobody may hold one of what it was before. */
    Frame view(int newStart, int length, int newPinnedBytes) {
        if (references != 0) {
            throw new IllegalStateException("references: " + references + " (expected: 0, the frame is in use)");
        }
        memory.retain();
        start = newStart;
        pinnedBytes = newPinnedBytes;
        buffer.wrap(nio, newStart, length);
        references = 1;
        return this;
    }

    /** As {@link #view}, of the origin half alone; the rest stays in a file, of which a reference is taken. */
    Frame view(int newStart, int length, FrameFile where, long offset) {
        view(newStart, ORIGIN_HALF, FrameLayout.align(length));
        where.retain();
        file = where;
        fileOffset = offset;
        lengthInFile = length;
        return this;
    }

    /** Takes a reference more; to be called only by a holder of one. */
    public Frame retain() {
        int before;
        do {
            before = references;
            if (before <= 0) {
                throw new IllegalStateException("references: " + before + " (expected: > 0, the frame was released)");
            }
            // An addition first would let a retain that comes too late bring the frame back for a moment.
        } while (!REFERENCES.weakCompareAndSet(this, before, before + 1));
        return this;
    }

    /** Gives a reference back; the last one frees the memory. */
    public void release() {
        int before;
        do {
            before = references;
            if (before <= 0) {
                throw new IllegalStateException("references: " + before + " (expected: > 0, released too often)");
            }
        } while (!REFERENCES.weakCompareAndSet(this, before, before - 1));
        if (before == 1) {
            if (file != null) {
                leaveFile();
            }
            memory.release();
        }
    }

    private void leaveFile() {
        FrameFile left = file;
        file = null;
        if (loaded != null) {
            loaded.release();
            loaded = null;
        }
        left.release();
    }

    /** References held now; for tests and assertions. */
    public int references() {
        return references;
    }

    /** Length of header (both halves) and payload, without padding: the field at byte 0. */
    public int length() {
        return file == null ? buffer.capacity() + FrameLayout.HOP_LENGTH : lengthInFile;
    }

    /** {@link #length()} with padding: the room the frame takes in a segment and on the wire. */
    public int alignedLength() {
        return FrameLayout.align(length());
    }

    /**
     * Where the whole frame stands, both halves and padding, when only its header was read; null when it is in memory. A
     * holder of the frame may retain it. Nobody has verified the payload there.
     */
    public FrameFile file() {
        return file;
    }

    /** Where in {@link #file()} the hop half begins. */
    public long fileOffset() {
        return fileOffset;
    }

    /**
     * Reads and verifies what stands in {@link #file()}.
     *
     * @return a frame in memory, whose reference is the caller's
     * @throws FrameException when it is damaged
     * @throws UncheckedIOException when it cannot be read
     */
    public Frame readBack() {
        int length = lengthInFile - FrameLayout.HOP_LENGTH;
        ByteBuf bytes = memory.alloc().directBuffer(length, length);
        try {
            file.read(bytes.internalNioBuffer(0, length), fileOffset + FrameLayout.HOP_LENGTH);
            return new FrameDecoder(lengthInFile).decode(bytes.writerIndex(length), length);
        } catch (IOException e) {
            bytes.release();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            bytes.release();
            throw e;
        }
    }

    /** The frame with its bytes in memory, read on demand; that waits for the disk where nobody did before. */
    private synchronized Frame loaded() {
        if (loaded == null) {
            loaded = readBack();
        }
        return loaded;
    }

    /** Memory that stays taken while this frame lives: what a channel is charged for it. */
    public int pinnedBytes() {
        return pinnedBytes;
    }

    /** The bytes from the origin half on; offsets through {@link FrameLayout#inOrigin}. Read only. */
    public DirectBuffer buffer() {
        return file == null ? buffer.view() : loaded().buffer.view();
    }

    /**
     * The bytes from the origin half on, for gathering writes, little-endian, with a position and limit of its own (one
     * small object a call). Read only.
     */
    public ByteBuffer nioBuffer() {
        if (file != null) {
            return loaded().nioBuffer();
        }
        return nio.slice(start, buffer.capacity()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The bytes from the origin half on for a Netty channel, as a slice that holds a reference to this frame's memory
     * (not to the frame) until it is released.
     */
    public ByteBuf retainedBuf() {
        if (file != null) {
            return loaded().retainedBuf();
        }
        return memory.retainedSlice(memoryStart + start, buffer.capacity());
    }

    public FrameType type() {
        return FrameType.ofCode(buffer.getByte(FrameLayout.inOrigin(FrameLayout.TYPE_OFFSET)));
    }

    public int flags() {
        return buffer.getShort(FrameLayout.inOrigin(FrameLayout.FLAGS_OFFSET)) & 0xFFFF;
    }

    /** Whether the events are compressed; an {@link EventCursor} reads them all the same. */
    public boolean isCompressed() {
        return (flags() & FrameLayout.FLAG_COMPRESSED) != 0;
    }

    /**
     * {@link #length()} of the frame with its events inflated, as it says itself: what limits on the length of a frame are
     * compared with, whether it is compressed or not.
     *
     * @throws FrameException when what it says cannot be
     */
    public int plainLength() {
        if (!isCompressed()) {
            return length();
        }
        int shared = sharedHeadersLength();
        return FrameLayout.HEADER_LENGTH + shared + CompressedEvents.inflatedLength(buffer(), shared);
    }

    /** CRC32C of the origin half (without itself) and the payload, computed at the origin. */
    public int checksum() {
        return buffer.getInt(FrameLayout.inOrigin(FrameLayout.ORIGIN_CRC_OFFSET));
    }

    public long producerId() {
        return buffer.getLong(FrameLayout.inOrigin(FrameLayout.PRODUCER_OFFSET));
    }

    /** Number of the first event within {@link #producerId()}. */
    public long firstEventNumber() {
        return buffer.getLong(FrameLayout.inOrigin(FrameLayout.FIRST_EVENT_OFFSET));
    }

    /** Microseconds since the epoch, by the clock of the origin. */
    public long createdMicros() {
        return buffer.getLong(FrameLayout.inOrigin(FrameLayout.CREATED_OFFSET));
    }

    public int eventCount() {
        return buffer.getInt(FrameLayout.inOrigin(FrameLayout.EVENT_COUNT_OFFSET));
    }

    /** Bytes of the shared header block, which begins at byte 80 of the frame. */
    public int sharedHeadersLength() {
        return buffer.getInt(FrameLayout.inOrigin(FrameLayout.SHARED_LENGTH_OFFSET));
    }

    @Override
    public String toString() {
        return "Frame{" + type() + ", events=" + eventCount() + ", length=" + length() + ", producer="
                + Long.toHexString(producerId()) + ", first=" + firstEventNumber() + ", references=" + references + '}';
    }
}
