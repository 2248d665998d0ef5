package io.headrace.transport.avro;

import io.headrace.transport.avro.AvroException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds one {@code AvroFlumeEvent} in a request and turns its headers into a frame's, without making strings of them.
 * Headers equal to those of the event before are recognised by their bytes and not read again.
 *
 * <p>Owned by one thread.
 */
final class EventReader {
    private static final int MOST_HEADERS = 0xFFFF;
    private static final int LONGEST_NAME = 0xFFFF;
    private static final int REMEMBERED = 4 * 1024;
    private static final int FIRST_BLOCK = 256;

    private final int maxEventBytes;
    private final byte[] remembered = new byte[REMEMBERED];
    private int rememberedLength;
    private ByteBuffer block = ByteBuffer.allocate(FIRST_BLOCK).order(ByteOrder.LITTLE_ENDIAN);
    private int headers;
    private boolean changed;
    private boolean sameHeaders;
    private int bodyOffset;
    private int bodyLength;

    EventReader(int maxEventBytes) {
        this.maxEventBytes = maxEventBytes;
    }

    /**
     * Reads an event from where {@code in} stands.
     *
     * @return false when its end is not there yet
     */
    boolean read(AvroInput in) {
        if (rememberedLength > 0 && in.startsWith(remembered, rememberedLength)) {
            in.skip(rememberedLength);
        } else if (!readHeaders(in)) {
            return false;
        }
        bodyLength = in.readLength(maxEventBytes - headersLength(), "event's body");
        bodyOffset = in.skip(bodyLength);
        if (in.isShort()) {
            return false;
        }
        sameHeaders = !changed;
        changed = false;
        return true;
    }

    /** Whether the event has exactly the headers of the one before. */
    boolean hasSameHeaders() {
        return sameHeaders;
    }

    /** The headers as they stand in a frame, from index 0. */
    ByteBuffer headersBlock() {
        return block;
    }

    /** Bytes of the headers in a frame; 0 for none. */
    int headersLength() {
        return headers == 0 ? 0 : block.position();
    }

    int bodyOffset() {
        return bodyOffset;
    }

    int bodyLength() {
        return bodyLength;
    }

    /** The headers of the event. */
    Map<String, String> headers() {
        Map<String, String> map = new LinkedHashMap<>();
        int at = Short.BYTES;
        for (int i = 0; i < headers; i++) {
            int nameLength = block.getShort(at) & 0xFFFF;
            int valueAt = at + Short.BYTES + nameLength;
            int valueLength = block.getInt(valueAt);
            map.put(text(at + Short.BYTES, nameLength), text(valueAt + Integer.BYTES, valueLength));
            at = valueAt + Integer.BYTES + valueLength;
        }
        return map;
    }

    private boolean readHeaders(AvroInput in) {
        int begin = in.at();
        changed = true;
        rememberedLength = 0;
        headers = 0;
        block.clear().position(Short.BYTES);
        int count = in.readBlock(MOST_HEADERS, "headers of an event");
        while (count > 0) {
            for (int i = 0; i < count; i++) {
                if (!readHeader(in)) {
                    return false;
                }
            }
            headers += count;
            count = in.readBlock((long) MOST_HEADERS - headers, "headers of an event");
        }
        if (in.isShort()) {
            return false;
        }
        block.putShort(0, (short) headers);
        int length = in.at() - begin;
        if (length <= REMEMBERED) {
            in.bytes().get(begin, remembered, 0, length);
            rememberedLength = length;
        }
        return true;
    }

    private boolean readHeader(AvroInput in) {
        int nameLength = in.readLength(LONGEST_NAME, "header's name");
        int name = in.skip(nameLength);
        int valueLength = in.readLength(maxEventBytes, "header's value");
        int value = in.skip(valueLength);
        if (in.isShort()) {
            return false;
        }
        long needed = (long) block.position() + Short.BYTES + nameLength + Integer.BYTES + valueLength;
        if (needed > maxEventBytes) {
            throw new AvroException(
                    Kind.FAILED, "event's headers: " + needed + " bytes (expected: <= " + maxEventBytes + ")");
        }
        ensure((int) needed);
        block.putShort((short) nameLength).put(block.position(), in.bytes(), name, nameLength);
        block.position(block.position() + nameLength);
        block.putInt(valueLength).put(block.position(), in.bytes(), value, valueLength);
        block.position(block.position() + valueLength);
        return true;
    }

    private void ensure(int capacity) {
        if (capacity > block.capacity()) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(capacity, 2 * block.capacity()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            larger.put(block.flip());
            block = larger;
        }
    }

    /** Gives large memory back that one unusual event took. */
    void shrink() {
        if (block.capacity() > REMEMBERED) {
            block = ByteBuffer.allocate(FIRST_BLOCK).order(ByteOrder.LITTLE_ENDIAN);
            rememberedLength = 0;
            headers = 0;
        }
    }

    private String text(int at, int length) {
        byte[] bytes = new byte[length];
        block.get(at, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
