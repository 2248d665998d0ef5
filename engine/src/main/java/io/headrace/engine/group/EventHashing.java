package io.headrace.engine.group;

import io.headrace.engine.spi.SinkSharing.EventHash;
import io.headrace.frame.EventCursor;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Hashes a header of an event, or its body. Eight bytes at a time, little-endian, the last ones filled with zeros and the
 * length first: {@code h = mix(h ^ word)} with the finish of SplitMix64 (Steele, Lea and Flood, 2014, with Stafford's 13th
 * constants). It stands in the identity of frames on the hop: it never changes.
 */
final class EventHashing implements EventHash {
    private final String header;
    private final UnsafeBuffer text = new UnsafeBuffer(0, 0);

    /** @param header null for the body */
    EventHashing(String header) {
        this.header = header;
    }

    @Override
    public long of(EventCursor event) {
        String value = header == null ? null : event.header(header);
        if (value != null) {
            text.wrap(value.getBytes(StandardCharsets.UTF_8));
            return of(text, 0, text.capacity());
        }
        return of(event.buffer(), event.bodyOffset(), event.bodyLength());
    }

    private static long of(DirectBuffer buffer, int offset, int length) {
        long hash = mix(length);
        int at = 0;
        for (; at + Long.BYTES <= length; at += Long.BYTES) {
            hash = mix(hash ^ buffer.getLong(offset + at, ByteOrder.LITTLE_ENDIAN));
        }
        if (at < length) {
            long word = 0;
            for (int i = length - 1; i >= at; i--) {
                word = word << Byte.SIZE | buffer.getByte(offset + i) & 0xFF;
            }
            hash = mix(hash ^ word);
        }
        return hash;
    }

    private static long mix(long value) {
        long z = value + 0x9E37_79B9_7F4A_7C15L;
        z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }
}
