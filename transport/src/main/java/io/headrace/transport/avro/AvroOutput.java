package io.headrace.transport.avro;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Writes Avro's binary encoding. */
final class AvroOutput {
    private AvroOutput() {}

    /** A number as Avro writes int, long and the indexes of enums and unions. */
    static void writeLong(ByteBuf out, long number) {
        long left = number << 1 ^ number >> 63;
        while ((left & ~0x7FL) != 0) {
            out.writeByte((int) (left & 0x7F | 0x80));
            left >>>= 7;
        }
        out.writeByte((int) left);
    }

    /** Bytes that {@link #writeLong} takes. */
    static int sizeOf(long number) {
        long left = number << 1 ^ number >> 63;
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(left) + 6) / 7);
    }

    static void writeString(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        writeLong(out, bytes.length);
        out.writeBytes(bytes);
    }

    /** The metadata by which both ends agree on {@link AvroProtocol#ORDERED_KEY}. */
    static void writeOrdered(ByteBuf out) {
        writeLong(out, 1);
        writeString(out, AvroProtocol.ORDERED_KEY);
        writeLong(out, 0);
        writeLong(out, 0);
    }
}
