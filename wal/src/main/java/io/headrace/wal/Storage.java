package io.headrace.wal;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * Every file and folder of a log is opened through this, so that a simulated disk can stand in. Creations, renames and
 * removals survive a power cut only after {@link #syncFolder}; content only after {@link StorageFile#sync}.
 */
public interface Storage {
    /** What {@link OpenMode#THROUGH} writes in multiples of, in bytes. */
    int BLOCK = 4096;

    /** How a file is opened. */
    enum OpenMode {
        /** Fails when it exists. */
        CREATE,
        /** Fails when it does not exist. */
        WRITE,
        /** Fails when it does not exist; not to be written. */
        READ,
        /**
         * As {@link #WRITE}, but what is written goes around the page cache and is durable when the call returns, as if
         * synced; readers of any handle see it. Positions, lengths and the memory's addresses are multiples of {@link
         * #BLOCK}. Fails where the file system cannot do it.
         */
        THROUGH
    }

    StorageFile open(Path file, OpenMode mode) throws IOException;

    boolean exists(Path path) throws IOException;

    /** Makes a folder and its parents and syncs the parents of what was made. */
    void createFolders(Path folder) throws IOException;

    /** Names of the files in a folder, sorted; empty when there is no such folder. */
    List<String> list(Path folder) throws IOException;

    /** Replaces {@code to} atomically. */
    void rename(Path from, Path to) throws IOException;

    void delete(Path file) throws IOException;

    void syncFolder(Path folder) throws IOException;

    /** Bytes that may still be taken where the folder stands. */
    long usableSpace(Path folder) throws IOException;

    /** Names the place of a file independently of its path: device and inode. */
    String identityOf(Path file) throws IOException;

    /** The one path of a folder, by whatever links and names it is reached; it need not be there. */
    default Path realPath(Path folder) throws IOException {
        return folder.toAbsolutePath().normalize();
    }

    /** Whether a folder is the one that was written down as {@code path}, whatever links lead to either; false where that is no path. */
    default boolean isAt(Path folder, String path) throws IOException {
        try {
            return realPath(Path.of(path)).equals(realPath(folder));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** Kind of file system, as the operating system names it, e.g. {@code ext4}. */
    String fileSystemOf(Path folder) throws IOException;

    /**
     * Locks a folder for this process, by a file in it.
     *
     * @return a handle that unlocks
     * @throws IOException that names the holder when somebody else has it
     */
    FolderLock lock(Path folder) throws IOException;

    /** Who has a folder {@linkplain #lock locked}, as {@code pid N}, or null; never takes the lock itself. */
    default String holder(Path folder) throws IOException {
        return null;
    }

    /** When a file was written last, in milliseconds since the epoch; -1 where that is not known. */
    default long modifiedMillis(Path file) throws IOException {
        return -1;
    }

    /** Names the machine across its restarts; empty when it has no name. */
    String machineId() throws IOException;

    /** A locked folder. */
    interface FolderLock extends AutoCloseable {
        @Override
        void close() throws IOException;
    }
}
