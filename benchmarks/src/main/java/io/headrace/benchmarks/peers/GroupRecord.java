package io.headrace.benchmarks.peers;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What a log wrote, where in its files, and when it synced, in order: to be replayed on the bare device. One thread
 * at a time adds; to be read by others after that thread was waited for.
 */
final class GroupRecord {
    /** Stands for a sync in the place of a position. */
    static final long SYNC = -1;

    private long[] positions = new long[1 << 16];
    private int[] lengths = new int[1 << 16];
    private int count;
    private long bytes;
    private int syncs;

    void write(long position, int length) {
        if (length > 0) {
            bytes += length;
            add(position, length);
        }
    }

    /** A sync that follows nothing is not the log's appending. */
    void sync() {
        if (count > 0 && positions[count - 1] != SYNC) {
            syncs++;
            add(SYNC, 0);
        }
    }

    void clear() {
        count = 0;
        bytes = 0;
        syncs = 0;
    }

    int count() {
        return count;
    }

    long position(int index) {
        return positions[index];
    }

    int length(int index) {
        return lengths[index];
    }

    /** Bytes of all writes. */
    long bytes() {
        return bytes;
    }

    int syncs() {
        return syncs;
    }

    void save(Path file) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            out.writeInt(count);
            for (int i = 0; i < count; i++) {
                out.writeLong(positions[i]);
                out.writeInt(lengths[i]);
            }
        }
    }

    static GroupRecord load(Path file) throws IOException {
        GroupRecord record = new GroupRecord();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            for (int left = in.readInt(); left > 0; left--) {
                long position = in.readLong();
                int length = in.readInt();
                if (position == SYNC) {
                    record.sync();
                } else {
                    record.write(position, length);
                }
            }
        }
        return record;
    }

    private void add(long position, int length) {
        if (count == positions.length) {
            positions = Arrays.copyOf(positions, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        positions[count] = position;
        lengths[count] = length;
        count++;
    }
}
