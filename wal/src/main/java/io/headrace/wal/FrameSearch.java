package io.headrace.wal;

import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Looks for hop halves of a segment's present life at any place where a frame could begin. Owned by one thread. */
final class FrameSearch {
    /** For a segment of which nobody knows the tag: frames of all its lives are found. */
    static final int ANY_TAG = 0;

    private static final int BYTES = 256 * 1024;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final HopHeader hop = new HopHeader();

    /** The hop half that was found last. */
    HopHeader hop() {
        return hop;
    }

    /** Reads the hop half at an offset; whether it is one, of a frame within the bytes up to {@code to}. */
    boolean at(Segment segment, long offset, long to) throws IOException {
        return find(segment, offset, Math.min(to, offset + FrameLayout.HEADER_LENGTH), to, Long.MIN_VALUE) == offset;
    }

    /** The offset of the next hop half with a sequence above {@code above}, or -1. */
    long find(Segment segment, long from, long to, long above) throws IOException {
        return find(segment, from, to, to, above);
    }

    /** The same of a frame whose end may be missing: what its hop half says is true all the same. */
    long findBegun(Segment segment, long from, long to, long above) throws IOException {
        return find(segment, from, to, Long.MAX_VALUE, above);
    }

    /**
     * The highest sequence that frames say was durable when they were written, whole or not, of those above a sequence;
     * -1 when there are none.
     */
    long durable(Segment segment, long from, long to, long above) throws IOException {
        long durable = -1;
        long found = findBegun(segment, from, to, above);
        while (found >= 0) {
            durable = Math.max(durable, hop.durable());
            found = findBegun(segment, found + FrameLayout.ALIGNMENT, to, above);
        }
        return durable;
    }

    private long find(Segment segment, long from, long to, long end, long above) throws IOException {
        for (long start = from; start < to; start += BYTES - FrameLayout.HEADER_LENGTH) {
            buffer.clear().limit((int) Math.min(BYTES, to - start));
            while (buffer.hasRemaining() && segment.file().read(buffer, start + buffer.position()) > 0) {
                // Reads may be short.
            }
            int length = buffer.position();
            if (length == 0) {
                return -1;
            }
            buffer.clear();
            for (int at = 0; at + FrameLayout.HOP_LENGTH <= length; at += FrameLayout.ALIGNMENT) {
                int tag = buffer.getInt(at + FrameLayout.TAG_OFFSET);
                if (tag != 0
                        && (tag == segment.tag() || segment.tag() == ANY_TAG)
                        && hop.read(buffer, at)
                        && hop.sequence() > above
                        && hop.sequence() <= SequenceCeiling.LAST_SEQUENCE
                        && hop.durable() <= hop.sequence()
                        && hop.length() >= FrameLayout.HEADER_LENGTH
                        && hop.length() <= end - start - at) {
                    return start + at;
                }
            }
        }
        return -1;
    }

    /** Whether this life of the segment wrote something at an offset, whole or not. */
    boolean begins(Segment segment, long offset, long end) throws IOException {
        ByteBuffer tag = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (offset + FrameLayout.HOP_LENGTH <= end
                && tag.hasRemaining()
                && segment.file().read(tag, offset + FrameLayout.TAG_OFFSET + tag.position()) > 0) {
            // Reads may be short.
        }
        return !tag.hasRemaining() && tag.getInt(0) == segment.tag();
    }

    /** How many events a frame says that it has, though its checksum does not hold; 0 when that cannot be. */
    int events(Segment segment, long offset, int length) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(FrameLayout.HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        while (header.hasRemaining() && segment.file().read(header, offset + header.position()) > 0) {
            // Reads may be short.
        }
        int events = header.hasRemaining() ? 0 : header.getInt(FrameLayout.EVENT_COUNT_OFFSET);
        long room = (length - FrameLayout.HEADER_LENGTH) / FrameLayout.EVENT_PREFIX_LENGTH;
        return events < 0 || events > room ? 0 : events;
    }
}
