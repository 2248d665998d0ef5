package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The first 4 KiB of a segment, little-endian. The upper part is written when the segment is put in place, the lower
 * one when the journal comes to it, in sectors of their own: a torn lower part leaves a segment that was never begun.
 *
 * <pre>
 *   at  bytes
 *  +-----+----+--------------------------------------------------+
 *  |   0 |  8 | magic "HEADRACE"                                 |
 *  |   8 |  4 | format version                                   |
 *  |  12 |  4 | tag: random, never 0, new each time in place     |
 *  |  16 | 16 | stream id of the log then, high half first       |
 *  |  32 |  8 | index, as in the name                            |
 *  |  40 |  8 | size of the file in bytes                        |
 *  |  60 |  4 | CRC32C of bytes 0 to 60                          |
 *  +-----+----+--------------------------------------------------+
 *  | 512 |  8 | base: sequence of the first frame                |
 *  | 520 |  8 | index of the segment before; 0: there is none    |
 *  | 528 |  8 | where that one ends, in bytes from its start     |
 *  | 536 |  8 | sequence of the last frame in it                 |
 *  | 544 |  4 | tag, as above                                    |
 *  | 548 |  4 | CRC32C of bytes 512 to 548                       |
 *  +-----+----+--------------------------------------------------+
 * </pre>
 *
 * @param link what the journal wrote when it came here, or null while it has not
 */
record SegmentHeader(int version, int tag, StreamId streamId, long index, long size, Link link) {
    static final int VERSION = 1;

    /** Bytes before the first frame. */
    static final int LENGTH = 4096;

    static final int LINK_OFFSET = 512;
    static final int LINK_LENGTH = 40;

    private static final long MAGIC = 0x4543415244414548L; // "HEADRACE"
    private static final int VERSION_OFFSET = 8;
    private static final int TAG_OFFSET = 12;
    private static final int STREAM_OFFSET = 16;
    private static final int INDEX_OFFSET = 32;
    private static final int SIZE_OFFSET = 40;
    private static final int CRC_OFFSET = 60;
    private static final int LINK_TAG_OFFSET = LINK_OFFSET + 32;
    private static final int LINK_CRC_OFFSET = LINK_OFFSET + 36;

    /**
     * How a begun segment follows another.
     *
     * @param base sequence of its first frame
     * @param previousIndex of the segment before, or 0
     * @param previousEnd where that one ends: what stands there afterwards is dead (R11)
     * @param previousLast sequence of the last frame there
     */
    record Link(long base, long previousIndex, long previousEnd, long previousLast) {}

    /** The header of a segment that is put in place and not begun. */
    ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocateDirect(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(0, MAGIC);
        out.putInt(VERSION_OFFSET, version);
        out.putInt(TAG_OFFSET, tag);
        out.putLong(STREAM_OFFSET, streamId.high());
        out.putLong(STREAM_OFFSET + Long.BYTES, streamId.low());
        out.putLong(INDEX_OFFSET, index);
        out.putLong(SIZE_OFFSET, size);
        out.putInt(CRC_OFFSET, checksum(out, 0, CRC_OFFSET));
        return out;
    }

    /** The part that is written at {@link #LINK_OFFSET} when the journal comes to a segment. */
    static ByteBuffer encodeLink(int tag, Link link) {
        ByteBuffer page = ByteBuffer.allocateDirect(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        page.putLong(LINK_OFFSET, link.base);
        page.putLong(LINK_OFFSET + 8, link.previousIndex);
        page.putLong(LINK_OFFSET + 16, link.previousEnd);
        page.putLong(LINK_OFFSET + 24, link.previousLast);
        page.putInt(LINK_TAG_OFFSET, tag);
        page.putInt(LINK_CRC_OFFSET, checksum(page, LINK_OFFSET, LINK_CRC_OFFSET));
        return page.position(LINK_OFFSET).limit(LINK_OFFSET + LINK_LENGTH).slice();
    }

    /**
     * Reads the header of a file; null when it holds none: a file that was never put in place.
     *
     * @throws LogVersionException when a later version wrote it
     */
    static SegmentHeader read(StorageFile file, Path path) throws IOException {
        ByteBuffer in = ByteBuffer.allocateDirect(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            if (file.read(in, in.position()) < 0) {
                return null;
            }
        }
        if (in.getLong(0) != MAGIC || in.getInt(CRC_OFFSET) != checksum(in, 0, CRC_OFFSET)) {
            return null;
        }
        int version = in.getInt(VERSION_OFFSET);
        if (version != VERSION) {
            throw new LogVersionException(
                    path + ": segment format version " + version + " (expected: " + VERSION + ")");
        }
        int tag = in.getInt(TAG_OFFSET);
        return new SegmentHeader(
                version,
                tag,
                new StreamId(in.getLong(STREAM_OFFSET), in.getLong(STREAM_OFFSET + Long.BYTES)),
                in.getLong(INDEX_OFFSET),
                in.getLong(SIZE_OFFSET),
                readLink(in, tag, in.getLong(INDEX_OFFSET)));
    }

    /** Null when the journal has not come there, or when it is damaged. */
    private static Link readLink(ByteBuffer in, int tag, long index) {
        if (in.getInt(LINK_TAG_OFFSET) != tag
                || in.getInt(LINK_CRC_OFFSET) != checksum(in, LINK_OFFSET, LINK_CRC_OFFSET)) {
            return null;
        }
        Link link = new Link(
                in.getLong(LINK_OFFSET),
                in.getLong(LINK_OFFSET + 8),
                in.getLong(LINK_OFFSET + 16),
                in.getLong(LINK_OFFSET + 24));
        // Indexes ascend along the chain, so that it has an end whatever stands in a link.
        boolean possible = link.previousIndex >= 0
                && link.previousIndex <= index
                && link.previousEnd >= 0
                && link.previousEnd <= LogSettings.MAX_SEGMENT_BYTES
                && link.previousLast >= 0
                && link.previousLast <= SequenceCeiling.LAST_SEQUENCE
                && link.base >= 1
                && link.base <= SequenceCeiling.LAST_SEQUENCE;
        return possible ? link : null;
    }

    private static int checksum(ByteBuffer buffer, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }
}
