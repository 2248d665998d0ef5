package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The file that gives a log its stream id, and says where it stood when the id was given, so that a copy is noticed
 * (R12).
 *
 * <pre>
 *   at  bytes
 *  +-----+----+---------------------------------------------------------+
 *  |   0 |  8 | magic "HEADRCID"                                        |
 *  |   8 |  4 | format version                                          |
 *  |  12 |  4 | length of the whole, n                                  |
 *  |  16 | 16 | stream id, high half first                              |
 *  |  32 |    | u16 length and UTF-8, three times: device and inode of  |
 *  |     |    | this file, absolute path of the folder, machine id      |
 *  | n-4 |  4 | CRC32C of bytes 0 to n-4                                |
 *  +-----+----+---------------------------------------------------------+
 * </pre>
 *
 * @param changed why the stream id is a new one although there was a log, or null
 */
record LogIdentity(StreamId streamId, String changed) {
    static final String NAME = "identity";

    private static final int VERSION = 1;
    private static final long MAGIC = 0x4449435244414548L; // "HEADRCID"
    private static final int STREAM_OFFSET = 16;
    private static final int TEXT_OFFSET = 32;
    private static final int MAX_LENGTH = 64 * 1024;
    private static final String UNFINISHED = "identity.new";

    /** Reads the identity of a folder, or gives it one. */
    static LogIdentity open(Storage storage, Path folder, LogClocks clocks) throws IOException {
        Path file = folder.resolve(NAME);
        Path unfinished = folder.resolve(UNFINISHED);
        if (storage.exists(unfinished)) {
            storage.delete(unfinished);
        }
        String changed = null;
        if (storage.exists(file)) {
            Stored stored = read(storage, file);
            changed = stored.differenceTo(storage, folder);
            if (changed == null) {
                // It may only seem to be there, from the cache, if who gave it died or failed before this sync.
                storage.syncFolder(folder);
                return new LogIdentity(stored.streamId, null);
            }
        }
        return new LogIdentity(renew(storage, folder, clocks), changed);
    }

    /** Gives a folder a new stream id. */
    static StreamId renew(Storage storage, Path folder, LogClocks clocks) throws IOException {
        StreamId fresh =
                new StreamId(clocks.random().getAsLong(), clocks.random().getAsLong());
        Path unfinished = folder.resolve(UNFINISHED);
        if (storage.exists(unfinished)) {
            storage.delete(unfinished);
        }
        write(storage, folder, unfinished, fresh);
        storage.rename(unfinished, folder.resolve(NAME));
        storage.syncFolder(folder);
        return fresh;
    }

    /** What stands in a folder, and why opening it would take a new stream id; null when there is none. */
    static LogIdentity inspect(Storage storage, Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        if (!storage.exists(file)) {
            return null;
        }
        Stored stored = read(storage, file);
        String changed = stored.differenceTo(storage, folder);
        return new LogIdentity(stored.inode == null ? null : stored.streamId, changed);
    }

    /** The stream id that stands in a folder, without a look at where it stands; null when there is none. */
    static StreamId peek(Storage storage, Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        if (!storage.exists(file)) {
            return null;
        }
        Stored stored = read(storage, file);
        return stored.inode == null ? null : stored.streamId;
    }

    private static void write(Storage storage, Path folder, Path unfinished, StreamId streamId) throws IOException {
        try (StorageFile out = storage.open(unfinished, Storage.OpenMode.CREATE)) {
            byte[] inode = storage.identityOf(unfinished).getBytes(StandardCharsets.UTF_8);
            byte[] path = place(folder).getBytes(StandardCharsets.UTF_8);
            byte[] machine = storage.machineId().getBytes(StandardCharsets.UTF_8);
            int length = TEXT_OFFSET + 3 * Short.BYTES + inode.length + path.length + machine.length + Integer.BYTES;
            ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putLong(MAGIC).putInt(VERSION).putInt(length);
            bytes.putLong(streamId.high()).putLong(streamId.low());
            bytes.putShort((short) inode.length).put(inode);
            bytes.putShort((short) path.length).put(path);
            bytes.putShort((short) machine.length).put(machine);
            bytes.putInt(checksum(bytes, length)).flip();
            out.write(bytes, 0);
            out.sync();
        }
    }

    private static Stored read(Storage storage, Path file) throws IOException {
        try (StorageFile in = storage.open(file, Storage.OpenMode.READ)) {
            int length = (int) Math.min(in.size(), MAX_LENGTH);
            ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining() && in.read(bytes, bytes.position()) >= 0) {
                // Reads may be short.
            }
            if (bytes.hasRemaining()
                    || length < TEXT_OFFSET
                    || bytes.getLong(0) != MAGIC
                    || bytes.getInt(12) != length
                    || bytes.getInt(length - Integer.BYTES) != checksum(bytes, length)) {
                return damaged();
            }
            if (bytes.getInt(8) != VERSION) {
                throw new LogVersionException(
                        file + ": identity format version " + bytes.getInt(8) + " (expected: " + VERSION + ")");
            }
            StreamId streamId = new StreamId(bytes.getLong(STREAM_OFFSET), bytes.getLong(STREAM_OFFSET + Long.BYTES));
            bytes.position(TEXT_OFFSET).limit(length - Integer.BYTES);
            String inode = text(bytes);
            String path = text(bytes);
            String machine = text(bytes);
            boolean whole = machine != null && !bytes.hasRemaining();
            return whole ? new Stored(streamId, inode, path, machine) : damaged();
        }
    }

    private static String place(Path folder) {
        return folder.toAbsolutePath().normalize().toString();
    }

    private static Stored damaged() {
        return new Stored(new StreamId(0, 0), null, null, null);
    }

    /** Null when there is none, or when it would be longer than what is left. */
    private static String text(ByteBuffer in) {
        int length = in.remaining() < Short.BYTES ? Integer.MAX_VALUE : in.getShort() & 0xFFFF;
        if (length > in.remaining()) {
            in.position(in.limit());
            return null;
        }
        byte[] text = new byte[length];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static int checksum(ByteBuffer bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(length - Integer.BYTES).position(0));
        return (int) crc.getValue();
    }

    private record Stored(StreamId streamId, String inode, String path, String machine) {
        String differenceTo(Storage storage, Path folder) throws IOException {
            if (inode == null) {
                return "the identity file is damaged";
            }
            String inodeNow = storage.identityOf(folder.resolve(NAME));
            String machineNow = storage.machineId();
            if (!inode.equals(inodeNow)) {
                return "device and inode of the identity file: " + inodeNow + " (expected: " + inode + ")";
            }
            // Through another link it is the same folder.
            if (!path.equals(place(folder)) && !storage.isAt(folder, path)) {
                return "path: " + place(folder) + " (expected: " + path + ")";
            }
            if (!machine.equals(machineNow)) {
                return "machine id: " + machineNow + " (expected: " + machine + ")";
            }
            return null;
        }
    }
}
