package io.headrace.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads the events of a frame one after the other without allocating. Offsets are into {@link #buffer()}. Every
 * length is checked before it is followed, so that a frame built by a liar ends in a {@link FrameException}, never
 * outside its memory.
 *
 * <p>Compressed events are inflated when the first of them is asked for, into an array of the cursor's own, which is used
 * again for the next frame: at most {@value #KEPT_BYTES} bytes stay with a cursor, and while it is on a frame that is
 * larger at most {@link FrameLayout#MAX_INFLATED_BYTES}. Shared headers are read without.
 *
 * <p>Owned by one thread, which holds a reference to the frame while it reads.
 */
public final class EventCursor {
    private static final int PAYLOAD = FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);

    /** Inflated events for which a cursor keeps memory from frame to frame. */
    private static final int KEPT_BYTES = 1024 * 1024;

    private Frame frame;
    private DirectBuffer origin;
    private DirectBuffer buffer;
    /** Where the events begin in {@link #buffer}. */
    private int events;
    /** Whether they are compressed and nobody has asked for one. */
    private boolean packed;

    private byte[] inflated;
    private UnsafeBuffer inflatedView;
    private int limit;
    private int index;
    private int count;
    private int sharedLength;
    private int next;
    private int ownOffset;
    private int ownLength;
    private int bodyOffset;
    private int bodyLength;

    /** Points the cursor before the first event of a frame. */
    public EventCursor wrap(Frame frameToRead) {
        frame = frameToRead;
        origin = frameToRead.buffer();
        buffer = origin;
        limit = origin.capacity();
        count = frameToRead.eventCount();
        sharedLength = frameToRead.sharedHeadersLength();
        if (sharedLength < 0 || sharedLength > limit - PAYLOAD) {
            throw new FrameException(
                    FrameException.Reason.LENGTH,
                    "shared headers: " + sharedLength + " bytes (expected: 0 to " + (limit - PAYLOAD) + ")");
        }
        events = PAYLOAD + sharedLength;
        packed = frameToRead.isCompressed();
        dropLarge();
        ownOffset = PAYLOAD;
        bodyOffset = PAYLOAD;
        rewind();
        return this;
    }

    /** Looks at no frame any more, and keeps no more memory than between frames. */
    void leave() {
        frame = null;
        origin = null;
        buffer = null;
        count = 0;
        index = 0;
        packed = false;
        dropLarge();
    }

    private void dropLarge() {
        if (inflated != null && inflated.length > KEPT_BYTES) {
            inflated = null;
            inflatedView = null;
        }
    }

    /**
     * What the offsets of the current event are offsets into; belongs to the cursor. Read only.
     *
     * <p>Who reads bodies number by number does it faster through {@link DirectBuffer#byteBuffer()} at absolute indexes,
     * offsets being from {@link DirectBuffer#wrapAdjustment()} there (null where events were compressed: through the array,
     * then): checks of its bounds leave a compiled loop, Agrona's don't.
     */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Goes back before the first event. */
    public void rewind() {
        index = 0;
        next = events;
        ownLength = 0;
        bodyLength = 0;
    }

    /** Moves to the next event; false after the last. */
    public boolean next() {
        if (index == count) {
            return false;
        }
        if (packed) {
            inflate();
        }
        if (limit - next < FrameLayout.EVENT_PREFIX_LENGTH) {
            throw structure("event " + index + " begins at " + next + " of " + limit);
        }
        int body = buffer.getInt(next, ByteOrder.LITTLE_ENDIAN);
        int own = buffer.getInt(next + Integer.BYTES, ByteOrder.LITTLE_ENDIAN);
        int room = limit - next - FrameLayout.EVENT_PREFIX_LENGTH;
        if (own < 0 || own > room || body < 0 || body > room - own) {
            throw structure("event " + index + " has " + own + " bytes of headers and a body of " + body + ", " + room
                    + " are left");
        }
        ownOffset = next + FrameLayout.EVENT_PREFIX_LENGTH;
        ownLength = own;
        bodyOffset = ownOffset + own;
        bodyLength = body;
        next = bodyOffset + bodyLength;
        index++;
        return true;
    }

    /** Index of the current event in the frame, from 0. */
    public int index() {
        return index - 1;
    }

    public Frame frame() {
        return frame;
    }

    public int bodyOffset() {
        return bodyOffset;
    }

    public int bodyLength() {
        return bodyLength;
    }

    public int ownHeadersOffset() {
        return ownOffset;
    }

    public int ownHeadersLength() {
        return ownLength;
    }

    /** Copies the body. */
    public byte[] body() {
        byte[] body = new byte[bodyLength];
        buffer.getBytes(bodyOffset, body);
        return body;
    }

    /** Appends the body to {@code target}, which must have room for {@link #bodyLength()} bytes. */
    public void copyBody(ByteBuffer target) {
        buffer.getBytes(bodyOffset, target, bodyLength);
    }

    /**
     * Moves over the events that follow and appends their bodies, each with {@code suffix} after it, to {@code target}
     * while both fit. The cursor stands on the last one copied.
     *
     * @return how many were copied; 0 after the last event, or when the next body needs more than {@code target} has
     */
    public int copyBodies(ByteBuffer target, byte[] suffix) {
        int copied = 0;
        if (packed) {
            inflate();
        }
        while (index < count) {
            // The length is checked by next(); until then it only says whether to go there.
            int length = limit - next < Integer.BYTES ? 0 : buffer.getInt(next, ByteOrder.LITTLE_ENDIAN);
            if (length > target.remaining() - suffix.length || !next()) {
                break;
            }
            buffer.getBytes(bodyOffset, target, bodyLength);
            target.put(suffix);
            copied++;
        }
        return copied;
    }

    /** All headers of the current event: the shared ones, overridden by its own. */
    public Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        readBlock(origin, PAYLOAD, sharedLength, headers);
        readBlock(buffer, ownOffset, ownLength, headers);
        return headers;
    }

    /** The headers that all events of the frame share. */
    public Map<String, String> sharedHeaders() {
        Map<String, String> headers = new LinkedHashMap<>();
        readBlock(origin, PAYLOAD, sharedLength, headers);
        return headers;
    }

    /** The headers that the current event has of its own. */
    public Map<String, String> ownHeaders() {
        Map<String, String> headers = new LinkedHashMap<>();
        readBlock(buffer, ownOffset, ownLength, headers);
        return headers;
    }

    /** One header of the current event, its own before the shared ones; null when it has none of that name. */
    public String header(String name) {
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        String own = find(buffer, ownOffset, ownLength, wanted);
        return own != null ? own : find(origin, PAYLOAD, sharedLength, wanted);
    }

    /** Whether every event has exactly the shared headers; walks the frame and leaves the cursor at its start. */
    public boolean onlySharedHeaders() {
        rewind();
        boolean only = true;
        while (only && next()) {
            only = ownLength == 0;
        }
        rewind();
        return only;
    }

    /** Walks the whole frame and checks that headers and events fill it exactly; leaves the cursor at its start. */
    public void validate() {
        rewind();
        checkBlock(origin, PAYLOAD, sharedLength);
        if (packed) {
            inflate();
        }
        int before = -1;
        while (next()) {
            checkBlock(buffer, ownOffset, ownLength);
            if (bodyLength == before) {
                skipAlike();
            }
            before = bodyLength;
        }
        if (next != limit) {
            throw structure(count + " events end at " + next + " of " + limit);
        }
        rewind();
    }

    /**
     * Moves over the events that follow, have no headers of their own and a body as long as that of the current one. The
     * processor looks for them where they would be, many at once; elsewhere an event's place waits for the length before it.
     */
    private void skipAlike() {
        DirectBuffer bytes = buffer;
        int end = limit;
        long prefix = bodyLength;
        int step = FrameLayout.EVENT_PREFIX_LENGTH + bodyLength;
        int left = count - index;
        int at = next;
        while (left > 0 && end - at >= step && bytes.getLong(at, ByteOrder.LITTLE_ENDIAN) == prefix) {
            at += step;
            left--;
        }
        next = at;
        index = count - left;
    }

    private void inflate() {
        ByteBuffer bytes = frame.nioBuffer();
        int length = CompressedEvents.checkedLength(origin, sharedLength, bytes);
        if (inflated == null || inflated.length < length) {
            inflated = new byte[length];
            inflatedView = new UnsafeBuffer(inflated);
        }
        CompressedEvents.inflate(origin, sharedLength, bytes, inflated, length);
        packed = false;
        buffer = inflatedView;
        limit = length;
        events = 0;
        next = 0;
        ownOffset = 0;
        bodyOffset = 0;
    }

    private static String find(DirectBuffer bytes, int offset, int length, byte[] wanted) {
        if (length == 0) {
            return null;
        }
        int at = offset + Short.BYTES;
        int end = offset + length;
        int headers = headerCount(bytes, offset, length);
        for (int i = 0; i < headers; i++) {
            int nameLength = nameLength(bytes, at, end);
            int valueAt = at + Short.BYTES + nameLength;
            int valueLength = valueLength(bytes, valueAt, end);
            if (nameLength == wanted.length && matches(bytes, at + Short.BYTES, wanted)) {
                return text(bytes, valueAt + Integer.BYTES, valueLength);
            }
            at = valueAt + Integer.BYTES + valueLength;
        }
        return null;
    }

    private static void readBlock(DirectBuffer bytes, int offset, int length, Map<String, String> into) {
        if (length == 0) {
            return;
        }
        int at = offset + Short.BYTES;
        int end = offset + length;
        int headers = headerCount(bytes, offset, length);
        for (int i = 0; i < headers; i++) {
            int nameLength = nameLength(bytes, at, end);
            int valueAt = at + Short.BYTES + nameLength;
            int valueLength = valueLength(bytes, valueAt, end);
            into.put(text(bytes, at + Short.BYTES, nameLength), text(bytes, valueAt + Integer.BYTES, valueLength));
            at = valueAt + Integer.BYTES + valueLength;
        }
    }

    private static void checkBlock(DirectBuffer bytes, int offset, int length) {
        if (length == 0) {
            return;
        }
        int at = offset + Short.BYTES;
        int end = offset + length;
        int headers = headerCount(bytes, offset, length);
        for (int i = 0; i < headers; i++) {
            int valueAt = at + Short.BYTES + nameLength(bytes, at, end);
            at = valueAt + Integer.BYTES + valueLength(bytes, valueAt, end);
        }
        if (at != end) {
            throw structure(headers + " headers end at " + at + " of " + end);
        }
    }

    private static int headerCount(DirectBuffer bytes, int offset, int length) {
        if (length < Short.BYTES) {
            throw structure("header block of " + length + " bytes");
        }
        return bytes.getShort(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    private static int nameLength(DirectBuffer bytes, int at, int end) {
        if (end - at < Short.BYTES) {
            throw structure("header name at " + at + " of " + end);
        }
        int length = bytes.getShort(at, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        if (length > end - at - Short.BYTES) {
            throw structure("header name of " + length + " bytes at " + at + " of " + end);
        }
        return length;
    }

    private static int valueLength(DirectBuffer bytes, int at, int end) {
        if (end - at < Integer.BYTES) {
            throw structure("header value at " + at + " of " + end);
        }
        int length = bytes.getInt(at, ByteOrder.LITTLE_ENDIAN);
        if (length < 0 || length > end - at - Integer.BYTES) {
            throw structure("header value of " + length + " bytes at " + at + " of " + end);
        }
        return length;
    }

    private static boolean matches(DirectBuffer bytes, int offset, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (bytes.getByte(offset + i) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private static String text(DirectBuffer bytes, int offset, int length) {
        byte[] text = new byte[length];
        bytes.getBytes(offset, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static FrameException structure(String found) {
        return new FrameException(
                FrameException.Reason.STRUCTURE, found + " (expected: headers and events that fill the payload)");
    }
}
