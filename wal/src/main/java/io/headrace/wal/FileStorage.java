package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The files of the operating system. Safe for any thread; no thread that uses it may be interrupted (R1). */
public final class FileStorage implements Storage {
    private static final String LOCK_NAME = "lock";
    private static final Path MACHINE_ID = Path.of("/etc/machine-id");
    private static final Path LOCKS = Path.of("/proc/locks");
    private static final String PID = "pid ";
    private static final int LOCK_PID = 4;
    private static final int LOCK_FILE = 5;
    private static final int LOCK_WORDS = 6;
    private static final int HOLDER_TEXT_LIMIT = 256;

    /** The operating system does not hold a process's second lock off: this does. */
    private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

    @Override
    public StorageFile open(Path file, OpenMode mode) throws IOException {
        FileChannel channel =
                switch (mode) {
                    case CREATE ->
                        FileChannel.open(
                                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
                    case WRITE -> FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                    case READ -> FileChannel.open(file, StandardOpenOption.READ);
                    case THROUGH -> ChannelFile.openThrough(file);
                };
        return new ChannelFile(file, channel, mode == OpenMode.THROUGH);
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath();
        if (Files.isDirectory(absolute)) {
            return;
        }
        Path parent = absolute.getParent();
        if (parent != null) {
            createFolders(parent);
        }
        try {
            Files.createDirectory(absolute);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(absolute)) {
                throw e;
            }
        }
        if (parent != null) {
            syncFolder(parent);
        }
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.delete(file);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableSpace(Path folder) throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    @Override
    public String identityOf(Path file) throws IOException {
        return Files.getAttribute(file, "unix:dev") + ":" + Files.getAttribute(file, "unix:ino");
    }

    @Override
    public Path realPath(Path folder) throws IOException {
        try {
            return folder.toRealPath();
        } catch (FileSystemException e) {
            // Not there, or not to be seen: then it is no other name of one that is.
            return Storage.super.realPath(folder);
        }
    }

    @Override
    public String fileSystemOf(Path folder) throws IOException {
        return Files.getFileStore(folder).type();
    }

    @Override
    public String machineId() throws IOException {
        return Files.isReadable(MACHINE_ID) ? Files.readString(MACHINE_ID).trim() : "";
    }

    @Override
    public FolderLock lock(Path folder) throws IOException {
        Path real = folder.toRealPath();
        Path file = real.resolve(LOCK_NAME);
        if (!LOCKED_HERE.add(real)) {
            throw locked(folder, "this process, pid " + ProcessHandle.current().pid());
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw locked(folder, holder(channel));
            }
            String text = "pid " + ProcessHandle.current().pid() + "\n";
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
            return new HeldLock(real, channel);
        } catch (IOException | RuntimeException | Error e) {
            LOCKED_HERE.remove(real);
            if (channel != null) {
                channel.close();
            }
            throw e;
        }
    }

    @Override
    public String holder(Path folder) throws IOException {
        Path file = folder.resolve(LOCK_NAME);
        if (!Files.isRegularFile(file)) {
            return null;
        }
        if (LOCKED_HERE.contains(folder.toRealPath())) {
            return "pid " + ProcessHandle.current().pid();
        }
        String written = Files.readString(file).trim();
        if (Files.isReadable(LOCKS)) {
            return holderByLocks(Files.getAttribute(file, "unix:ino").toString(), written);
        }
        boolean runs = written.matches("pid \\d{1,18}")
                && ProcessHandle.of(Long.parseLong(written.substring(PID.length())))
                        .isPresent();
        return runs ? written : null;
    }

    /** The kernel's list has lines like {@code 1: POSIX  ADVISORY  WRITE 4711 08:01:131 0 EOF}. */
    private static String holderByLocks(String inode, String written) throws IOException {
        for (String line : Files.readAllLines(LOCKS)) {
            String[] words = line.trim().split("\\s+");
            if (words.length >= LOCK_WORDS && words[LOCK_FILE].endsWith(":" + inode)) {
                // A process of another namespace is listed as 0: the file says what it calls itself.
                String listed = PID + words[LOCK_PID];
                if (listed.equals(written) || words[LOCK_PID].equals("0")) {
                    return written;
                }
            }
        }
        return null;
    }

    @Override
    public long modifiedMillis(Path file) throws IOException {
        return Files.getLastModifiedTime(file).toMillis();
    }

    private static FileSystemException locked(Path folder, String holder) {
        return new FileSystemException(
                folder.toString(), null, "locked by " + holder + " (expected: one log for each folder)");
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(HOLDER_TEXT_LIMIT);
        channel.read(text, 0);
        text.flip();
        String holder = StandardCharsets.UTF_8.decode(text).toString().trim();
        return holder.isEmpty() ? "another process" : holder;
    }

    private record HeldLock(Path real, FileChannel channel) implements FolderLock {
        @Override
        public void close() throws IOException {
            if (LOCKED_HERE.contains(real)) {
                try {
                    channel.close();
                } finally {
                    LOCKED_HERE.remove(real);
                }
            }
        }
    }

    /** Names the file, which the platform leaves out, and a full disk, which it tells by its message only. */
    static IOException translate(Path file, IOException e) {
        String message = e.getMessage();
        boolean full = message != null
                && (message.contains("No space left on device") || message.contains("Disk quota exceeded"));
        if (full) {
            return new DiskFullException(file + ": " + message, e);
        }
        boolean named = message != null && message.contains(file.toString());
        boolean plain = e.getClass() == IOException.class;
        return named || !plain ? e : new IOException(file + ": " + message, e);
    }
}
