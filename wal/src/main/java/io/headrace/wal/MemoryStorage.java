package io.headrace.wal;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Files in memory, for tests and simulation. {@link #kill()} does what SIGKILL does to a process: every handle fails
 * from then on, what was written stays as it is (the page cache survives), locks are given back. {@link #dieAt(long)} does it
 * within a later call, a write then being half done.
 *
 * <p>Safe for any thread.
 */
public final class MemoryStorage implements Storage {
    private final Map<Path, Node> files = new HashMap<>();
    private final Set<Path> folders = new HashSet<>();
    private final Set<Path> locks = new HashSet<>();
    private long nextInode = 1;
    private long life;
    private long calls;
    private long dieAtCall = Long.MAX_VALUE;
    private boolean dead;
    private long capacity = Long.MAX_VALUE;
    private String machineId = "memory";

    /** The process dies: handles fail until {@link #revive()}, content stays, locks are released. */
    public synchronized void kill() {
        dead = true;
        life++;
        locks.clear();
    }

    /** A new process may open files; handles of the one before stay dead. */
    public synchronized void revive() {
        dead = false;
        dieAtCall = Long.MAX_VALUE;
    }

    /** Dies in the {@code callsFromNow}-th changing call from now (1 is the next), which takes effect by half or not. */
    public synchronized void dieAt(long callsFromNow) {
        dieAtCall = calls + callsFromNow;
    }

    /** Whether it was killed and not revived. */
    public synchronized boolean isDead() {
        return dead;
    }

    /** Limits what all files may take together, in bytes. */
    public synchronized void capacity(long bytes) {
        capacity = bytes;
    }

    public synchronized void machineId(String id) {
        machineId = id;
    }

    /** Copies a folder's files to another place, as an operator would. */
    public synchronized void copyFolder(Path from, Path to) {
        folders.add(to);
        for (Map.Entry<Path, Node> file : List.copyOf(files.entrySet())) {
            if (from.equals(file.getKey().getParent())) {
                Node copy = new Node(nextInode++);
                copy.content = file.getValue().content.clone();
                copy.size = file.getValue().size;
                files.put(to.resolve(file.getKey().getFileName().toString()), copy);
            }
        }
    }

    @Override
    public synchronized StorageFile open(Path file, OpenMode mode) throws IOException {
        checkAlive();
        Node node = files.get(file);
        if (mode == OpenMode.CREATE) {
            change();
            if (node != null) {
                throw new FileAlreadyExistsException(file.toString());
            }
            if (!folders.contains(file.getParent())) {
                throw new FileNotFoundException(file.toString());
            }
            node = new Node(nextInode++);
            files.put(file, node);
        } else if (node == null) {
            throw new FileNotFoundException(file.toString());
        }
        return new Handle(node, life, mode == OpenMode.READ);
    }

    @Override
    public synchronized boolean exists(Path path) throws IOException {
        checkAlive();
        return files.containsKey(path) || folders.contains(path);
    }

    @Override
    public synchronized void createFolders(Path folder) throws IOException {
        change();
        for (Path at = folder; at != null; at = at.getParent()) {
            folders.add(at);
        }
    }

    @Override
    public synchronized List<String> list(Path folder) throws IOException {
        checkAlive();
        List<String> names = new ArrayList<>();
        for (Path file : files.keySet()) {
            if (folder.equals(file.getParent())) {
                names.add(file.getFileName().toString());
            }
        }
        names.sort(null);
        return names;
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        change();
        Node node = files.remove(from);
        if (node == null) {
            throw new FileNotFoundException(from.toString());
        }
        files.put(to, node);
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        change();
        if (files.remove(file) == null) {
            throw new FileNotFoundException(file.toString());
        }
    }

    @Override
    public synchronized void syncFolder(Path folder) throws IOException {
        change();
    }

    @Override
    public synchronized long usableSpace(Path folder) throws IOException {
        checkAlive();
        return capacity - used();
    }

    @Override
    public synchronized String identityOf(Path file) throws IOException {
        checkAlive();
        Node node = files.get(file);
        if (node == null) {
            throw new FileNotFoundException(file.toString());
        }
        return "memory:" + node.inode;
    }

    @Override
    public synchronized String fileSystemOf(Path folder) {
        return "memory";
    }

    @Override
    public synchronized String machineId() {
        return machineId;
    }

    @Override
    public synchronized FolderLock lock(Path folder) throws IOException {
        change();
        if (!locks.add(folder)) {
            throw new IOException(folder + ": locked by this process (expected: one log for each folder)");
        }
        long lockedIn = life;
        return () -> unlock(folder, lockedIn);
    }

    private synchronized void unlock(Path folder, long lockedIn) {
        if (lockedIn == life) {
            locks.remove(folder);
        }
    }

    private long used() {
        long used = 0;
        for (Node node : files.values()) {
            used += node.size;
        }
        return used;
    }

    private void checkAlive() throws IOException {
        if (dead) {
            throw new IOException("killed");
        }
    }

    private void change() throws IOException {
        if (countChange()) {
            throw new IOException("killed");
        }
    }

    /** Whether the process dies in this call. */
    private boolean countChange() throws IOException {
        checkAlive();
        calls++;
        if (calls >= dieAtCall) {
            kill();
            return true;
        }
        return false;
    }

    private static final class Node {
        private final long inode;
        private byte[] content = new byte[0];
        private int size;

        private Node(long inode) {
            this.inode = inode;
        }
    }

    private final class Handle implements StorageFile {
        private final Node node;
        private final long openedIn;
        private final boolean readOnly;
        private boolean closed;

        private Handle(Node node, long openedIn, boolean readOnly) {
            this.node = node;
            this.openedIn = openedIn;
            this.readOnly = readOnly;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            synchronized (MemoryStorage.this) {
                checkOpen();
                if (position >= node.size) {
                    return -1;
                }
                int count = (int) Math.min(into.remaining(), node.size - position);
                into.put(node.content, (int) position, count);
                return count;
            }
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            synchronized (MemoryStorage.this) {
                checkWritable();
                boolean dies = countChange();
                int count = dies ? from.remaining() / 2 : from.remaining();
                long end = position + count;
                if (end > node.size && used() + end - node.size > capacity) {
                    throw new DiskFullException("No space left on device", null);
                }
                ensure(end);
                from.get(node.content, (int) position, count);
                node.size = (int) Math.max(node.size, end);
                if (dies) {
                    throw new IOException("killed");
                }
            }
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
            synchronized (MemoryStorage.this) {
                checkOpen();
                change();
            }
        }

        @Override
        public MappedRegion map(long position, int length) throws IOException {
            synchronized (MemoryStorage.this) {
                checkWritable();
                if (position + length > node.size) {
                    throw new EOFException("map of " + position + " to " + (position + length)
                            + " (expected: within the file's " + node.size + " bytes)");
                }
                ByteBuffer buffer = ByteBuffer.wrap(node.content, (int) position, length)
                        .slice()
                        .order(ByteOrder.LITTLE_ENDIAN);
                return new Region(this, buffer);
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (MemoryStorage.this) {
                checkWritable();
                change();
                if (size < node.size) {
                    Arrays.fill(node.content, (int) size, node.size, (byte) 0);
                    node.size = (int) size;
                }
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (MemoryStorage.this) {
                checkOpen();
                return node.size;
            }
        }

        @Override
        public void close() {
            closed = true;
        }

        private void checkOpen() throws IOException {
            if (closed) {
                throw new IOException("closed");
            }
            if (dead || openedIn != life) {
                throw new IOException("killed");
            }
        }

        private void checkWritable() throws IOException {
            checkOpen();
            if (readOnly) {
                throw new IOException("opened for reading (expected: for writing)");
            }
        }

        private void ensure(long size) {
            if (size > node.content.length) {
                long grown = Math.max(size, Math.min(2L * node.content.length, Integer.MAX_VALUE - 8));
                node.content = Arrays.copyOf(node.content, (int) grown);
            }
        }
    }

    private record Region(Handle handle, ByteBuffer buffer) implements StorageFile.MappedRegion {
        @Override
        public void force(int offset, int length) throws IOException {
            handle.sync();
        }

        @Override
        public void close() {
            // The memory is the file's.
        }
    }
}
