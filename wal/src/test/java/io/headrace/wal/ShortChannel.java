package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file that takes less in one call than it is asked to, as the system may; it can be written and nothing else. */
final class ShortChannel extends FileChannel {
    private final FileChannel file;
    private final int most;

    /** @param most bytes that one call writes */
    ShortChannel(FileChannel file, int most) {
        this.file = file;
        this.most = most;
    }

    @Override
    public int write(ByteBuffer from, long at) throws IOException {
        ByteBuffer part = from.slice(from.position(), Math.min(most, from.remaining()));
        int count = file.write(part, at);
        from.position(from.position() + count);
        return count;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int count = write(from, file.position());
        file.position(file.position() + count);
        return count;
    }

    /** Within one buffer or behind the end of some. */
    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        long written = 0;
        for (int i = offset; i < offset + length && written < most; i++) {
            ByteBuffer part = from[i].slice(from[i].position(), (int) Math.min(most - written, from[i].remaining()));
            int count = write(part);
            from[i].position(from[i].position() + count);
            written += count;
        }
        return written;
    }

    @Override
    public long position() throws IOException {
        return file.position();
    }

    @Override
    public FileChannel position(long at) throws IOException {
        file.position(at);
        return this;
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }

    @Override
    public int read(ByteBuffer into) {
        throw new UnsupportedOperationException("read");
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
        throw new UnsupportedOperationException("read");
    }

    @Override
    public int read(ByteBuffer into, long at) {
        throw new UnsupportedOperationException("read");
    }

    @Override
    public FileChannel truncate(long size) {
        throw new UnsupportedOperationException("truncate");
    }

    @Override
    public void force(boolean metaData) {
        throw new UnsupportedOperationException("force");
    }

    @Override
    public long transferTo(long at, long count, WritableByteChannel target) {
        throw new UnsupportedOperationException("transferTo");
    }

    @Override
    public long transferFrom(ReadableByteChannel from, long at, long count) {
        throw new UnsupportedOperationException("transferFrom");
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long at, long length) {
        throw new UnsupportedOperationException("map");
    }

    @Override
    public FileLock lock(long at, long length, boolean shared) {
        throw new UnsupportedOperationException("lock");
    }

    @Override
    public FileLock tryLock(long at, long length, boolean shared) {
        throw new UnsupportedOperationException("tryLock");
    }
}
