package io.headrace.engine.source.taildir;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.SourceInput;
import io.headrace.wal.InputKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.EpochClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that are followed, one for each inode however it is named, and who they are to the channels. Owned by the
 * source's thread.
 */
final class FileCatalog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileCatalog.class);

    private final List<FileGroup> groups;
    private final TaildirSettings settings;
    private final ChannelProcessor processor;
    private final InputRegistry registry;
    private final TaildirCounters counters;
    private final EpochClock clock;

    private final Map<FileId, TailedFile> files = new HashMap<>();
    private final Map<FileGroup, Map<FileId, Path>> listings = new LinkedHashMap<>();
    private final Map<Long, PositionFile.Entry> knownPositions = new HashMap<>();
    private final Map<FileGroup, String> failures = new HashMap<>();
    private final Map<Path, String> unreachable = new HashMap<>();
    private List<TailedFile> inOrder = List.of();
    private boolean starting = true;

    FileCatalog(
            List<FileGroup> groups,
            TaildirSettings settings,
            ChannelProcessor processor,
            InputRegistry registry,
            List<PositionFile.Entry> positions,
            TaildirCounters counters,
            EpochClock clock) {
        this.groups = groups;
        this.settings = settings;
        this.processor = processor;
        this.registry = registry;
        this.counters = counters;
        this.clock = clock;
        positions.forEach(entry -> knownPositions.put(entry.inode(), entry));
    }

    /** The files, in the order in which they were found. */
    List<TailedFile> files() {
        return inOrder;
    }

    /** Looks which files there are; returns whether that changed. */
    boolean refresh(long nowNanos) throws IOException {
        boolean relisted = false;
        for (FileGroup group : groups) {
            List<Path> paths = list(group);
            if (paths != null) {
                listings.put(group, identify(group, paths));
                relisted = true;
            }
        }
        boolean changed = relisted && reconcile(nowNanos);
        if (registry.isUnsaved()) {
            registry.save();
        }
        starting = false;
        return changed;
    }

    /** Stops following a file. */
    void remove(TailedFile file) throws IOException {
        files.remove(file.id());
        inOrder = inOrder.stream().filter(other -> other != file).toList();
        file.close();
    }

    /** The file became shorter or holds something else: what is there now is a new input. */
    void startAnew(TailedFile file) {
        counters.truncations.increment();
        LOG.warn("{}: truncated or written anew, read from its start", file);
        if (file.isIdentified()) {
            registry.retire(file.entry());
        }
        file.forgetIdentity();
    }

    /**
     * Finds out as what a file with content is known to the channels, and where to go on.
     *
     * @param size its bytes now, not 0
     */
    void identify(TailedFile file, long size) throws IOException {
        InputRegistry.Entry entry = registry.find(file.id(), file.channel());
        boolean seenBefore = entry != null;
        SourceInput input;
        if (seenBefore) {
            input = open(entry);
            if (input.startPosition() > size) {
                counters.truncations.increment();
                registry.retire(entry);
                input.close();
                seenBefore = false;
            }
        } else {
            input = null;
        }
        if (!seenBefore) {
            entry = newEntry(file, size);
            input = open(entry);
            // Known although it is new: another file had this inode and began with the same bytes. Only at start, when
            // no
            // registry was left the channels are believed.
            while (input.isKnown() && (registry.wasFound() || !starting || input.startPosition() > size)) {
                input.close();
                entry = registry.next(entry);
                input = open(entry);
            }
            registry.add(entry);
        }
        long start = startOf(input, file, entry, size, seenBefore);
        input.beginAt(start);
        if (!seenBefore && !input.isKnown()) {
            entry.beginAt(start);
        }
        file.identify(entry, input, start);
        file.readTail();
        if (!input.isKnown() && start > 0) {
            input.mark(start);
        }
        LOG.info("{}: input {} from {} of {}", file.path(), entry.id(), start, size);
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (TailedFile file : inOrder) {
            try {
                file.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        files.clear();
        inOrder = List.of();
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * An entry from as much of the file's beginning as there is. Where the registry was lost and the position file was
     * not, the file may be known from a time when it was shorter.
     */
    private InputRegistry.Entry newEntry(TailedFile file, long size) throws IOException {
        int head = Integer.highestOneBit((int) Math.min(size, InputRegistry.HEAD_BYTES));
        PositionFile.Entry known = knownPositions.get(file.id().inode());
        boolean lost = !registry.wasFound()
                && known != null
                && known.file().equals(file.path().toString());
        for (int shorter = head; lost && shorter > 0; shorter /= 2) {
            InputRegistry.Entry entry =
                    registry.candidate(file.id(), file.channel(), shorter, file.path(), clock.time());
            SourceInput input = open(entry);
            boolean found = input.isKnown() && input.startPosition() <= size;
            input.close();
            if (found) {
                return entry;
            }
        }
        return registry.candidate(file.id(), file.channel(), head, file.path(), clock.time());
    }

    private SourceInput open(InputRegistry.Entry entry) {
        return processor.openInput(new InputKey(InputKey.Kind.ORDERED, entry.id()));
    }

    /** Channels know best. One that forgets with its process gets what the position file does not call safe. */
    private long startOf(SourceInput input, TailedFile file, InputRegistry.Entry entry, long size, boolean seenBefore) {
        if (input.isKnown() && !input.isForgotten()) {
            return input.startPosition();
        }
        long noted = unknownStart(file, entry, size, seenBefore);
        return input.isKnown() ? Math.min(noted, input.startPosition()) : noted;
    }

    private long unknownStart(TailedFile file, InputRegistry.Entry entry, long size, boolean seenBefore) {
        PositionFile.Entry known = knownPositions.get(file.id().inode());
        // What a registry does not hold is new, even if the position file has an entry for its inode.
        boolean same = known != null
                && (seenBefore
                        || !registry.wasFound()
                                && known.file().equals(file.path().toString()));
        if (same && known.position() <= size) {
            return known.position();
        }
        if (seenBefore) {
            // An earlier life began with it, and nothing of what it read was kept.
            return entry.begin() <= size ? entry.begin() : 0;
        }
        return settings.skipToEnd() && starting && known == null ? size : 0;
    }

    private List<Path> list(FileGroup group) {
        try {
            List<Path> paths = group.refresh();
            failures.remove(group);
            return paths;
        } catch (IOException e) {
            counters.readFailures.increment();
            if (!e.toString().equals(failures.put(group, e.toString()))) {
                LOG.warn("filegroups.{}: {} cannot be listed: {}", group.name(), group.folder(), e.toString());
            }
            return null;
        }
    }

    private Map<FileId, Path> identify(FileGroup group, List<Path> paths) {
        Map<FileId, Path> identified = new LinkedHashMap<>();
        for (Path path : paths) {
            if (Files.isSymbolicLink(path)) {
                group.lookAgain();
            }
            try {
                FileId.Status status = FileId.of(path);
                if (status.regular()) {
                    identified.putIfAbsent(status.id(), path);
                }
                unreachable.remove(path);
            } catch (NoSuchFileException e) {
                LOG.debug("{}: gone since it was listed", path);
            } catch (IOException e) {
                // It is looked at again, as what it was; the others go on.
                counters.readFailures.increment();
                if (!e.toString().equals(unreachable.put(path, e.toString()))) {
                    LOG.warn("{}: cannot be looked at: {}", path, e.toString());
                }
                group.lookAgain();
                keepAsItWas(group, path, identified);
            }
        }
        return identified;
    }

    private void keepAsItWas(FileGroup group, Path path, Map<FileId, Path> identified) {
        listings.getOrDefault(group, Map.of()).forEach((id, known) -> {
            if (known.equals(path)) {
                identified.putIfAbsent(id, path);
            }
        });
    }

    private boolean reconcile(long nowNanos) throws IOException {
        Set<FileId> seen = new HashSet<>();
        List<TailedFile> found = new ArrayList<>(inOrder);
        boolean changed = false;
        for (Map.Entry<FileGroup, Map<FileId, Path>> listing : listings.entrySet()) {
            for (Map.Entry<FileId, Path> listed : listing.getValue().entrySet()) {
                if (!seen.add(listed.getKey())) {
                    continue;
                }
                TailedFile file = files.get(listed.getKey());
                if (file == null) {
                    file = admit(listed.getKey(), listed.getValue(), listing.getKey(), nowNanos);
                    found.add(file);
                    changed = true;
                } else if (!file.path().equals(listed.getValue())) {
                    LOG.info("{}: renamed to {}", file.path(), listed.getValue());
                    counters.renames.increment();
                    file.renamedTo(listed.getValue());
                    changed = true;
                }
            }
        }
        for (TailedFile file : found) {
            changed |= file.isListed() != seen.contains(file.id());
            file.setListed(seen.contains(file.id()));
        }
        inOrder = List.copyOf(found);
        return changed;
    }

    private TailedFile admit(FileId id, Path path, FileGroup group, long nowNanos) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>(group.headers());
        if (settings.fileHeader()) {
            headers.put(settings.fileHeaderKey(), path.toString());
        }
        TailedFile file = new TailedFile(id, path, headers, nowNanos);
        files.put(id, file);
        try {
            if (file.open()) {
                long size = file.channel().size();
                if (size > 0) {
                    identify(file, size);
                }
            }
        } catch (IOException e) {
            // It is looked at again; the others go on.
            counters.readFailures.increment();
            LOG.warn("{}: cannot be read: {}", path, e.toString());
            file.closeHandle();
        }
        return file;
    }
}
