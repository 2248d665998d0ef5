package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;

/**
 * Finds out whether the files of a folder can be written around the page cache, and whether readers through the cache
 * see what was written, also where the cache held something else before.
 */
final class DirectProbe {
    /** Where direct writes are copied into a cache all the same, or nothing is written over in place. */
    private static final Set<String> NEVER = Set.of("tmpfs", "ramfs", "overlay", "btrfs", "zfs", "bcachefs");

    private static final int BLOCKS = 3;

    private DirectProbe() {}

    /** Tries it on a file that is gone afterwards. Where that fails, for whatever reason, the answer is no. */
    static boolean works(Storage storage, Path folder) throws IOException {
        if (NEVER.contains(storage.fileSystemOf(folder))) {
            return false;
        }
        Path path = folder.resolve(SegmentFilling.PROBE);
        if (storage.exists(path)) {
            storage.delete(path);
        }
        boolean works;
        try {
            works = writesAreSeen(storage, path);
        } catch (IOException e) {
            // The reason to ask: what it cannot do it refuses.
            works = false;
        }
        if (storage.exists(path)) {
            storage.delete(path);
        }
        return works;
    }

    private static boolean writesAreSeen(Storage storage, Path path) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect(2 * Storage.BLOCK)
                .alignedSlice(Storage.BLOCK)
                .limit(Storage.BLOCK);
        try (StorageFile file = storage.open(path, Storage.OpenMode.CREATE)) {
            file.zero(0, BLOCKS * Storage.BLOCK);
            file.sync();
            try (StorageFile reader = storage.open(path, Storage.OpenMode.READ);
                    StorageFile through = storage.open(path, Storage.OpenMode.THROUGH)) {
                for (byte value = 0; value < BLOCKS; value++) {
                    if (value > 0) {
                        fill(block, value);
                        through.write(block, Storage.BLOCK);
                    }
                    if (!holds(reader, value) || !holds(file, value)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static void fill(ByteBuffer block, byte value) {
        block.position(0).limit(Storage.BLOCK);
        for (int i = 0; i < Storage.BLOCK; i++) {
            block.put(i, value);
        }
    }

    /** The block in the middle, and zeros around it. */
    private static boolean holds(StorageFile file, byte value) throws IOException {
        ByteBuffer read = ByteBuffer.allocate(BLOCKS * Storage.BLOCK);
        while (read.hasRemaining()) {
            if (file.read(read, read.position()) < 0) {
                return false;
            }
        }
        for (int i = 0; i < read.capacity(); i++) {
            if (read.get(i) != (i / Storage.BLOCK == 1 ? value : 0)) {
                return false;
            }
        }
        return true;
    }
}
