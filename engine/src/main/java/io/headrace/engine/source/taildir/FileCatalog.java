package io.headrace.engine.source.taildir;

import io.headrace.engine.channel.ChannelProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
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

    /** What it takes to begin a file anew, beside comparing it with its copy, in bytes that could be read meanwhile. */
    private static final int ANEW_COST_BYTES = 16 * 1024;

    /** A file in a listing. */
    private record Listed(Path path, FileGroup group) {}

    private final List<FileGroup> groups;
    private final TaildirSettings settings;
    private final Identities identities;
    private final Copies copies;
    private final OpenFiles openFiles;
    private final FolderIndex folders = new FolderIndex();
    private final ReadBudget budget = new ReadBudget();
    private final InputRegistry registry;
    private final TaildirCounters counters;
    private final EpochClock clock;

    private final Map<FileId, TailedFile> files = new HashMap<>();
    private final Map<FileGroup, Map<FileId, Path>> listings = new LinkedHashMap<>();
    private final Map<FileGroup, String> failures = new HashMap<>();
    private final Map<Path, String> unreachable = new HashMap<>();
    private List<TailedFile> inOrder = List.of();

    /** Files that are still in the list: many may go at once. */
    private final Set<TailedFile> removed = new HashSet<>();

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
        this.registry = registry;
        this.counters = counters;
        this.clock = clock;
        openFiles = new OpenFiles(settings.maxOpenFiles(), counters);
        copies = new Copies(registry, folders, budget, clock);
        identities = new Identities(settings, processor, registry, folders, budget, positions, counters, clock);
    }

    /** The files, in the order in which they were found. */
    List<TailedFile> files() {
        if (!removed.isEmpty()) {
            inOrder = inOrder.stream().filter(file -> !removed.contains(file)).toList();
            removed.clear();
        }
        return inOrder;
    }

    /** How many files there are. */
    int count() {
        return inOrder.size() - removed.size();
    }

    /**
     * Looks which files there are; returns whether that changed. What became known by it is to be saved before a frame of
     * it is put.
     */
    boolean refresh(long nowNanos) throws IOException {
        boolean relisted = starting || registry.hasLeftBehind();
        forgetNames();
        for (FileGroup group : groups) {
            List<Path> paths = list(group);
            if (paths != null) {
                listings.put(group, identify(group, paths));
                relisted = true;
            }
        }
        boolean changed = relisted && reconcile(nowNanos);
        starting = false;
        return changed;
    }

    /** Whether it is one of the files, and not seen to be another one since. */
    boolean isFollowed(TailedFile file) {
        return files.get(file.id()) == file;
    }

    /** As what the files are known. */
    Set<InputRegistry.Entry> followed() {
        Set<InputRegistry.Entry> followed = new HashSet<>();
        for (TailedFile file : files()) {
            followed.add(file.entry());
            if (file.succession() != null) {
                followed.add(file.succession().entry());
            }
        }
        return followed;
    }

    /** Stops following a file. */
    void remove(TailedFile file) throws IOException {
        if (file.isIdentified()) {
            registry.update(file, clock.time());
        }
        if (file.succession() != null) {
            identities.isAnother(file.succession());
            file.setSuccession(null);
        }
        files.remove(file.id(), file);
        removed.add(file);
        file.close();
    }

    /**
     * As {@link Identities#identify}, for a file that has content since the last look.
     *
     * @param size its bytes now, not 0
     */
    boolean identify(TailedFile file, long size, long nowNanos) throws IOException {
        return identities.identify(file, size, false, nowNanos);
    }

    /** A look at all files begins. */
    void lookBegins() {
        budget.renew();
        openFiles.lookBegins();
    }

    /** Whether comparing it with the file before only goes on with the next look, which is not to be waited for. */
    boolean isCompared(TailedFile file) {
        return budget.isSpent() && file.succession().isComparing();
    }

    /** Which names files have is looked up anew. */
    void forgetNames() {
        folders.clear();
        openFiles.forgetNames();
        copies.clear();
    }

    /**
     * These files became shorter or hold something else; what is missing is read from copies where there are any. Folders
     * are listed after all that was noticed, once for all: a copy is made before the file is truncated.
     *
     * @param listed whether that was done since the last of them was noticed
     * @return the files that are begun anew; with the others it goes on in the next look
     */
    List<TailedFile> startAnew(Collection<TailedFile> truncated, boolean listed, long nowNanos) {
        if (!listed) {
            folders.clear();
            copies.clear();
        }
        List<TailedFile> begun = new ArrayList<>();
        List<TailedFile> found = new ArrayList<>();
        for (TailedFile file : truncated) {
            // One at least: comparing files that were saved may take all of many looks.
            if (!begun.isEmpty() && budget.isSpent()) {
                break;
            }
            begun.add(file);
            budget.spend(ANEW_COST_BYTES);
            // Or its inode was seen to be another file's since.
            if (isFollowed(file)) {
                startAnew(file, found, nowNanos);
            }
        }
        if (!found.isEmpty()) {
            found.addAll(0, files());
            inOrder = List.copyOf(found);
        }
        return begun;
    }

    private void startAnew(TailedFile file, List<TailedFile> copiesFound, long nowNanos) {
        if (!file.headersAreOf(file.path())) {
            // Its inode was used again before the old file was seen to be gone.
            groups.stream()
                    .filter(group -> group.covers(file.path()))
                    .findFirst()
                    .ifPresent(group -> file.setHeaders(headers(group, file.path()), file.path()));
        }
        FolderIndex.Found found = copies.find(file);
        FileId id = found == null ? null : found.status().id();
        if (found == null || files.containsKey(id) || groups.stream().anyMatch(group -> group.covers(found.path()))) {
            identities.startAnew(file, null, 0);
            return;
        }
        TailedFile copy = new TailedFile(id, found.path(), file.headers(), openFiles, nowNanos);
        copy.copyOf(file);
        copy.sawSize(found.status().size(), nowNanos);
        identities.startAnew(file, copy, found.status().size());
        openFiles.openIfRoom(copy);
        files.put(id, copy);
        copiesFound.add(copy);
    }

    /**
     * A deleted file will not be seen again: what has its inode next is another one, however it begins. Where another file
     * may be its content saved anew, that waits until it is known. Tells whether it is done.
     */
    boolean retireIfDeleted(TailedFile file) {
        boolean deleted = !file.isListed() && file.isIdentified() && openFiles.isDeleted(file);
        if (deleted && file.mayBeSucceeded()) {
            // Whoever is killed before that is known must ask again.
            file.successor().succession().wasDeleted();
            return false;
        }
        if (deleted) {
            registry.retire(file.entry());
        }
        return deleted;
    }

    /** Whether a file is not to be read on now, because it may have been saved anew: {@link Succession#holdsBack}. */
    boolean isHeldBack(TailedFile file, long nowNanos) throws IOException {
        TailedFile successor = file.successor();
        return successor != null
                && isFollowed(successor)
                && successor.succession().holdsBack(successor.path(), folders, nowNanos);
    }

    /** Looks for a closed file that no listing has under another name in its folder; tells whether it is there. */
    boolean locate(TailedFile file) throws IOException {
        Path found = folders.find(file.id(), file.path().getParent());
        if (found == null || !file.isIdentified() || !file.entry().isAt(found)) {
            return false;
        }
        file.movedTo(found);
        return true;
    }

    /** How often all descriptors were looked through. */
    int scans() {
        return openFiles.scans();
    }

    /** How many files were opened to look whether they are copies. */
    int comparedFiles() {
        return copies.opened();
    }

    int openFiles() {
        return openFiles.count();
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (TailedFile file : files()) {
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
                unreachable.remove(path);
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
        Map<FileId, Listed> seen = new LinkedHashMap<>();
        listings.forEach(
                (group, listing) -> listing.forEach((id, path) -> seen.putIfAbsent(id, new Listed(path, group))));
        boolean changed = false;
        for (TailedFile file : files()) {
            Listed at = seen.get(file.id());
            boolean listed = at != null && !isUsurped(file, at.path());
            changed |= file.isListed() != listed;
            file.setListed(listed);
        }
        Map<Path, TailedFile> before = files.keySet().containsAll(seen.keySet()) ? Map.of() : byPath();
        List<TailedFile> found = new ArrayList<>(files());
        for (Map.Entry<FileId, Listed> entry : seen.entrySet()) {
            Path path = entry.getValue().path();
            TailedFile file = files.get(entry.getKey());
            if (file == null) {
                TailedFile admitted = new TailedFile(
                        entry.getKey(), path, headers(entry.getValue().group(), path), openFiles, nowNanos);
                admitted.setSuccession(successionAt(path, entry.getKey(), before, seen));
                admit(admitted, nowNanos);
                found.add(admitted);
                changed = true;
            } else if (!file.path().equals(path)) {
                LOG.info("{}: renamed to {}", file.path(), path);
                counters.renames.increment();
                file.renamedTo(path);
                changed = true;
            }
        }
        for (InputRegistry.Entry entry : registry.takeLeftBehind()) {
            TailedFile left = files.containsKey(entry.file()) ? null : leftBehind(entry, nowNanos);
            if (left != null) {
                found.add(left);
                changed = true;
            }
        }
        inOrder = List.copyOf(found);
        return changed;
    }

    /**
     * Whether the inode of a closed file is in use again, by another file under another name: file systems give the inode
     * of what was deleted to what is created next.
     */
    private boolean isUsurped(TailedFile file, Path at) {
        if (file.isOpen() || !file.isIdentified() || file.path().equals(at)) {
            return false;
        }
        registry.update(file, clock.time());
        if (isAt(file.entry(), at)) {
            return false;
        }
        files.remove(file.id(), file);
        return true;
    }

    private static boolean isAt(InputRegistry.Entry entry, Path path) {
        try {
            return entry.isAt(path);
        } catch (IOException e) {
            // It cannot be told now: as long as nothing speaks against it, it is what has its inode.
            LOG.debug("{}: {}", path, e.toString());
            return true;
        }
    }

    /** The files by the paths at which they were followed so far. */
    private Map<Path, TailedFile> byPath() {
        Map<Path, TailedFile> byPath = new HashMap<>();
        for (TailedFile file : files()) {
            if (!file.isReplaced()) {
                byPath.put(file.path(), file);
            }
        }
        return byPath;
    }

    /** What a new file may continue: the one that was at its path, unless that one has another name now. */
    private Succession successionAt(Path path, FileId id, Map<Path, TailedFile> before, Map<FileId, Listed> seen) {
        InputRegistry.Entry left = registry.takeLeftAt(path);
        TailedFile followed = before.get(path);
        if (followed == null && left != null) {
            TailedFile there = files.get(left.file());
            followed = there != null && there.entry() == left ? there : null;
        }
        FileId one = followed != null ? followed.id() : left != null ? left.file() : id;
        Listed now = seen.get(one);
        if (now != null && (followed != null ? files.get(one) != followed : left != null && !isAt(left, now.path()))) {
            // Its inode is another file's now.
            now = null;
        }
        if (one.equals(id) || now != null && !Succession.isBackup(now.path(), path)) {
            return null;
        }
        if (followed == null) {
            return identities.afterEarlierLife(left);
        }
        return followed.isIdentified() ? Succession.of(followed) : null;
    }

    private Map<String, String> headers(FileGroup group, Path path) {
        Map<String, String> headers = new LinkedHashMap<>(group.headers());
        if (settings.fileHeader()) {
            headers.put(settings.fileHeaderKey(), path.toString());
        }
        return headers;
    }

    private void admit(TailedFile file, long nowNanos) {
        files.put(file.id(), file);
        try {
            if (file.open()) {
                long size = file.channel().size();
                if (size > 0) {
                    identities.identify(file, size, starting, nowNanos);
                }
            }
        } catch (IOException e) {
            // It is looked at again; the others go on.
            counters.readFailures.increment();
            if (file.fails(e.toString())) {
                LOG.warn("{}: cannot be read, tried again: {}", file.path(), e.toString());
            }
            closeQuietly(file);
        }
    }

    private static void closeQuietly(TailedFile file) {
        try {
            file.closeHandle();
        } catch (IOException e) {
            LOG.warn("{}: {}", file, e.toString());
        }
    }

    /**
     * A file that an earlier life did not read to its end and that was renamed, while nobody looked, to a name that no
     * pattern matches.
     */
    private TailedFile leftBehind(InputRegistry.Entry entry, long nowNanos) throws IOException {
        Path known = Path.of(entry.path());
        FileGroup group =
                groups.stream().filter(each -> each.covers(known)).findFirst().orElse(null);
        Path found = group == null ? null : folders.find(entry.file(), known.getParent());
        if (found == null) {
            return null;
        }
        TailedFile file = new TailedFile(entry.file(), found, headers(group, known), openFiles, nowNanos);
        file.setListed(false);
        file.knownAs(known);
        try {
            if (file.open() && registry.find(file.id(), file.channel()) == entry) {
                long size = file.channel().size();
                identities.identify(file, size, false, nowNanos);
                if (file.position() < size) {
                    LOG.info("{}: renamed to {}, read to its end", known, found);
                    files.put(file.id(), file);
                    return file;
                }
            }
        } catch (IOException e) {
            counters.readFailures.increment();
            LOG.warn("{}: renamed to {}, which cannot be read: {}", known, found, e.toString());
        }
        file.close();
        return null;
    }
}
