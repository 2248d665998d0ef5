package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A file of fixed size that knows what of it would survive a power cut now, and counts its gathering writes. */
final class PowerCutFile implements StorageFile {
    private final StorageFile file;
    private final byte[] durable;
    /** How often each block was written around the page cache. */
    final Map<Long, Integer> blocks = new HashMap<>();

    private int writes;

    PowerCutFile(StorageFile file) throws IOException {
        this.file = file;
        this.durable = content();
    }

    /** What would survive. */
    byte[] durable() {
        return durable.clone();
    }

    byte[] content() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
        file.read(bytes, 0);
        return bytes.array();
    }

    int writes() {
        return writes;
    }

    /** A handle that writes whole blocks around the page cache: what it wrote survives. */
    StorageFile through() {
        return new Through();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        return file.read(into, position);
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
        writes++;
        file.write(from, position);
    }

    @Override
    public void write(ByteBuffer[] from, int count, long position) throws IOException {
        writes++;
        file.write(from, count, position);
    }

    @Override
    public void sync() throws IOException {
        file.sync();
        byte[] now = content();
        System.arraycopy(now, 0, durable, 0, now.length);
    }

    @Override
    public MappedRegion map(long position, int length) throws IOException {
        MappedRegion region = file.map(position, length);
        return new MappedRegion() {
            @Override
            public ByteBuffer buffer() {
                return region.buffer();
            }

            @Override
            public void force(int offset, int forced) throws IOException {
                region.force(offset, forced);
                byte[] range = Arrays.copyOfRange(content(), (int) position + offset, (int) position + offset + forced);
                System.arraycopy(range, 0, durable, (int) position + offset, forced);
            }

            @Override
            public void close() {
                region.close();
            }
        };
    }

    @Override
    public void truncate(long size) throws IOException {
        file.truncate(size);
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private final class Through implements StorageFile {
        @Override
        public int read(ByteBuffer into, long position) {
            throw new UnsupportedOperationException("read (expected: writes only)");
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            int length = from.remaining();
            if (position % Storage.BLOCK != 0
                    || length % Storage.BLOCK != 0
                    || from.alignmentOffset(from.position(), Storage.BLOCK) != 0) {
                throw new IOException(length + " bytes at " + position + " (expected: aligned blocks)");
            }
            for (long block = position / Storage.BLOCK; block < (position + length) / Storage.BLOCK; block++) {
                blocks.merge(block, 1, Integer::sum);
            }
            writes++;
            from.duplicate().get(durable, (int) position, length);
            file.write(from, position);
        }

        @Override
        public void write(ByteBuffer[] from, int count, long position) {
            throw new UnsupportedOperationException("gathering (expected: one buffer)");
        }

        @Override
        public void sync() {
            // Nothing is left to be synced.
        }

        @Override
        public MappedRegion map(long position, int length) {
            throw new UnsupportedOperationException("map (expected: writes only)");
        }

        @Override
        public void truncate(long size) {
            throw new UnsupportedOperationException("truncate (expected: writes only)");
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void close() {
            // The file stays open.
        }
    }
}
