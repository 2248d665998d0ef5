package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Whole files of a storage. */
final class DiskContent {
    private DiskContent() {}

    static byte[] read(Storage storage, Path file) throws IOException {
        try (StorageFile opened = storage.open(file, Storage.OpenMode.READ)) {
            ByteBuffer into = ByteBuffer.allocate(Math.toIntExact(opened.size()));
            while (into.hasRemaining() && opened.read(into, into.position()) > 0) {}
            return into.array();
        }
    }

    /** Makes the file, or replaces what is in it. */
    static void write(Storage storage, Path file, byte[] bytes) throws IOException {
        Storage.OpenMode mode = storage.exists(file) ? Storage.OpenMode.WRITE : Storage.OpenMode.CREATE;
        try (StorageFile opened = storage.open(file, mode)) {
            opened.truncate(0);
            opened.write(ByteBuffer.wrap(bytes), 0);
        }
    }
}
