package io.headrace.engine.sink.roll;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a committed lease says about the output (R8): the files of the series that are not completed yet and how long
 * each is. What is beyond these lengths, and files with an index from {@code nextIndex} on, was never committed.
 *
 * <pre>
 *   u8 version | i64 series | i64 start millis | i64 next index | text folder | u32 files
 *   for each file: i64 index | i64 length | i64 begun millis | u8 flags | text partition | text name         text: u32 length, UTF-8
 * </pre>
 *
 * Big-endian. Flag 1: the file is rolled, nothing more is written to it. The partition is a {@link PartitionName}, so that
 * a token stays short; in version 1 it was the header's value.
 *
 * @param series random, in the name of each file in progress
 * @param startMillis when the series was begun
 * @param nextIndex above the index of every file that was begun
 * @param folder of the files
 * @param files not completed yet, by index
 */
record RollToken(long series, long startMillis, long nextIndex, String folder, List<Entry> files) {
    private static final int VERSION = 2;
    private static final int ROLLED = 1;

    /** One file in progress. */
    record Entry(long index, long length, long begunMillis, boolean rolled, String partition, String name) {}

    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 + 128 * files.size());
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(series);
            out.writeLong(startMillis);
            out.writeLong(nextIndex);
            writeText(out, folder);
            out.writeInt(files.size());
            for (Entry file : files) {
                out.writeLong(file.index);
                out.writeLong(file.length);
                out.writeLong(file.begunMillis);
                out.writeByte(file.rolled ? ROLLED : 0);
                writeText(out, file.partition);
                writeText(out, file.name);
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing into memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException when these bytes are no token of this version */
    static RollToken decode(byte[] token) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(token))) {
            int version = in.readUnsignedByte();
            if (version < 1 || version > VERSION) {
                throw new IOException("token version: " + version + " (expected: 1 to " + VERSION + ")");
            }
            long series = in.readLong();
            long startMillis = in.readLong();
            long nextIndex = in.readLong();
            String folder = readText(in);
            int count = in.readInt();
            List<Entry> files = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long index = in.readLong();
                long length = in.readLong();
                long begunMillis = in.readLong();
                int flags = in.readUnsignedByte();
                String partition = version == 1 ? PartitionName.of(readText(in)) : readText(in);
                files.add(new Entry(index, length, begunMillis, (flags & ROLLED) != 0, partition, readText(in)));
            }
            if (in.available() > 0) {
                throw new IOException("token: " + in.available() + " bytes left (expected: 0)");
            }
            return new RollToken(series, startMillis, nextIndex, folder, List.copyOf(files));
        }
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String readText(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("token text: " + length + " bytes (expected: 0 to " + in.available() + ")");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }
}
