package io.headrace.wal;

import java.util.HexFormat;

/**
 * The 128 random bits that name one log, or one life of a channel without a log. With a sequence it names a frame on a
 * hop for ever.
 */
public record StreamId(long high, long low) {
    /** As 32 hexadecimal digits. */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(high) + hex.toHexDigits(low);
    }
}
