package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** An open file of a {@link Storage}. Writes are the journal's or preparer's, one at a time; reads are anybody's. */
public interface StorageFile extends AutoCloseable {
    /** Reads up to {@code into.remaining()} bytes; returns how many, -1 at the end. */
    int read(ByteBuffer into, long position) throws IOException;

    /** Writes all remaining bytes. */
    void write(ByteBuffer from, long position) throws IOException;

    /** Writes all remaining bytes of {@code count} buffers one after the other, gathering where the system can. */
    void write(ByteBuffer[] from, int count, long position) throws IOException;

    /**
     * Writes zeros, around the page cache where the system can, so that the syncs of others don't wait for them. Both
     * numbers are multiples of 4,096.
     */
    default void zero(long position, int length) throws IOException {
        write(ByteBuffer.allocate(length), position);
    }

    /** Makes content durable (data, and the size where it changed). */
    void sync() throws IOException;

    /** Maps a range for writing; it must lie within the file, whose blocks must be allocated (never sparse). */
    MappedRegion map(long position, int length) throws IOException;

    void truncate(long size) throws IOException;

    /**
     * Opens the file once more, for the system to send from it; who asked closes it.
     *
     * @param path where it stands now
     * @return null where the system cannot
     */
    default FileChannel openToSend(Path path) throws IOException {
        return null;
    }

    long size() throws IOException;

    @Override
    void close() throws IOException;

    /** A mapped range of a file. */
    interface MappedRegion extends AutoCloseable {
        /** The range, little-endian; must not be touched after {@link #close()}. */
        ByteBuffer buffer();

        /** Makes a part durable. */
        void force(int offset, int length) throws IOException;

        @Override
        void close();
    }
}
