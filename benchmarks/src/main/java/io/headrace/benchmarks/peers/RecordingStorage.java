package io.headrace.benchmarks.peers;

import io.headrace.wal.Storage;
import io.headrace.wal.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Passes everything on and notes what is appended to segments: positions, lengths, syncs, and the time in both. What the
 * preparer does (headers, zeros) and what goes to other files is not noted. Recording is switched by another thread
 * while nothing is appended.
 */
final class RecordingStorage implements Storage {
    private static final int SEGMENT_HEADER = 4096;
    private static final String CHECKPOINT = "checkpoint";

    private final Storage storage;
    private final GroupRecord record = new GroupRecord();
    private volatile boolean recording;
    private long writeNanos;
    private long syncNanos;

    RecordingStorage(Storage storage) {
        this.storage = storage;
    }

    /** Begins anew. */
    void record() {
        record.clear();
        writeNanos = 0;
        syncNanos = 0;
        recording = true;
    }

    /** What was appended since {@link #record()}. */
    GroupRecord finish() {
        recording = false;
        return record;
    }

    long writeNanos() {
        return writeNanos;
    }

    long syncNanos() {
        return syncNanos;
    }

    private synchronized void wrote(long position, int length, long since) {
        if (recording && position >= SEGMENT_HEADER) {
            record.write(position, length);
            writeNanos += System.nanoTime() - since;
        }
    }

    /** Durable when it returns; several threads at a time. */
    private synchronized void wroteThrough(long position, int length, long since) {
        wrote(position, length, since);
        if (recording) {
            record.sync();
        }
    }

    private synchronized void synced(long since) {
        int before = record.syncs();
        record.sync();
        if (record.syncs() > before) {
            syncNanos += System.nanoTime() - since;
        }
    }

    @Override
    public StorageFile open(Path file, OpenMode mode) throws IOException {
        StorageFile opened = storage.open(file, mode);
        boolean other = mode == OpenMode.READ || file.getFileName().toString().startsWith(CHECKPOINT);
        return other ? opened : new RecordedFile(opened, mode == OpenMode.THROUGH);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return storage.exists(path);
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        storage.createFolders(folder);
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        return storage.list(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        storage.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        storage.delete(file);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        storage.syncFolder(folder);
    }

    @Override
    public long usableSpace(Path folder) throws IOException {
        return storage.usableSpace(folder);
    }

    @Override
    public Path realPath(Path folder) throws IOException {
        return storage.realPath(folder);
    }

    @Override
    public String identityOf(Path file) throws IOException {
        return storage.identityOf(file);
    }

    @Override
    public String fileSystemOf(Path folder) throws IOException {
        return storage.fileSystemOf(folder);
    }

    @Override
    public FolderLock lock(Path folder) throws IOException {
        return storage.lock(folder);
    }

    @Override
    public String machineId() throws IOException {
        return storage.machineId();
    }

    /** A segment, or what becomes one. */
    private final class RecordedFile implements StorageFile {
        private final StorageFile file;
        /** The journal's: of what it appended here nothing is synced by others. */
        private boolean appended;

        private final boolean through;

        RecordedFile(StorageFile file, boolean through) {
            this.file = file;
            this.through = through;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            long since = System.nanoTime();
            int length = from.remaining();
            file.write(from, position);
            if (through) {
                wroteThrough(position, length, since);
            } else {
                appended |= position >= SEGMENT_HEADER;
                wrote(position, length, since);
            }
        }

        @Override
        public void write(ByteBuffer[] from, int count, long position) throws IOException {
            long since = System.nanoTime();
            int length = 0;
            for (int i = 0; i < count; i++) {
                length += from[i].remaining();
            }
            file.write(from, count, position);
            appended |= position >= SEGMENT_HEADER;
            wrote(position, length, since);
        }

        @Override
        public void zero(long position, int length) throws IOException {
            file.zero(position, length);
        }

        @Override
        public void sync() throws IOException {
            long since = System.nanoTime();
            file.sync();
            if (recording && appended) {
                appended = false;
                synced(since);
            }
        }

        @Override
        public MappedRegion map(long position, int length) throws IOException {
            return new RecordedRegion(file.map(position, length), position);
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
    }

    /** Stores into it are seen when they are forced. */
    private final class RecordedRegion implements StorageFile.MappedRegion {
        private final StorageFile.MappedRegion region;
        private final long position;

        RecordedRegion(StorageFile.MappedRegion region, long position) {
            this.region = region;
            this.position = position;
        }

        @Override
        public ByteBuffer buffer() {
            return region.buffer();
        }

        @Override
        public void force(int offset, int length) throws IOException {
            long since = System.nanoTime();
            region.force(offset, length);
            if (recording) {
                record.write(position + offset, length);
                synced(since);
            }
        }

        @Override
        public void close() {
            region.close();
        }
    }
}
