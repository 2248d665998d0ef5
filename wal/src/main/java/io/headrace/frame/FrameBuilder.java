package io.headrace.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Encodes events into frames. A frame is begun with the headers that all of its events share, takes events until one is
 * {@linkplain #add refused} because it is full, and is {@linkplain #build built}; an event larger than a frame travels
 * alone in one of its own.
 *
 * <p>Owned by one thread. A builder that is dropped while a frame is open must be {@linkplain #close() closed}.
 */
public final class FrameBuilder implements AutoCloseable {
    private final ByteBufAllocator allocator;
    private final FrameLimits limits;
    private final CRC32C crc = new CRC32C();

    private ByteBuf memory;
    private Headers shared;
    private int eventCount;

    public FrameBuilder(ByteBufAllocator allocator, FrameLimits limits) {
        this.allocator = allocator;
        this.limits = limits;
    }

    /** Begins a frame. */
    public void begin(Headers sharedHeaders) {
        if (memory != null) {
            throw new IllegalStateException("a frame of " + eventCount + " events is open (expected: none)");
        }
        if (sharedHeaders.encodedLength() > limits.maxEventBytes()) {
            throw new EventTooLargeException(sharedHeaders.encodedLength(), limits.maxEventBytes());
        }
        shared = sharedHeaders;
        eventCount = 0;
        int headerLength = FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);
        memory = allocator.directBuffer(headerLength + sharedHeaders.encodedLength() + limits.frameBytes());
        memory.writeZero(headerLength);
        memory.writeBytes(sharedHeaders.encoded());
    }

    /** Whether a frame is open. */
    public boolean isOpen() {
        return memory != null;
    }

    /** Events in the open frame. */
    public int eventCount() {
        return memory == null ? 0 : eventCount;
    }

    /** Bytes of the open frame's payload. */
    public int payloadBytes() {
        return memory == null ? 0 : memory.writerIndex() - FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);
    }

    /** Adds an event without headers of its own; see {@link #add(Headers, ByteBuffer, int, int)}. */
    public boolean add(ByteBuffer body, int offset, int length) {
        return add(Headers.EMPTY, body, offset, length);
    }

    /** Adds an event without headers of its own; see {@link #add(Headers, ByteBuffer, int, int)}. */
    public boolean add(byte[] body) {
        return add(Headers.EMPTY, body);
    }

    /** Adds an event; see {@link #add(Headers, ByteBuffer, int, int)}. */
    public boolean add(Headers own, byte[] body) {
        if (!room(own.encodedLength(), body.length)) {
            return false;
        }
        memory.writeIntLE(body.length).writeIntLE(own.encodedLength());
        memory.writeBytes(own.encoded()).writeBytes(body);
        eventCount++;
        return true;
    }

    /**
     * Adds an event whose body is {@code length} bytes of {@code body} from the absolute index {@code offset}; position
     * and limit of {@code body} stay.
     *
     * @return false when the frame is full: build it, begin another and add the event again
     * @throws EventTooLargeException when no frame could hold the event; the open frame is as before
     */
    public boolean add(Headers own, ByteBuffer body, int offset, int length) {
        if (!room(own.encodedLength(), length)) {
            return false;
        }
        memory.writeIntLE(length).writeIntLE(own.encodedLength());
        memory.writeBytes(own.encoded());
        int at = memory.writerIndex();
        // Both sides are addressed absolutely: no view of the body is made.
        ByteBuffer target = memory.internalNioBuffer(at, length);
        target.put(target.position(), body, offset, length);
        memory.writerIndex(at + length);
        eventCount++;
        return true;
    }

    /** Adds the event under the cursor with {@code own} as its headers; see {@link #add(Headers, ByteBuffer, int, int)}. */
    public boolean add(Headers own, EventCursor event) {
        if (!room(own.encodedLength(), event.bodyLength())) {
            return false;
        }
        memory.writeIntLE(event.bodyLength()).writeIntLE(own.encodedLength());
        memory.writeBytes(own.encoded());
        appendFrom(event, event.bodyOffset(), event.bodyLength());
        eventCount++;
        return true;
    }

    /** Adds the event under the cursor, own headers and body, as it is. */
    public boolean add(EventCursor event) {
        if (!room(event.ownHeadersLength(), event.bodyLength())) {
            return false;
        }
        memory.writeIntLE(event.bodyLength()).writeIntLE(event.ownHeadersLength());
        appendFrom(event, event.ownHeadersOffset(), event.ownHeadersLength());
        appendFrom(event, event.bodyOffset(), event.bodyLength());
        eventCount++;
        return true;
    }

    /**
     * Finishes the open frame with numbers from the producer.
     *
     * @param createdMicros microseconds since the epoch
     */
    public Frame build(Producer producer, long createdMicros) {
        return finish(FrameType.DATA, 0, producer.id(), producer.take(eventCount), createdMicros);
    }

    /**
     * Finishes the open frame as one derived from another, for interceptors and selectors that change or split what
     * passes.
     */
    public Frame buildDerived(long derivedProducerId, long firstEventNumber, long createdMicros) {
        return finish(FrameType.DATA, FrameLayout.FLAG_DERIVED, derivedProducerId, firstEventNumber, createdMicros);
    }

    /** A frame of another type than DATA, without events, whose payload is {@code payload}. */
    public Frame buildControl(FrameType type, byte[] payload, long createdMicros) {
        begin(Headers.EMPTY);
        memory.writeBytes(payload);
        return finish(type, 0, 0, 0, createdMicros);
    }

    /** Drops the open frame, if there is one. */
    public void discard() {
        if (memory != null) {
            memory.release();
            memory = null;
        }
    }

    @Override
    public void close() {
        discard();
    }

    private Frame finish(FrameType type, int flags, long producerId, long firstEvent, long createdMicros) {
        if (memory == null) {
            throw new IllegalStateException("no frame is open (expected: begin() before build())");
        }
        ByteBuf built = memory;
        memory = null;
        built.setByte(FrameLayout.inOrigin(FrameLayout.VERSION_OFFSET), FrameLayout.VERSION);
        built.setByte(FrameLayout.inOrigin(FrameLayout.TYPE_OFFSET), type.code());
        built.setShortLE(FrameLayout.inOrigin(FrameLayout.FLAGS_OFFSET), flags);
        built.setLongLE(FrameLayout.inOrigin(FrameLayout.PRODUCER_OFFSET), producerId);
        built.setLongLE(FrameLayout.inOrigin(FrameLayout.FIRST_EVENT_OFFSET), firstEvent);
        built.setLongLE(FrameLayout.inOrigin(FrameLayout.CREATED_OFFSET), createdMicros);
        built.setIntLE(FrameLayout.inOrigin(FrameLayout.EVENT_COUNT_OFFSET), eventCount);
        built.setIntLE(FrameLayout.inOrigin(FrameLayout.SHARED_LENGTH_OFFSET), shared.encodedLength());
        int checked = FrameLayout.inOrigin(FrameLayout.VERSION_OFFSET);
        crc.reset();
        crc.update(built.internalNioBuffer(checked, built.writerIndex() - checked));
        built.setIntLE(FrameLayout.inOrigin(FrameLayout.ORIGIN_CRC_OFFSET), (int) crc.getValue());
        return new Frame(built, built.capacity());
    }

    private boolean room(int ownLength, int bodyLength) {
        if (memory == null) {
            throw new IllegalStateException("no frame is open (expected: begin() before add())");
        }
        long eventBytes = (long) ownLength + bodyLength;
        if (eventBytes > limits.maxEventBytes()) {
            throw new EventTooLargeException(eventBytes, limits.maxEventBytes());
        }
        long needed = FrameLayout.EVENT_PREFIX_LENGTH + eventBytes;
        boolean fits = eventCount < limits.maxEvents() && payloadBytes() + needed <= limits.frameBytes();
        if (!fits && eventCount > 0) {
            return false;
        }
        memory.ensureWritable((int) needed);
        return true;
    }

    private void appendFrom(EventCursor event, int offset, int length) {
        int at = memory.writerIndex();
        ByteBuffer target = memory.internalNioBuffer(at, length);
        event.frame().buffer().getBytes(offset, target, target.position(), length);
        memory.writerIndex(at + length);
    }
}
