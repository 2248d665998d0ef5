package io.headrace.wal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.agrona.IoUtil;

/** A file of the operating system. */
final class ChannelFile implements StorageFile {
    private final Path path;
    private final FileChannel channel;

    ChannelFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        return channel.read(into, position);
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
        try {
            long at = position;
            while (from.hasRemaining()) {
                at += channel.write(from, at);
            }
        } catch (IOException e) {
            throw FileStorage.translate(path, e);
        }
    }

    @Override
    public void write(ByteBuffer[] from, int count, long position) throws IOException {
        try {
            // There is no positional gathering write in Java: the channel's own position serves, one writer at a time.
            channel.position(position);
            int first = 0;
            while (first < count) {
                if (from[first].hasRemaining()) {
                    channel.write(from, first, count - first);
                } else {
                    first++;
                }
            }
        } catch (IOException e) {
            throw FileStorage.translate(path, e);
        }
    }

    @Override
    public void sync() throws IOException {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw FileStorage.translate(path, e);
        }
    }

    @Override
    public MappedRegion map(long position, int length) throws IOException {
        if (position + length > channel.size()) {
            throw new EOFException(path + ": map of " + position + " to " + (position + length)
                    + " (expected: within the file's " + channel.size() + " bytes)");
        }
        return new Region(channel.map(FileChannel.MapMode.READ_WRITE, position, length));
    }

    @Override
    public void truncate(long size) throws IOException {
        channel.truncate(size);
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static final class Region implements MappedRegion {
        private MappedByteBuffer mapped;

        private Region(MappedByteBuffer mapped) {
            this.mapped = mapped;
            mapped.order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public ByteBuffer buffer() {
            return mapped;
        }

        @Override
        public void force(int offset, int length) throws IOException {
            try {
                mapped.force(offset, length);
            } catch (java.io.UncheckedIOException e) {
                throw e.getCause();
            }
        }

        @Override
        public void close() {
            MappedByteBuffer closing = mapped;
            mapped = null;
            if (closing != null) {
                IoUtil.unmap(closing);
            }
        }
    }
}
