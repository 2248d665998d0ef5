package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.agrona.concurrent.EpochClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the copy that copytruncate made of a file before it truncated it: a file in the same folder that nobody followed,
 * written to just now, which holds byte for byte what was read and goes on after that, or ends there while not all of it is
 * safe yet. What the truncation destroyed before it was read is in there, and what a kill may still lose. Owned by the
 * source's thread.
 */
final class Copies {
    private static final Logger LOG = LoggerFactory.getLogger(Copies.class);
    private static final long OLDEST_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long MOST_COMPARED_BYTES = 256 * 1024 * 1024;

    private final InputRegistry registry;
    private final FolderIndex folders;
    private final ReadBudget budget;
    private final EpochClock clock;

    /** By folder, what may be a copy, by what it begins with. */
    private final Map<Path, Map<Fingerprint, List<FolderIndex.Found>>> byHead = new HashMap<>();

    private int opened;

    Copies(InputRegistry registry, FolderIndex folders, ReadBudget budget, EpochClock clock) {
        this.registry = registry;
        this.folders = folders;
        this.budget = budget;
        this.clock = clock;
    }

    /** What is in folders is to be looked at anew. */
    void clear() {
        byHead.clear();
    }

    /** How many files were opened. */
    int opened() {
        return opened;
    }

    /** The copy of a file that was truncated, or null. */
    FolderIndex.Found find(TailedFile file) {
        if (!file.isIdentified()) {
            return null;
        }
        List<FolderIndex.Found> candidates = byHead
                .computeIfAbsent(file.knownPath().getParent(), this::index)
                .getOrDefault(file.entry().head(), List.of())
                .stream()
                .filter(found -> isWanted(found.status().size(), file))
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

    /** Whether a copy of so many bytes has more than what was read, or may be all that is left of it after a kill. */
    private static boolean isWanted(long bytes, TailedFile file) {
        return bytes > file.position() || bytes == file.position() && file.safePosition() < bytes;
    }

    /** One look at each file that was written to just now, however many were truncated. */
    private Map<Fingerprint, List<FolderIndex.Found>> index(Path folder) {
        long oldest = TimeUnit.MILLISECONDS.toNanos(clock.time()) - OLDEST_NANOS;
        Map<Fingerprint, List<FolderIndex.Found>> index = new HashMap<>();
        for (FolderIndex.Found found : folders.all(folder)) {
            if (found.status().size() > 0 && found.status().modifiedNanos() >= oldest) {
                for (Fingerprint head : heads(found.path())) {
                    index.computeIfAbsent(head, key -> new ArrayList<>()).add(found);
                }
            }
        }
        return index;
    }

    /** Of all lengths that an entry may have. */
    private List<Fingerprint> heads(Path path) {
        ByteBuffer bytes = ByteBuffer.allocate(InputRegistry.HEAD_BYTES);
        opened++;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {
                // until all is read or the file ends
            }
        } catch (IOException e) {
            LOG.debug("{}: {}", path, e.toString());
        }
        List<Fingerprint> heads = new ArrayList<>();
        for (int length = 1; length <= bytes.position(); length *= 2) {
            CRC32C crc = new CRC32C();
            crc.update(bytes.array(), 0, length);
            heads.add(new Fingerprint(0, length, (int) crc.getValue()));
        }
        return heads;
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
        opened++;
        budget.spend(file.content().sum().length());
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
