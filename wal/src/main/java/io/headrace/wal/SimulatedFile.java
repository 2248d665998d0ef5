package io.headrace.wal;

import io.headrace.wal.SimulatedDisk.Call;
import io.headrace.wal.SimulatedDisk.Effect;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A handle of a file of a {@link SimulatedDisk}. Safe for any thread. */
final class SimulatedFile implements StorageFile {
    private static final ByteBuffer ZEROS = ByteBuffer.allocate(1024 * 1024).asReadOnlyBuffer();

    private final SimulatedDisk disk;
    private final SimulatedInode inode;
    private final Path path;
    private final long openedIn;
    private final Storage.OpenMode mode;
    private boolean closed;

    // What was written around the cache.
    private final NavigableMap<Long, Long> throughBehindGap = new TreeMap<>();
    private long throughTo = -1;
    private boolean throughFailed;

    SimulatedFile(SimulatedDisk disk, SimulatedInode inode, Path path, long openedIn, Storage.OpenMode mode) {
        this.disk = disk;
        this.inode = inode;
        this.path = path;
        this.openedIn = openedIn;
        this.mode = mode;
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        synchronized (disk) {
            checkOpen();
            disk.failIfPlanned(Call.READ, path);
            if (position >= inode.size()) {
                return -1;
            }
            int most = (int) Math.min(into.remaining(), inode.size() - position);
            return inode.read(into, position, disk.transferred(most, Effect.SHORT_READ));
        }
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
        synchronized (disk) {
            checkWritable();
            if (mode == Storage.OpenMode.THROUGH) {
                writeThrough(from, position);
                return;
            }
            long at = position;
            do {
                at += writeSome(from, at);
            } while (from.hasRemaining());
        }
    }

    /** What the system does in one call. */
    private int writeSome(ByteBuffer from, long position) throws IOException {
        boolean dies = disk.countChange();
        boolean fails = !dies && disk.isPlanned(Call.WRITE, path);
        int whole = from.remaining();
        int count = dies
                ? whole / 2
                : fails ? disk.random().nextInt(whole + 1) : disk.transferred(whole, Effect.SHORT_WRITE);
        long grows = position + count - inode.size();
        boolean full = grows > 0 && grows > disk.room();
        if (full) {
            count = (int) Math.max(0, Math.min(count, inode.size() + disk.room() - position));
        }
        inode.write(from, position, count);
        if (dies) {
            throw new IOException("killed");
        }
        if (fails) {
            throw new IOException("Input/output error");
        }
        if (full) {
            disk.happened(Effect.DISK_FULL);
            throw new DiskFullException("No space left on device", null);
        }
        return count;
    }

    @Override
    public void zero(long position, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int count = Math.min(ZEROS.capacity(), length - done);
            write(ZEROS.duplicate().limit(count), position + done);
            done += count;
        }
    }

    /** Whole blocks go to the disk and past the cache; of a write that does not return any sectors may be there. */
    private void writeThrough(ByteBuffer from, long position) throws IOException {
        boolean aligned = position % Storage.BLOCK == 0
                && from.remaining() % Storage.BLOCK == 0
                && from.isDirect()
                && from.alignmentOffset(from.position(), Storage.BLOCK) == 0;
        if (!aligned || position + from.remaining() > inode.size()) {
            throw new IOException(path + ": " + from.remaining() + " bytes at " + position
                    + " (expected: aligned blocks within the file's " + inode.size() + " bytes)");
        }
        boolean dies = disk.countChange();
        boolean fails = !dies && disk.isPlanned(Call.WRITE_THROUGH, path);
        long end = position + from.remaining();
        inode.writeThrough(from, position, dies || fails ? disk.random() : null);
        if (fails && hasGap() || throughFailed) {
            disk.happened(Effect.ONE_THROUGH_FAILED);
        }
        throughFailed |= fails;
        if (dies || fails) {
            throw new IOException(dies ? "killed" : "Input/output error");
        }
        throughBehindGap.put(position, end);
        throughTo = throughTo < 0 ? position : throughTo;
        while (throughBehindGap.containsKey(throughTo)) {
            throughTo = throughBehindGap.remove(throughTo);
        }
    }

    /** Whether something was written around the cache, and something before it was not. */
    boolean hasGap() {
        return !throughBehindGap.isEmpty();
    }

    @Override
    public void write(ByteBuffer[] from, int count, long position) throws IOException {
        long at = position;
        for (int i = 0; i < count; i++) {
            int length = from[i].remaining();
            write(from[i], at);
            at += length;
        }
    }

    @Override
    public void sync() throws IOException {
        synchronized (disk) {
            checkSync();
            inode.sync();
        }
    }

    @Override
    public MappedRegion map(long position, int length) throws IOException {
        synchronized (disk) {
            checkWritable();
            disk.failIfPlanned(Call.MAP, path);
            if (position + length > inode.size()) {
                throw new EOFException("map of " + position + " to " + (position + length)
                        + " (expected: within the file's " + inode.size() + " bytes)");
            }
            ByteBuffer buffer = inode.map((int) position, length).slice().order(ByteOrder.LITTLE_ENDIAN);
            return new Region((int) position, buffer);
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        synchronized (disk) {
            checkWritable();
            disk.change(Call.TRUNCATE, path);
            if (size < inode.size()) {
                inode.truncate((int) size);
            }
        }
    }

    @Override
    public long size() throws IOException {
        synchronized (disk) {
            checkOpen();
            return inode.size();
        }
    }

    @Override
    public void close() {
        closed = true;
        disk.closed(this);
    }

    private void checkSync() throws IOException {
        checkOpen();
        if (disk.countChange()) {
            throw new IOException("killed");
        }
        if (disk.isPlanned(Call.SYNC, path)) {
            inode.failSync(disk.random(), disk::happened);
            throw new IOException("Input/output error");
        }
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        disk.checkAlive();
        if (openedIn != disk.life()) {
            throw new IOException("killed");
        }
    }

    private void checkWritable() throws IOException {
        checkOpen();
        if (mode == Storage.OpenMode.READ) {
            throw new IOException("opened for reading (expected: for writing)");
        }
    }

    private final class Region implements MappedRegion {
        private final int position;
        private final ByteBuffer buffer;
        private boolean unmapped;

        private Region(int position, ByteBuffer buffer) {
            this.position = position;
            this.buffer = buffer;
        }

        @Override
        public ByteBuffer buffer() {
            return buffer;
        }

        @Override
        public void force(int offset, int length) throws IOException {
            synchronized (disk) {
                checkSync();
                inode.sync(position + offset, length);
            }
        }

        @Override
        public void close() {
            synchronized (disk) {
                if (!unmapped && openedIn == disk.life()) {
                    unmapped = true;
                    inode.unmap(position, buffer.capacity());
                }
            }
        }
    }
}
