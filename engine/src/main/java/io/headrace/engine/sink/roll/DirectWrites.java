package io.headrace.engine.sink.roll;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether and how output goes around the page cache: whole blocks of large writes, on a handle of their own. Through the
 * cache a virtual machine first has to make each page, which costs more than all else that a line costs here.
 *
 * <p>Only on file systems where both ways to a file see each other. Owned by the sink's thread.
 */
final class DirectWrites {
    private static final Logger LOG = LoggerFactory.getLogger(DirectWrites.class);

    /** Of memory and of files; what a write begins and ends at. */
    static final int BLOCK = 4096;

    /** A write of less is not worth it: it would wait for the disk where the next sync waits anyway. */
    static final int LEAST_BYTES = 256 * 1024;

    private static final Set<String> FILE_SYSTEMS = Set.of("ext4", "xfs");
    private static final OpenOption DIRECT = option();

    private boolean usable;

    /** @param folder of the output */
    DirectWrites(Path folder) {
        usable = DIRECT != null && isSuited(folder);
    }

    private static boolean isSuited(Path folder) {
        try {
            FileStore store = Files.getFileStore(folder);
            return FILE_SYSTEMS.contains(store.type()) && store.getBlockSize() <= BLOCK;
        } catch (IOException e) {
            // Where the list of mounts cannot be read, say; output goes through the cache there.
            LOG.debug("{}: file system: {}", folder, e.toString());
            return false;
        }
    }

    /** Whether a write of so much goes around the cache. */
    boolean takes(long bytes) {
        return usable && bytes >= LEAST_BYTES;
    }

    /** A handle for writes of whole blocks from memory that begins at one. */
    FileChannel open(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.WRITE, DIRECT);
    }

    /** One failed: what is delivered again goes through the cache, in case that was the reason. */
    void failed() {
        usable = false;
    }

    /** Of {@code com.sun.nio.file.ExtendedOpenOption}, which not every Java has; null there. */
    private static OpenOption option() {
        try {
            Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
            return (OpenOption) options.getField("DIRECT").get(null);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
