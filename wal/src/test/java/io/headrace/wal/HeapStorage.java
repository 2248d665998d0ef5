package io.headrace.wal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Files on the heap, for tests of what needs few of a storage's operations. After a given number of changes every later
 * one fails; a write that fails has written its first half.
 */
final class HeapStorage implements Storage {
    private final Map<Path, Inode> files = new TreeMap<>();
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

    int changes() {
        return changes;
    }

    byte[] content(Path file) {
        return files.get(file).bytes;
    }

    void content(Path file, byte[] bytes) {
        files.computeIfAbsent(file, path -> new Inode()).bytes = bytes;
    }

    @Override
    public StorageFile open(Path file, OpenMode mode) throws IOException {
        if (mode == OpenMode.CREATE) {
            change();
            if (files.putIfAbsent(file, new Inode()) != null) {
                throw new FileAlreadyExistsException(file.toString());
            }
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
    }

    @Override
    public void delete(Path file) throws IOException {
        change();
        files.remove(file);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        change();
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
        return "";
    }

    @Override
    public FolderLock lock(Path folder) {
        throw new UnsupportedOperationException();
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
        private byte[] bytes = new byte[0];
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
            int length = (int) Math.min(into.remaining(), inode.bytes.length - position);
            if (length <= 0) {
                return -1;
            }
            // Short reads are what a file may do.
            int some = Math.max(1, length / 2);
            into.put(inode.bytes, (int) position, some);
            return some;
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            if (readOnly) {
                throw new IOException("opened for reading");
            }
            boolean whole = mayChange();
            int length = whole ? from.remaining() : from.remaining() / 2;
            int end = (int) position + length;
            if (end > inode.bytes.length) {
                inode.bytes = Arrays.copyOf(inode.bytes, end);
            }
            from.get(inode.bytes, (int) position, length);
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
            change();
        }

        @Override
        public MappedRegion map(long position, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void truncate(long size) throws IOException {
            change();
            inode.bytes = Arrays.copyOf(inode.bytes, (int) size);
        }

        @Override
        public long size() {
            return inode.bytes.length;
        }

        @Override
        public void close() {}
    }
}
