package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Replaces small files so that a crash leaves the old content or the new one, never a mixture or nothing. */
final class AtomicFile {
    private AtomicFile() {}

    /** As {@link #replace}, durable when it returns. */
    static void write(Path target, byte[] content) throws IOException {
        replace(target, content);
        try (FileChannel sync = FileChannel.open(target.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            sync.force(true);
        }
    }

    /** Writes a temporary file beside the target, syncs it and renames it; a power cut soon after may leave the old one. */
    static void replace(Path target, byte[] content) throws IOException {
        Files.createDirectories(target.toAbsolutePath().getParent());
        Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
        try (FileChannel out = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Moves a damaged file out of the way, to a name that says so.
     *
     * @return where it is now
     */
    static Path setAside(Path damaged, long nowMillis) throws IOException {
        String name = damaged.getFileName() + ".damaged-" + nowMillis;
        Path aside = damaged.resolveSibling(name);
        for (int i = 1; Files.exists(aside); i++) {
            aside = damaged.resolveSibling(name + "-" + i);
        }
        return Files.move(damaged, aside);
    }
}
