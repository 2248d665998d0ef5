package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The file of one checkpoint: a header, whose layout no version changes, the body, and zeros up to a power of two.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |                     Magic, "HRCKPT" and 0, 0                  |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                            Version                            |
 *  +---------------------------------------------------------------+
 *  |                         Bytes of the body                     |
 *  +---------------------------------------------------------------+
 *  |                           Generation                          |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                       CRC32C of the body                      |
 *  +---------------------------------------------------------------+
 *  |                    CRC32C of bytes 0 to 28                    |
 *  +---------------------------------------------------------------+
 *  |                              Body                            ...
 * </pre>
 */
final class CheckpointSlot {
    static final int VERSION = 3;

    /** The first version, which knew no cursors but the sinks'; still read. */
    static final int WITHOUT_CURSORS = 1;

    /** The version that knew no frames by their origin; still read. */
    static final int WITHOUT_ORIGINS = 2;

    static final int HEADER_LENGTH = 32;
    static final int MAX_BODY_LENGTH = 512 * 1024 * 1024;

    private static final long MAGIC = 0x5450_4B43_5248L;
    private static final int MAGIC_OFFSET = 0;
    private static final int VERSION_OFFSET = 8;
    private static final int LENGTH_OFFSET = 12;
    private static final int GENERATION_OFFSET = 16;
    private static final int BODY_CRC_OFFSET = 24;
    private static final int HEADER_CRC_OFFSET = 28;

    private CheckpointSlot() {}

    /** Encodes a checkpoint into a buffer of the codec, from 0 to its limit. */
    static ByteBuffer encode(Checkpoint checkpoint, CheckpointCodec codec) {
        ByteBuffer bytes = codec.encode(checkpoint, HEADER_LENGTH);
        int length = bytes.limit() - HEADER_LENGTH;
        if (length > MAX_BODY_LENGTH) {
            throw new IllegalArgumentException(
                    "checkpoint: " + length + " bytes (expected: <= " + MAX_BODY_LENGTH + ")");
        }
        bytes.putLong(MAGIC_OFFSET, MAGIC);
        bytes.putInt(VERSION_OFFSET, VERSION);
        bytes.putInt(LENGTH_OFFSET, length);
        bytes.putLong(GENERATION_OFFSET, checkpoint.generation());
        bytes.putInt(BODY_CRC_OFFSET, crc(bytes, HEADER_LENGTH, length));
        bytes.putInt(HEADER_CRC_OFFSET, crc(bytes, 0, HEADER_CRC_OFFSET));
        return bytes;
    }

    /**
     * Reads what a slot's file holds.
     *
     * @throws LogVersionException when a version wrote it that is not known here
     * @throws IllegalArgumentException that says why it is not a checkpoint
     * @throws IOException when it cannot be read
     */
    static Checkpoint read(StorageFile file, Path path, CheckpointCodec codec) throws IOException {
        ByteBuffer header = read(file, 0, HEADER_LENGTH);
        if (header.getLong(MAGIC_OFFSET) != MAGIC) {
            throw new IllegalArgumentException("magic: " + Long.toHexString(header.getLong(MAGIC_OFFSET))
                    + " (expected: " + Long.toHexString(MAGIC) + ")");
        }
        if (header.getInt(HEADER_CRC_OFFSET) != crc(header, 0, HEADER_CRC_OFFSET)) {
            throw new IllegalArgumentException("header checksum: does not match (expected: CRC32C of 28 bytes)");
        }
        int version = header.getInt(VERSION_OFFSET);
        if (version < WITHOUT_CURSORS || version > VERSION) {
            throw new LogVersionException(path + ": checkpoint version: " + version + " (expected: " + WITHOUT_CURSORS
                    + " to " + VERSION + ")");
        }
        int length = header.getInt(LENGTH_OFFSET);
        if (length < 0 || length > MAX_BODY_LENGTH || length > file.size() - HEADER_LENGTH) {
            throw new IllegalArgumentException(
                    "body: " + length + " bytes (expected: 0 to " + (file.size() - HEADER_LENGTH) + ")");
        }
        ByteBuffer body = read(file, HEADER_LENGTH, length);
        if (header.getInt(BODY_CRC_OFFSET) != crc(body, 0, length)) {
            throw new IllegalArgumentException("body checksum: does not match (expected: CRC32C of the body)");
        }
        return checked(codec.decode(version, header.getLong(GENERATION_OFFSET), body));
    }

    /** Numbers that no log comes to would make the next ones wrong. */
    private static Checkpoint checked(Checkpoint read) {
        within("ceiling", read.ceiling(), SequenceCeiling.LAST_SEQUENCE + 1);
        within("durable", read.durable(), SequenceCeiling.LAST_SEQUENCE);
        within("low-water mark", read.lowWater(), SequenceCeiling.LAST_SEQUENCE);
        within("generation", read.generation(), SequenceCeiling.LAST_SEQUENCE);
        within("tail segment", read.tailSegmentIndex(), SequenceCeiling.LAST_SEQUENCE);
        within("tail offset", read.tailOffset(), LogSettings.MAX_SEGMENT_BYTES);
        for (long last : read.state().holes().values()) {
            within("hole", last, SequenceCeiling.LAST_SEQUENCE);
        }
        return read;
    }

    private static void within(String name, long value, long most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: 0 to " + most + ")");
        }
    }

    private static ByteBuffer read(StorageFile file, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, position + bytes.position()) < 0) {
                throw new IllegalArgumentException(
                        "end at " + (position + bytes.position()) + " (expected: " + (position + length) + ")");
            }
        }
        return bytes.flip();
    }

    private static int crc(ByteBuffer bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), bytes.arrayOffset() + offset, length);
        return (int) crc.getValue();
    }
}
