package io.headrace.wal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.IoUtil;

/** A file of the operating system. */
final class ChannelFile implements StorageFile {
    private static final int BLOCK = 4096;
    private static final int ZEROS = 1024 * 1024;
    private static final long CACHED_ZEROS_SYNC = 4L * 1024 * 1024;

    /** Not in the Java platform's own API, though in every JDK. */
    private static final OpenOption DIRECT = direct();

    private final Path path;
    private final FileChannel channel;
    private final boolean through;
    private FileChannel around;
    private boolean onlyCached = DIRECT == null;
    private ByteBuffer zeros;
    private long cachedZeros;

    ChannelFile(Path path, FileChannel channel, boolean through) {
        this.path = path;
        this.channel = channel;
        this.through = through;
    }

    /** Around the page cache, and onto the disk before a write returns. */
    static FileChannel openThrough(Path path) throws IOException {
        if (DIRECT == null) {
            throw new IOException(path + ": this Java platform writes through the page cache only");
        }
        try {
            return FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.DSYNC, DIRECT);
        } catch (UnsupportedOperationException e) {
            throw new IOException(path + ": cannot be written around the page cache", e);
        }
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        try {
            return channel.read(into, position);
        } catch (IOException e) {
            throw FileStorage.translate(path, e);
        }
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
        try {
            if (through) {
                writeBlocks(path, channel::write, from, position);
                return;
            }
            long at = position;
            while (from.hasRemaining()) {
                at += channel.write(from, at);
            }
        } catch (IOException e) {
            throw FileStorage.translate(path, e);
        }
    }

    /** Goes on where the system wrote less, behind whole blocks; anywhere else the rest cannot go around the cache. */
    static void writeBlocks(Path path, BlockWrite call, ByteBuffer from, long position) throws IOException {
        int length = from.remaining();
        int done = 0;
        while (done < length) {
            int count = call.write(from, position + done);
            done += count;
            if (count <= 0 || done % BLOCK != 0) {
                throw new IOException(path + ": " + done + " of " + length + " bytes written at " + position
                        + " (expected: all, or whole blocks of " + BLOCK + ")");
            }
        }
    }

    /** One call of the system, which takes what it wrote off the buffer. */
    interface BlockWrite {
        int write(ByteBuffer from, long position) throws IOException;
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
    public void zero(long position, int length) throws IOException {
        try {
            if (around == null && !onlyCached) {
                openAround();
            }
            if (zeros == null) {
                zeros = ByteBuffer.allocateDirect(ZEROS + BLOCK).alignedSlice(BLOCK);
            }
            FileChannel out = onlyCached ? channel : around;
            long at = position;
            long end = position + length;
            while (at < end) {
                zeros.clear().limit((int) Math.min(ZEROS, end - at));
                at += out.write(zeros, at);
            }
            if (onlyCached) {
                // In small portions, so that no sync of others waits behind all of it.
                cachedZeros += length;
                if (cachedZeros >= CACHED_ZEROS_SYNC) {
                    cachedZeros = 0;
                    channel.force(false);
                }
            }
        } catch (IOException e) {
            throw FileStorage.translate(path, e);
        }
    }

    @Override
    public void sync() throws IOException {
        try {
            closeAround();
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
        return new Region(path, channel.map(FileChannel.MapMode.READ_WRITE, position, length));
    }

    @Override
    public void truncate(long size) throws IOException {
        try {
            channel.truncate(size);
        } catch (IOException e) {
            throw FileStorage.translate(path, e);
        }
    }

    @Override
    public FileChannel openToSend(Path now) throws IOException {
        return PageTouch.isPossible() ? FileChannel.open(now, StandardOpenOption.READ) : null;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public void close() throws IOException {
        try {
            closeAround();
        } finally {
            channel.close();
        }
    }

    /** File systems in memory, among others, know no way around the cache. */
    private void openAround() throws IOException {
        try {
            around = FileChannel.open(path, StandardOpenOption.WRITE, DIRECT);
        } catch (UnsupportedOperationException | FileSystemException e) {
            onlyCached = true;
        }
    }

    private void closeAround() throws IOException {
        zeros = null;
        FileChannel closing = around;
        around = null;
        if (closing != null) {
            closing.close();
        }
    }

    private static OpenOption direct() {
        try {
            Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
            return (OpenOption) options.getField("DIRECT").get(null);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    private static final class Region implements MappedRegion {
        private final Path path;
        private MappedByteBuffer mapped;

        private Region(Path path, MappedByteBuffer mapped) {
            this.path = path;
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
                throw FileStorage.translate(path, e.getCause());
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
