package io.headrace.wal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk of few operations that remembers what was synced. After a given number of changes every later one fails; a
 * write that fails has written its first half. A sync that fails leaves what it should have written in the page cache,
 * clean: later syncs don't write it either, as on Linux. A power cut keeps any of the sectors that were not synced, and
 * the folder as it was at any time since it was.
 */
final class HeapStorage implements Storage {
    private static final int SECTOR = 512;

    private Map<Path, Inode> files = new TreeMap<>();
    private final List<Map<Path, Inode>> foldersSinceSync = new ArrayList<>(List.of(Map.of()));
    private int changesUntilFailure = Integer.MAX_VALUE;
    private int changes;

    /** Lets {@code changesThatPass} writes, syncs, renames and so on pass and every later one fail. */
    void failAfter(int changesThatPass) {
        changesUntilFailure = changesThatPass;
        changes = 0;
    }

    /** Lets everything pass. */
    void recover() {
        failAfter(Integer.MAX_VALUE);
    }

    void cutPower(Random random) {
        files = new TreeMap<>(foldersSinceSync.get(random.nextInt(foldersSinceSync.size())));
        files.values().forEach(inode -> inode.cutPower(random));
        foldersSinceSync.clear();
        foldersSinceSync.add(new TreeMap<>(files));
    }

    byte[] content(Path file) {
        return files.get(file).cached;
    }

    void content(Path file, byte[] bytes) {
        files.computeIfAbsent(file, path -> new Inode()).cached = bytes;
    }

    @Override
    public StorageFile open(Path file, OpenMode mode) throws IOException {
        if (mode == OpenMode.CREATE) {
            change();
            if (files.putIfAbsent(file, new Inode()) != null) {
                throw new FileAlreadyExistsException(file.toString());
            }
            folderChanged();
        } else if (!files.containsKey(file)) {
            throw new FileNotFoundException(file.toString());
        }
        return new HeapFile(files.get(file), mode == OpenMode.READ);
    }

    @Override
    public boolean exists(Path path) {
        return files.containsKey(path);
    }

    @Override
    public void createFolders(Path folder) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<String> list(Path folder) {
        return files.keySet().stream()
                .map(path -> path.getFileName().toString())
                .toList();
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        change();
        files.put(to, files.remove(from));
        folderChanged();
    }

    @Override
    public void delete(Path file) throws IOException {
        change();
        files.remove(file);
        folderChanged();
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        change();
        foldersSinceSync.clear();
        folderChanged();
    }

    @Override
    public long usableSpace(Path folder) {
        return Long.MAX_VALUE;
    }

    @Override
    public String identityOf(Path file) {
        return file.toString();
    }

    @Override
    public String fileSystemOf(Path folder) {
        return "heap";
    }

    @Override
    public String machineId() {
        return "heap";
    }

    @Override
    public FolderLock lock(Path folder) {
        throw new UnsupportedOperationException();
    }

    private void folderChanged() {
        foldersSinceSync.add(new TreeMap<>(files));
    }

    private boolean mayChange() {
        return changes++ < changesUntilFailure;
    }

    private void change() throws IOException {
        if (!mayChange()) {
            throw new IOException("failed on purpose");
        }
    }

    private static final class Inode {
        private final BitSet dirty = new BitSet();
        private byte[] cached = new byte[0];
        private byte[] durable = new byte[0];

        void write(ByteBuffer from, int position, int length) {
            int end = position + length;
            if (end > cached.length) {
                cached = Arrays.copyOf(cached, end);
            }
            from.get(cached, position, length);
            dirty.set(position / SECTOR, (end + SECTOR - 1) / SECTOR);
        }

        void sync() {
            durable = Arrays.copyOf(durable, cached.length);
            dirty.stream().forEach(this::persist);
            dirty.clear();
        }

        void cutPower(Random random) {
            int size = durable.length;
            if (cached.length > size) {
                size += random.nextInt(cached.length - size + 1);
            }
            durable = Arrays.copyOf(durable, size);
            dirty.stream().filter(sector -> random.nextBoolean()).forEach(this::persist);
            dirty.clear();
            cached = durable.clone();
        }

        private void persist(int sector) {
            int length = Math.min(SECTOR, durable.length - sector * SECTOR);
            if (length > 0) {
                System.arraycopy(cached, sector * SECTOR, durable, sector * SECTOR, length);
            }
        }
    }

    private final class HeapFile implements StorageFile {
        private final Inode inode;
        private final boolean readOnly;

        HeapFile(Inode inode, boolean readOnly) {
            this.inode = inode;
            this.readOnly = readOnly;
        }

        @Override
        public int read(ByteBuffer into, long position) {
            int length = (int) Math.min(into.remaining(), inode.cached.length - position);
            if (length <= 0) {
                return -1;
            }
            // Short reads are what a file may do.
            int some = Math.max(1, length / 2);
            into.put(inode.cached, (int) position, some);
            return some;
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            if (readOnly) {
                throw new IOException("opened for reading");
            }
            boolean whole = mayChange();
            inode.write(from, (int) position, whole ? from.remaining() : from.remaining() / 2);
            if (!whole) {
                throw new IOException("failed on purpose");
            }
        }

        @Override
        public void write(ByteBuffer[] from, int count, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sync() throws IOException {
            if (!mayChange()) {
                inode.dirty.clear();
                throw new IOException("failed on purpose");
            }
            inode.sync();
        }

        @Override
        public MappedRegion map(long position, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long size() {
            return inode.cached.length;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
