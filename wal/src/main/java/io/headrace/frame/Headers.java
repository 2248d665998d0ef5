package io.headrace.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An immutable, encoded block of headers, as it stands in a frame. Encoded once, for example for each tailed file, and
 * copied into many frames. Safe for any thread.
 */
public final class Headers {
    /** No headers; takes no bytes. */
    public static final Headers EMPTY = new Headers(new byte[0], Map.of());

    private static final int MAX_COUNT = 0xFFFF;
    private static final int MAX_NAME = 0xFFFF;

    private final byte[] encoded;
    private final Map<String, String> map;

    private Headers(byte[] encoded, Map<String, String> map) {
        this.encoded = encoded;
        this.map = map;
    }

    /**
     * Encodes headers in the map's order; a null value becomes an empty one, as in Flume's channels.
     *
     * @throws IllegalArgumentException for more than 65,535 headers or a name of more than 65,535 bytes
     */
    public static Headers of(Map<String, String> headers) {
        if (headers.isEmpty()) {
            return EMPTY;
        }
        if (headers.size() > MAX_COUNT) {
            throw new IllegalArgumentException("headers: " + headers.size() + " (expected: <= " + MAX_COUNT + ")");
        }
        Map<String, String> copy = new LinkedHashMap<>();
        byte[][] names = new byte[headers.size()][];
        byte[][] values = new byte[headers.size()][];
        int size = Short.BYTES;
        int i = 0;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            String value = header.getValue() == null ? "" : header.getValue();
            names[i] = header.getKey().getBytes(StandardCharsets.UTF_8);
            values[i] = value.getBytes(StandardCharsets.UTF_8);
            if (names[i].length > MAX_NAME) {
                throw new IllegalArgumentException(
                        "header name of " + names[i].length + " bytes (expected: <= " + MAX_NAME + ")");
            }
            size = Math.addExact(size, Short.BYTES + names[i].length + Integer.BYTES + values[i].length);
            copy.put(header.getKey(), value);
            i++;
        }
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.putShort((short) names.length);
        for (int n = 0; n < names.length; n++) {
            out.putShort((short) names[n].length).put(names[n]);
            out.putInt(values[n].length).put(values[n]);
        }
        return new Headers(out.array(), java.util.Collections.unmodifiableMap(copy));
    }

    /** The headers as a map that cannot be changed. */
    public Map<String, String> asMap() {
        return map;
    }

    /** Bytes of the encoded block. */
    public int encodedLength() {
        return encoded.length;
    }

    /** The encoded block itself; not to be changed. */
    byte[] encoded() {
        return encoded;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Headers headers && map.equals(headers.map);
    }

    @Override
    public int hashCode() {
        return map.hashCode();
    }

    @Override
    public String toString() {
        return map.toString();
    }
}
