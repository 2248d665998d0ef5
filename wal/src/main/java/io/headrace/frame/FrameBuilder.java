package io.headrace.frame;

import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;

/**
 * Encodes events into frames. A frame is begun with the headers that all of its events share, takes events until one is
 * {@linkplain #add refused} because it is full, and is {@linkplain #build built}; an event larger than a frame travels
 * alone in one of its own.
 *
 * <p>Memory for a frame is taken as large as the frames before it were, grows with what is added, and is given up for
 * less when the frame would pin more than twice its length: small frames stay small in the channels they stand in.
 *
 * <p>Owned by one thread. A builder that is dropped while a frame is open must be {@linkplain #close() closed}.
 */
public final class FrameBuilder implements AutoCloseable {
    private static final int HEADER_LENGTH = FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);
    private static final byte[] NO_HEADER = new byte[HEADER_LENGTH];
    private static final int SMALLEST_MEMORY = 256;
    private static final int WORTH_TRIMMING = 1024;
    private static final int FULL = -1;

    /** Where memory comes from without a pool; null with one. */
    private final ByteBufAllocator allocator;

    private final FramePool pool;
    private final FrameLimits limits;
    private final CRC32C crc = new CRC32C();
    private LineScanner scanner;

    /** Of the open frame, and what it is filled through; null while there is none. */
    private FrameRoom current;

    private FrameBytes view;
    private Headers shared;
    private int position;

    /** How many events the open frame may still take. */
    private int eventsLeft;

    /** Up to where an event fits without another look at memory and limits; 0 where it needs one, or no frame is open. */
    private int end;

    private int expectedLength = SMALLEST_MEMORY;

    /** One that takes memory of its own for each frame. */
    public FrameBuilder(ByteBufAllocator allocator, FrameLimits limits) {
        this(allocator, null, limits);
    }

    /** One that builds frames in memory of those that were released. */
    public FrameBuilder(FramePool pool, FrameLimits limits) {
        this(null, pool, limits);
    }

    private FrameBuilder(ByteBufAllocator allocator, FramePool pool, FrameLimits limits) {
        this.allocator = allocator;
        this.pool = pool;
        this.limits = limits;
    }

    /** Begins a frame. */
    public void begin(Headers sharedHeaders) {
        if (current != null) {
            throw new IllegalStateException("a frame of " + eventCount() + " events is open (expected: none)");
        }
        int sharedLength = sharedHeaders.encodedLength();
        if (sharedLength > limits.maxEventBytes()) {
            throw new EventTooLargeException(sharedLength, limits.maxEventBytes());
        }
        eventsLeft = limits.maxEvents();
        open(take(Math.max(expectedLength, HEADER_LENGTH + sharedLength)));
        view.putBytes(0, NO_HEADER);
        view.putBytes(HEADER_LENGTH, sharedHeaders.encoded());
        shared = sharedHeaders;
        position = HEADER_LENGTH + sharedLength;
    }

    /** Whether a frame is open. */
    public boolean isOpen() {
        return current != null;
    }

    /** Events in the open frame. */
    public int eventCount() {
        return current == null ? 0 : limits.maxEvents() - eventsLeft;
    }

    /** Bytes of the open frame's payload. */
    public int payloadBytes() {
        return current == null ? 0 : position - HEADER_LENGTH;
    }

    /**
     * Takes memory for events that come next, so that adding them neither needs any nor is refused.
     *
     * @param bytes of their own headers and bodies together
     * @return false when they do not all fit into the open frame, which is as before
     */
    public boolean reserve(int events, long bytes) {
        checkOpen();
        long needed = (long) FrameLayout.EVENT_PREFIX_LENGTH * events + bytes;
        if (events > eventsLeft || needed > limits.frameBytes() - position) {
            return false;
        }
        ensure((int) needed);
        return true;
    }

    /** Adds an event without headers of its own; see {@link #add(Headers, ByteBuffer, int, int)}. */
    public boolean add(ByteBuffer body, int offset, int length) {
        int at = room(0, length);
        if (at == FULL) {
            return false;
        }
        view.putBytes(prefix(at, 0, length), body, offset, length);
        added(at, 0, length);
        return true;
    }

    /** Adds an event without headers of its own; see {@link #add(Headers, ByteBuffer, int, int)}. */
    public boolean add(byte[] body) {
        return add(Headers.EMPTY, body);
    }

    /** Adds an event; see {@link #add(Headers, ByteBuffer, int, int)}. */
    public boolean add(Headers own, byte[] body) {
        int at = room(own.encodedLength(), body.length);
        if (at == FULL) {
            return false;
        }
        view.putBytes(putOwn(at, own, body.length), body);
        added(at, own.encodedLength(), body.length);
        return true;
    }

    /**
     * Adds an event whose body is {@code length} bytes of {@code body} from the absolute index {@code offset}; position
     * and limit of {@code body} stay.
     *
     * @return false when the frame is full: build it, begin another and add the event again
     * @throws EventTooLargeException when no frame could hold the event; the open frame is as before
     * @throws IndexOutOfBoundsException when {@code body} has no such bytes; the open frame is as before
     */
    public boolean add(Headers own, ByteBuffer body, int offset, int length) {
        int at = room(own.encodedLength(), length);
        if (at == FULL) {
            return false;
        }
        view.putBytes(putOwn(at, own, length), body, offset, length);
        added(at, own.encodedLength(), length);
        return true;
    }

    /**
     * Adds an event whose own headers are encoded already, as {@code ownLength} bytes of {@code own} from the absolute index
     * {@code ownOffset}, laid out as in a frame and trusted to be that, none for no headers; see {@link #add(Headers,
     * ByteBuffer, int, int)}.
     */
    public boolean add(ByteBuffer own, int ownOffset, int ownLength, ByteBuffer body, int offset, int length) {
        if (ownLength < 0) {
            throw new IllegalArgumentException("length of headers: " + ownLength + " (expected: >= 0)");
        }
        int at = room(ownLength, length);
        if (at == FULL) {
            return false;
        }
        int ownAt = prefix(at, ownLength, length);
        view.putBytes(ownAt, own, ownOffset, ownLength);
        view.putBytes(ownAt + ownLength, body, offset, length);
        added(at, ownLength, length);
        return true;
    }

    /** Adds the event under the cursor with {@code own} as its headers; see {@link #add(Headers, ByteBuffer, int, int)}. */
    public boolean add(Headers own, EventCursor event) {
        int at = room(own.encodedLength(), event.bodyLength());
        if (at == FULL) {
            return false;
        }
        view.putBytes(putOwn(at, own, event.bodyLength()), event.buffer(), event.bodyOffset(), event.bodyLength());
        added(at, own.encodedLength(), event.bodyLength());
        return true;
    }

    /** Adds the event under the cursor, own headers and body, as it is. */
    public boolean add(EventCursor event) {
        int at = room(event.ownHeadersLength(), event.bodyLength());
        if (at == FULL) {
            return false;
        }
        DirectBuffer from = event.buffer();
        // Own headers and body stand one after the other.
        int length = event.ownHeadersLength() + event.bodyLength();
        int ownAt = prefix(at, event.ownHeadersLength(), event.bodyLength());
        view.putBytes(ownAt, from, event.ownHeadersOffset(), length);
        added(at, event.ownHeadersLength(), event.bodyLength());
        return true;
    }

    /**
     * Adds each line from the absolute index {@code from} to {@code to} as an event without headers of its own. A line
     * ends at a line feed, which is left out, and so is one carriage return before it. Stops before a line that has no
     * end, that does not fit into the open frame any more, or that is longer than {@code maxEventBytes}.
     *
     * @return the index after the last line added: with events in the frame and lines left, build it and go on in the
     *     next; {@code from} with an empty frame means that the first line has no end or is too large for any
     */
    public int addLines(ByteBuffer source, int from, int to) {
        checkOpen();
        if (scanner == null) {
            scanner = new LineScanner();
        }
        scanner.wrap(source, from, to);
        int begin = from;
        int end = scanner.next();
        while (end >= 0) {
            int length = end - begin;
            if (length > 0 && scanner.byteAt(end - 1) == '\r') {
                length--;
            }
            if (length > limits.maxEventBytes()) {
                break;
            }
            int at = room(0, length);
            if (at == FULL) {
                break;
            }
            view.putBytes(prefix(at, 0, length), scanner.buffer(), begin, length);
            added(at, 0, length);
            begin = end + 1;
            end = scanner.next();
        }
        return begin;
    }

    /**
     * Finishes the open frame with numbers from the producer.
     *
     * @param createdMicros microseconds since the epoch
     * @throws IllegalStateException when no frame is open or it has no events: it would share its first event number with
     *     the next one
     */
    public Frame build(Producer producer, long createdMicros) {
        checkEvents();
        return finish(FrameType.DATA, 0, producer.id(), producer.take(eventCount()), createdMicros);
    }

    /**
     * Finishes the open frame as one derived from another, for interceptors and selectors that change or split what
     * passes.
     *
     * @param derivedProducerId by {@link DerivedProducer}
     * @param firstEventNumber of the frame it was derived from
     * @param createdMicros of the frame it was derived from
     */
    public Frame buildDerived(long derivedProducerId, long firstEventNumber, long createdMicros) {
        checkEvents();
        return finish(FrameType.DATA, FrameLayout.FLAG_DERIVED, derivedProducerId, firstEventNumber, createdMicros);
    }

    /** A frame of another type than DATA, without events, whose payload is {@code payload}. */
    public Frame buildControl(FrameType type, byte[] payload, long createdMicros) {
        if (type == FrameType.DATA) {
            throw new IllegalArgumentException("type: DATA (expected: INPUT, MARK or PAD)");
        }
        begin(Headers.EMPTY);
        ensure(payload.length);
        view.putBytes(position, payload);
        position += payload.length;
        return finish(type, 0, 0, 0, createdMicros);
    }

    /** Drops the open frame, if there is one. */
    public void discard() {
        if (current != null) {
            take().leave();
        }
    }

    @Override
    public void close() {
        discard();
    }

    private Frame finish(FrameType type, int flags, long producerId, long firstEvent, long createdMicros) {
        putByte(FrameLayout.VERSION_OFFSET, FrameLayout.VERSION);
        putByte(FrameLayout.TYPE_OFFSET, type.code());
        view.putShort(FrameLayout.inOrigin(FrameLayout.FLAGS_OFFSET), (short) flags);
        putLong(FrameLayout.PRODUCER_OFFSET, producerId);
        putLong(FrameLayout.FIRST_EVENT_OFFSET, firstEvent);
        putLong(FrameLayout.CREATED_OFFSET, createdMicros);
        putInt(FrameLayout.EVENT_COUNT_OFFSET, eventCount());
        putInt(FrameLayout.SHARED_LENGTH_OFFSET, shared.encodedLength());
        trim();
        int checked = FrameLayout.inOrigin(FrameLayout.VERSION_OFFSET);
        crc.reset();
        ByteBuffer part = current.part(checked, position);
        crc.update(part);
        part.clear();
        putInt(FrameLayout.ORIGIN_CRC_OFFSET, (int) crc.getValue());
        FrameRoom built = take();
        built.fill(position);
        return new Frame(built);
    }

    /** Moves a frame that would pin much more than it is long, and learns for the next one. */
    private void trim() {
        expectedLength = Math.min(
                limits.frameBytes(),
                Math.max(
                        SMALLEST_MEMORY,
                        Math.max(position + (position >>> 3), expectedLength - (expectedLength >>> 2))));
        if (current.capacity() >= WORTH_TRIMMING && current.capacity() / 2 >= position) {
            move(position);
        }
    }

    /** Where the event's prefix goes, with room for all of it, or {@link #FULL}. */
    private int room(int ownLength, int bodyLength) {
        long eventBytes = (long) ownLength + bodyLength;
        boolean fits = bodyLength >= 0 && eventBytes <= end - FrameLayout.EVENT_PREFIX_LENGTH - position;
        return fits ? position : roomBeyond(eventBytes, bodyLength);
    }

    private int roomBeyond(long eventBytes, int bodyLength) {
        checkOpen();
        if (eventBytes > limits.maxEventBytes() || bodyLength < 0) {
            throw refused(eventBytes, bodyLength);
        }
        int needed = FrameLayout.EVENT_PREFIX_LENGTH + (int) eventBytes;
        if (eventCount() > 0 && (eventsLeft == 0 || needed > limits.frameBytes() - position)) {
            return FULL;
        }
        if (needed > view.capacity() - position) {
            ensure(needed);
        }
        return position;
    }

    private RuntimeException refused(long eventBytes, int bodyLength) {
        return bodyLength < 0
                ? new IllegalArgumentException("length: " + bodyLength + " (expected: >= 0)")
                : new EventTooLargeException(eventBytes, limits.maxEventBytes());
    }

    /** Where the body goes. */
    private int putOwn(int at, Headers own, int bodyLength) {
        int ownOffset = prefix(at, own.encodedLength(), bodyLength);
        view.putBytes(ownOffset, own.encoded());
        return ownOffset + own.encodedLength();
    }

    /**
     * Puts an event's prefix, before its bytes: after a copy the compiler has to read everything again. The frame is as before
     * until the event is {@link #added}. Returns where the bytes go.
     */
    private int prefix(int at, int ownLength, int bodyLength) {
        view.putLong(at, (long) ownLength << Integer.SIZE | bodyLength);
        return at + FrameLayout.EVENT_PREFIX_LENGTH;
    }

    private void added(int at, int ownLength, int bodyLength) {
        position = at + FrameLayout.EVENT_PREFIX_LENGTH + ownLength + bodyLength;
        if (--eventsLeft == 0) {
            end = 0;
        }
    }

    private void ensure(int needed) {
        if (needed > view.capacity() - position) {
            int wanted = (int) Math.min(limits.frameBytes(), 4L * view.capacity());
            move(Math.max(Math.addExact(position, needed), wanted));
        }
    }

    private void move(int capacity) {
        FrameRoom left = current;
        FrameRoom moved = take(capacity);
        moved.copy(left, position);
        open(moved);
        left.leave();
    }

    private FrameRoom take(int capacity) {
        return pool == null ? FrameRoom.take(allocator, capacity, null) : pool.take(capacity);
    }

    private void open(FrameRoom taken) {
        current = taken;
        view = taken.bytes();
        int most = Math.min(limits.frameBytes(), view.capacity());
        end = eventsLeft == 0 || limits.maxEventBytes() < most ? 0 : most;
    }

    private FrameRoom take() {
        FrameRoom taken = current;
        current = null;
        view = null;
        end = 0;
        return taken;
    }

    private void putByte(int offsetInFrame, byte value) {
        view.putByte(FrameLayout.inOrigin(offsetInFrame), value);
    }

    private void putInt(int offsetInFrame, int value) {
        view.putInt(FrameLayout.inOrigin(offsetInFrame), value);
    }

    private void putLong(int offsetInFrame, long value) {
        view.putLong(FrameLayout.inOrigin(offsetInFrame), value);
    }

    private void checkOpen() {
        if (current == null) {
            throw new IllegalStateException("no frame is open (expected: begin() before)");
        }
    }

    private void checkEvents() {
        checkOpen();
        if (eventCount() == 0) {
            throw new IllegalStateException("the open frame has no events (expected: at least 1, or discard())");
        }
    }
}
