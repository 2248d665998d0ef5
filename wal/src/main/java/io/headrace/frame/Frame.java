package io.headrace.frame;

import io.netty.buffer.ByteBuf;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;

/**
 * An immutable batch of events in a pooled direct buffer, shared by reference count. The buffer begins at the origin
 * half of the header (byte 40 of {@link FrameLayout}): the hop half belongs to whoever stores or sends the frame and
 * is gathered with it. Of a frame that stands in a {@link #file()} only the header is in memory until somebody asks for
 * the rest.
 *
 * <p>Reading is safe for any thread that holds a reference. Whoever is given a frame without being told otherwise
 * borrows it and {@linkplain #retain() retains} it to keep it; the last {@link #release()} gives up the buffer, after which
 * every access is a bug, and an error unless the frame is one that was read: {@link FrameMemory} makes other frames of those.
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

    /** Null after the last reference, unless the frame is one of a {@link FrameMemory}, and another later. */
    private FrameRoom room;

    @SuppressWarnings("unused") // through REFERENCES
    private volatile int references = 1;

    /**
     * Takes over one reference of {@code memory}, whose readable bytes are the origin half and the payload.
     *
     * @param pinnedBytes memory that stays taken while this frame lives, at least its own size
     */
    Frame(ByteBuf memory, int pinnedBytes) {
        this(new FrameRoom(memory, pinnedBytes));
    }

    /** Takes over a room that was filled; the only frame ever that does so until the room is left. */
    Frame(FrameRoom room) {
        this.room = room;
    }

    /** One that {@link #view} makes a frame of. */
    static Frame of(FrameMemory block) {
        Frame frame = new Frame(new FrameRoom(block));
        frame.references = 0;
        return frame;
    }

    /** Looks at bytes of its memory from now on, with one reference. Nobody may hold one of what it was before. */
    Frame view(int start, int length, int pinnedBytes) {
        if (references != 0) {
            throw new IllegalStateException("references: " + references + " (expected: 0, the frame is in use)");
        }
        room.view(start, length, pinnedBytes);
        references = 1;
        return this;
    }

    /** As {@link #view}, of the origin half alone; the rest stays in a file, of which a reference is taken. */
    Frame view(int start, int length, FrameFile file, long offset) {
        view(start, ORIGIN_HALF, FrameLayout.align(length));
        room.stands(file, offset, length);
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
            FrameRoom left = room;
            if (!left.isOfMemory()) {
                room = null;
            }
            left.leave();
        }
    }

    private FrameRoom room() {
        FrameRoom held = room;
        if (held == null) {
            throw new IllegalStateException("references: 0 (expected: > 0, the frame was released)");
        }
        return held;
    }

    private FrameBytes bytes() {
        return room().bytes();
    }

    /** References held now; for tests and assertions. */
    public int references() {
        return references;
    }

    /** Length of header (both halves) and payload, without padding: the field at byte 0. */
    public int length() {
        FramePlace place = room().place();
        return place == null ? bytes().capacity() + FrameLayout.HOP_LENGTH : place.length();
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
        FramePlace place = room().place();
        return place == null ? null : place.file();
    }

    /** Where in {@link #file()} the hop half begins. */
    public long fileOffset() {
        FramePlace place = room().place();
        return place == null ? 0 : place.offset();
    }

    /**
     * Reads and verifies what stands in {@link #file()}.
     *
     * @return a frame in memory, whose reference is the caller's
     * @throws FrameException when it is damaged
     * @throws UncheckedIOException when it cannot be read
     */
    public Frame readBack() {
        return room().place().readBack(room().allocator());
    }

    /** The room with all bytes, read on demand. */
    private FrameRoom loaded() {
        FrameRoom held = room();
        FramePlace place = held.place();
        return place == null ? held : place.loaded(held.allocator()).room();
    }

    /** Memory that stays taken while this frame lives: what a channel is charged for it. */
    public int pinnedBytes() {
        return room().pinnedBytes();
    }

    /** The bytes from the origin half on; offsets through {@link FrameLayout#inOrigin}. Read only. */
    public DirectBuffer buffer() {
        return loaded().bytes().view();
    }

    /**
     * The bytes from the origin half on, for gathering writes, little-endian, with a position and limit of its own (one
     * small object a call). Read only.
     */
    public ByteBuffer nioBuffer() {
        return loaded().nioBuffer();
    }

    /**
     * The bytes from the origin half on for a Netty channel, as a slice that holds a reference to this frame's memory
     * (not to the frame) until it is released.
     */
    public ByteBuf retainedBuf() {
        return loaded().retainedBuf();
    }

    public FrameType type() {
        return FrameType.ofCode(bytes().getByte(FrameLayout.inOrigin(FrameLayout.TYPE_OFFSET)));
    }

    public int flags() {
        return bytes().getShort(FrameLayout.inOrigin(FrameLayout.FLAGS_OFFSET)) & 0xFFFF;
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
        return bytes().getInt(FrameLayout.inOrigin(FrameLayout.ORIGIN_CRC_OFFSET));
    }

    public long producerId() {
        return bytes().getLong(FrameLayout.inOrigin(FrameLayout.PRODUCER_OFFSET));
    }

    /** Number of the first event within {@link #producerId()}. */
    public long firstEventNumber() {
        return bytes().getLong(FrameLayout.inOrigin(FrameLayout.FIRST_EVENT_OFFSET));
    }

    /** Microseconds since the epoch, by the clock of the origin. */
    public long createdMicros() {
        return bytes().getLong(FrameLayout.inOrigin(FrameLayout.CREATED_OFFSET));
    }

    public int eventCount() {
        return bytes().getInt(FrameLayout.inOrigin(FrameLayout.EVENT_COUNT_OFFSET));
    }

    /** Bytes of the shared header block, which begins at byte 80 of the frame. */
    public int sharedHeadersLength() {
        return bytes().getInt(FrameLayout.inOrigin(FrameLayout.SHARED_LENGTH_OFFSET));
    }

    @Override
    public String toString() {
        if (room == null) {
            return "Frame{released}";
        }
        return "Frame{" + type() + ", events=" + eventCount() + ", length=" + length() + ", producer="
                + Long.toHexString(producerId()) + ", first=" + firstEventNumber() + ", references=" + references + '}';
    }
}
