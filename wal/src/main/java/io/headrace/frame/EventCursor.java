package io.headrace.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.DirectBuffer;

/**
 * Reads the events of a frame one after the other without allocating. Offsets are into {@link Frame#buffer()}. Every
 * length is checked before it is followed, so that a frame built by a liar ends in a {@link FrameException}, never
 * outside its memory.
 *
 * <p>Owned by one thread, which holds a reference to the frame while it reads.
 */
public final class EventCursor {
    private static final int PAYLOAD = FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);

    private Frame frame;
    private DirectBuffer buffer;
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
        buffer = frameToRead.buffer();
        limit = buffer.capacity();
        count = frameToRead.eventCount();
        sharedLength = frameToRead.sharedHeadersLength();
        if ((frameToRead.flags() & FrameLayout.FLAG_COMPRESSED) != 0) {
            throw new FrameException(FrameException.Reason.TYPE, "compressed frame (expected: one that was inflated)");
        }
        if (sharedLength < 0 || sharedLength > limit - PAYLOAD) {
            throw new FrameException(
                    FrameException.Reason.LENGTH,
                    "shared headers: " + sharedLength + " bytes (expected: 0 to " + (limit - PAYLOAD) + ")");
        }
        ownOffset = PAYLOAD;
        bodyOffset = PAYLOAD;
        rewind();
        return this;
    }

    /** Goes back before the first event. */
    public void rewind() {
        index = 0;
        next = PAYLOAD + sharedLength;
        ownLength = 0;
        bodyLength = 0;
    }

    /** Moves to the next event; false after the last. */
    public boolean next() {
        if (index == count) {
            return false;
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
        readBlock(PAYLOAD, sharedLength, headers);
        readBlock(ownOffset, ownLength, headers);
        return headers;
    }

    /** The headers that all events of the frame share. */
    public Map<String, String> sharedHeaders() {
        Map<String, String> headers = new LinkedHashMap<>();
        readBlock(PAYLOAD, sharedLength, headers);
        return headers;
    }

    /** The headers that the current event has of its own. */
    public Map<String, String> ownHeaders() {
        Map<String, String> headers = new LinkedHashMap<>();
        readBlock(ownOffset, ownLength, headers);
        return headers;
    }

    /** One header of the current event, its own before the shared ones; null when it has none of that name. */
    public String header(String name) {
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        String own = find(ownOffset, ownLength, wanted);
        return own != null ? own : find(PAYLOAD, sharedLength, wanted);
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
        checkBlock(PAYLOAD, sharedLength);
        while (next()) {
            checkBlock(ownOffset, ownLength);
        }
        if (next != limit) {
            throw structure(count + " events end at " + next + " of " + limit);
        }
        rewind();
    }

    private String find(int offset, int length, byte[] wanted) {
        if (length == 0) {
            return null;
        }
        int at = offset + Short.BYTES;
        int end = offset + length;
        int headers = headerCount(offset, length);
        for (int i = 0; i < headers; i++) {
            int nameLength = nameLength(at, end);
            int valueAt = at + Short.BYTES + nameLength;
            int valueLength = valueLength(valueAt, end);
            if (nameLength == wanted.length && matches(at + Short.BYTES, wanted)) {
                return text(valueAt + Integer.BYTES, valueLength);
            }
            at = valueAt + Integer.BYTES + valueLength;
        }
        return null;
    }

    private void readBlock(int offset, int length, Map<String, String> into) {
        if (length == 0) {
            return;
        }
        int at = offset + Short.BYTES;
        int end = offset + length;
        int headers = headerCount(offset, length);
        for (int i = 0; i < headers; i++) {
            int nameLength = nameLength(at, end);
            int valueAt = at + Short.BYTES + nameLength;
            int valueLength = valueLength(valueAt, end);
            into.put(text(at + Short.BYTES, nameLength), text(valueAt + Integer.BYTES, valueLength));
            at = valueAt + Integer.BYTES + valueLength;
        }
    }

    private void checkBlock(int offset, int length) {
        if (length == 0) {
            return;
        }
        int at = offset + Short.BYTES;
        int end = offset + length;
        int headers = headerCount(offset, length);
        for (int i = 0; i < headers; i++) {
            int valueAt = at + Short.BYTES + nameLength(at, end);
            at = valueAt + Integer.BYTES + valueLength(valueAt, end);
        }
        if (at != end) {
            throw structure(headers + " headers end at " + at + " of " + end);
        }
    }

    private int headerCount(int offset, int length) {
        if (length < Short.BYTES) {
            throw structure("header block of " + length + " bytes");
        }
        return buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    private int nameLength(int at, int end) {
        if (end - at < Short.BYTES) {
            throw structure("header name at " + at + " of " + end);
        }
        int length = buffer.getShort(at, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        if (length > end - at - Short.BYTES) {
            throw structure("header name of " + length + " bytes at " + at + " of " + end);
        }
        return length;
    }

    private int valueLength(int at, int end) {
        if (end - at < Integer.BYTES) {
            throw structure("header value at " + at + " of " + end);
        }
        int length = buffer.getInt(at, ByteOrder.LITTLE_ENDIAN);
        if (length < 0 || length > end - at - Integer.BYTES) {
            throw structure("header value of " + length + " bytes at " + at + " of " + end);
        }
        return length;
    }

    private boolean matches(int offset, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (buffer.getByte(offset + i) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private String text(int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static FrameException structure(String found) {
        return new FrameException(
                FrameException.Reason.STRUCTURE, found + " (expected: headers and events that fill the payload)");
    }
}
