package io.headrace.wal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Files in memory of which a copy costs next to nothing: content is shared until it is written. Counts what is read, so
 * that whoever reads without end is stopped, and what is changed. Owned by one thread.
 */
final class FuzzDisk implements Storage {
    private final Map<Path, Inode> files = new TreeMap<>();
    private final Set<Path> folders = new HashSet<>();
    private final Set<Path> locks = new HashSet<>();
    private int nextInode = 1;
    private long changes;
    private long bytesRead;
    private long mostBytesRead = Long.MAX_VALUE;

    private static final class Inode {
        private final int number;
        private byte[] content;
        private int size;
        private boolean shared;

        private Inode(int number, byte[] content, int size, boolean shared) {
            this.number = number;
            this.content = content;
            this.size = size;
            this.shared = shared;
        }

        private void own(int capacity) {
            if (shared || capacity > content.length) {
                content = Arrays.copyOf(content, capacity > content.length ? 2 * capacity : content.length);
                shared = false;
            }
        }
    }

    /** The disk after its process died: nobody holds a lock. */
    FuzzDisk fork() {
        FuzzDisk fork = new FuzzDisk();
        files.forEach((path, inode) -> {
            inode.shared = true;
            fork.files.put(path, new Inode(inode.number, inode.content, inode.size, true));
        });
        fork.folders.addAll(folders);
        fork.nextInode = nextInode;
        return fork;
    }

    /** For another thread: nothing is shared. */
    FuzzDisk copy() {
        FuzzDisk copy = fork();
        copy.files.values().forEach(inode -> {
            inode.content = inode.content.clone();
            inode.shared = false;
        });
        return copy;
    }

    /** Fails with an {@link AssertionError} when more is read. */
    void limitReading(long bytes) {
        bytesRead = 0;
        mostBytesRead = bytes;
    }

    long changes() {
        return changes;
    }

    Set<Path> paths() {
        return files.keySet();
    }

    long bytes() {
        return files.values().stream().mapToLong(inode -> inode.size).sum();
    }

    byte[] content(Path file) {
        Inode inode = files.get(file);
        return inode == null ? null : Arrays.copyOf(inode.content, inode.size);
    }

    /** Puts bytes into the place of a file's, as damage does: its inode stays. */
    void content(Path file, byte[] bytes) {
        Inode inode = files.get(file);
        files.put(file, new Inode(inode == null ? nextInode++ : inode.number, bytes, bytes.length, false));
    }

    void remove(Path file) {
        files.remove(file);
    }

    @Override
    public StorageFile open(Path file, OpenMode mode) throws IOException {
        Inode inode = files.get(file);
        if (mode == OpenMode.CREATE) {
            changes++;
            if (inode != null) {
                throw new FileAlreadyExistsException(file.toString());
            }
            inode = new Inode(nextInode++, new byte[0], 0, false);
            files.put(file, inode);
        } else if (inode == null) {
            throw new FileNotFoundException(file.toString());
        }
        return new Handle(inode, mode == OpenMode.READ);
    }

    @Override
    public boolean exists(Path path) {
        return files.containsKey(path) || folders.contains(path);
    }

    @Override
    public void createFolders(Path folder) {
        changes++;
        for (Path at = folder; at != null; at = at.getParent()) {
            folders.add(at);
        }
    }

    @Override
    public List<String> list(Path folder) {
        return files.keySet().stream()
                .filter(file -> folder.equals(file.getParent()))
                .map(file -> file.getFileName().toString())
                .toList();
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        changes++;
        if (!files.containsKey(from)) {
            throw new FileNotFoundException(from.toString());
        }
        files.put(to, files.remove(from));
    }

    @Override
    public void delete(Path file) throws IOException {
        changes++;
        if (files.remove(file) == null) {
            throw new FileNotFoundException(file.toString());
        }
    }

    @Override
    public void syncFolder(Path folder) {
        changes++;
    }

    @Override
    public long usableSpace(Path folder) {
        return Long.MAX_VALUE;
    }

    @Override
    public String identityOf(Path file) {
        return "fuzz:" + files.get(file).number;
    }

    @Override
    public String fileSystemOf(Path folder) {
        return "memory";
    }

    @Override
    public FolderLock lock(Path folder) throws IOException {
        changes++;
        if (!locks.add(folder)) {
            throw new IOException(folder + ": locked by this process (expected: one log for each folder)");
        }
        return () -> locks.remove(folder);
    }

    @Override
    public String machineId() {
        return "fuzz";
    }

    private final class Handle implements StorageFile {
        private final Inode inode;
        private final boolean readOnly;

        private Handle(Inode inode, boolean readOnly) {
            this.inode = inode;
            this.readOnly = readOnly;
        }

        @Override
        public int read(ByteBuffer into, long position) {
            if (position < 0) {
                throw new IllegalArgumentException("position: " + position + " (expected: >= 0)");
            }
            int count = (int) Math.min(into.remaining(), inode.size - position);
            // A call that gives nothing costs something, too.
            bytesRead += Math.max(count, 16);
            if (bytesRead > mostBytesRead) {
                throw new AssertionError("more than " + mostBytesRead + " bytes were read");
            }
            if (count <= 0) {
                return -1;
            }
            into.put(inode.content, (int) position, count);
            return count;
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            if (readOnly) {
                throw new IOException("opened for reading (expected: for writing)");
            }
            changes++;
            int length = from.remaining();
            int end = Math.toIntExact(position + length);
            inode.own(end);
            from.get(inode.content, (int) position, length);
            inode.size = Math.max(inode.size, end);
        }

        @Override
        public void zero(long position, int length) {
            changes++;
            int end = Math.toIntExact(position + length);
            inode.own(end);
            Arrays.fill(inode.content, (int) position, end, (byte) 0);
            inode.size = Math.max(inode.size, end);
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
        public void sync() {
            changes++;
        }

        @Override
        public MappedRegion map(long position, int length) {
            throw new UnsupportedOperationException("mapped (expected: the positional appender)");
        }

        @Override
        public void truncate(long size) {
            changes++;
            inode.own(inode.size);
            Arrays.fill(inode.content, (int) size, inode.content.length, (byte) 0);
            inode.size = (int) size;
        }

        @Override
        public long size() {
            return inode.size;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
