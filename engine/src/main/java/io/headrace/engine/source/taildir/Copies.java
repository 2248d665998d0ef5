package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the copy that copytruncate made of a file before it truncated it: a file in the same folder that nobody followed,
 * written to just now, which holds byte for byte what was read and goes on after that. What the truncation destroyed
 * before it was read is in there. Owned by the source's thread.
 */
final class Copies {
    private static final Logger LOG = LoggerFactory.getLogger(Copies.class);
    private static final long OLDEST_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long MOST_COMPARED_BYTES = 256 * 1024 * 1024;

    private final InputRegistry registry;
    private final FolderIndex folders;
    private final EpochClock clock;

    Copies(InputRegistry registry, FolderIndex folders, EpochClock clock) {
        this.registry = registry;
        this.folders = folders;
        this.clock = clock;
    }

    /** The copy of a file that was truncated, or null. */
    FolderIndex.Found find(TailedFile file) {
        if (!file.isIdentified()) {
            return null;
        }
        long oldest = TimeUnit.MILLISECONDS.toNanos(clock.time()) - OLDEST_NANOS;
        List<FolderIndex.Found> candidates = folders.all(file.knownPath().getParent()).stream()
                .filter(found -> found.status().size() > file.position()
                        && found.status().modifiedNanos() >= oldest)
                .sorted(Comparator.comparingInt((FolderIndex.Found found) -> -alike(found.path(), file.knownPath()))
                        .thenComparingLong(found -> -found.status().modifiedNanos()))
                .toList();
        for (FolderIndex.Found candidate : candidates) {
            if (isCopy(candidate, file)) {
                return candidate;
            }
        }
        return null;
    }

    /**
     * With how many of the same characters the names of two files begin. Of files that hold the same so far, each has its
     * copy under a name that begins as its own.
     */
    private static int alike(Path one, Path other) {
        String name = one.getFileName().toString();
        String otherName = other.getFileName().toString();
        int same = 0;
        while (same < Math.min(name.length(), otherName.length()) && name.charAt(same) == otherName.charAt(same)) {
            same++;
        }
        return same;
    }

    private boolean isCopy(FolderIndex.Found found, TailedFile file) {
        try (FileChannel channel = FileChannel.open(found.path(), StandardOpenOption.READ)) {
            return file.entry().head().matches(channel)
                    && file.content().tailFingerprint(file.position()).matches(channel)
                    && (file.content().sum().length() > MOST_COMPARED_BYTES
                            || file.content().sum().isOf(channel))
                    && registry.find(found.status().id(), channel) == null;
        } catch (IOException e) {
            LOG.debug("{}: {}", found.path(), e.toString());
            return false;
        }
    }
}
