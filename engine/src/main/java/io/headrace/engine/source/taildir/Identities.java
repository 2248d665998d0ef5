package io.headrace.engine.source.taildir;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.SourceInput;
import io.headrace.wal.InputKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.agrona.concurrent.EpochClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out as what a file is known to the channels, and where to go on. Owned by the source's thread. */
final class Identities {
    private static final Logger LOG = LoggerFactory.getLogger(Identities.class);
    private static final long MOST_COMPARED_BYTES = 256 * 1024 * 1024;
    private static final int COMPARED_AT_ONCE = 64 * 1024;

    private final TaildirSettings settings;
    private final ChannelProcessor processor;
    private final InputRegistry registry;
    private final FolderIndex folders;
    private final ReadBudget budget;
    private final TaildirCounters counters;
    private final EpochClock clock;
    private final Map<Long, List<PositionFile.Entry>> knownPositions;

    Identities(
            TaildirSettings settings,
            ChannelProcessor processor,
            InputRegistry registry,
            FolderIndex folders,
            ReadBudget budget,
            List<PositionFile.Entry> positions,
            TaildirCounters counters,
            EpochClock clock) {
        this.settings = settings;
        this.processor = processor;
        this.registry = registry;
        this.folders = folders;
        this.budget = budget;
        this.counters = counters;
        this.clock = clock;
        knownPositions = positions.stream().collect(Collectors.groupingBy(PositionFile.Entry::inode));
    }

    /**
     * Makes an open file with content one that is known.
     *
     * @param size its bytes now, not 0
     * @param foundAtStart whether it had content when the source started
     * @return false when it cannot be told yet, because the file may be one that an editor is saving
     */
    boolean identify(TailedFile file, long size, boolean foundAtStart, long nowNanos) throws IOException {
        Succession succession = file.succession();
        if (succession != null) {
            switch (succession.look(file, size, folders, budget, nowNanos)) {
                case UNDECIDED -> {
                    return false;
                }
                case SAME -> {
                    file.setSuccession(null);
                    succeed(file, succession, size);
                    return true;
                }
                case OTHER -> {
                    isAnother(succession);
                    counters.replaced.increment();
                    LOG.info("{}: another file than before is here now, read from its start", file.path());
                }
            }
        }
        file.setSuccession(null);
        identifyItself(file, registry.find(file.id(), file.channel()), size, foundAtStart);
        return true;
    }

    /** A file is not the one before at its path, or is gone before that was known. */
    void isAnother(Succession succession) {
        if (succession.followed() == null) {
            registry.giveBack(succession.entry());
        } else if (succession.isDeleted()) {
            registry.retire(succession.entry());
        }
    }

    /**
     * The file became shorter or holds something else: what is there now is a new input.
     *
     * @param copy a file not followed so far that holds what was destroyed, from which its input is read on; or null
     * @param copied bytes of the copy
     */
    void startAnew(TailedFile file, TailedFile copy, long copied) {
        long unread = Math.max(0, file.unreadBefore() - Math.max(0, copied - file.position()));
        counters.truncations.increment();
        counters.unreadLost.add(unread);
        LOG.warn(
                "{}: truncated or written anew, read from its start; bytes destroyed unread: at least {}{}",
                file,
                unread,
                copy == null
                        ? ""
                        : "; bytes to be read from the copy " + copy.path() + ": " + (copied - file.position()));
        if (copy != null) {
            copy.inheritCopied(file, registry.move(file.entry(), copy.id(), file.knownPath()));
        } else if (file.isIdentified()) {
            registry.retire(file.entry());
        }
        file.forgetIdentity();
    }

    /** After which file of an earlier life a new one at the same path may come; null when there is none. */
    Succession afterEarlierLife(InputRegistry.Entry entry) {
        SourceInput input = open(entry);
        try {
            return Succession.of(entry, startOf(input, entry, entry.path(), Long.MAX_VALUE, true, false));
        } finally {
            input.close();
        }
    }

    private void identifyItself(TailedFile file, InputRegistry.Entry found, long size, boolean foundAtStart)
            throws IOException {
        InputRegistry.Entry entry = found;
        boolean seenBefore = entry != null;
        SourceInput input = null;
        if (seenBefore) {
            input = open(entry);
            if (input.startPosition() > size) {
                counters.truncations.increment();
                registry.retire(entry);
                input.close();
                seenBefore = false;
            }
        }
        if (!seenBefore) {
            entry = newEntry(file, size);
            input = open(entry);
            // Known although it is new: another file had this inode and began with the same bytes. Only at start, when
            // no registry was left, the channels are believed.
            while (input.isKnown() && (registry.wasFound() || !foundAtStart || input.startPosition() > size)) {
                input.close();
                entry = registry.next(entry);
                input = open(entry);
            }
            registry.add(entry);
        }
        long start = startOf(input, entry, file.path().toString(), size, seenBefore, foundAtStart);
        if (!seenBefore && !input.isKnown()) {
            entry.beginAt(start);
        }
        begin(file, entry, input, start, size);
    }

    private void begin(TailedFile file, InputRegistry.Entry entry, SourceInput input, long start, long size)
            throws IOException {
        input.beginAt(start);
        file.identify(entry, input, start);
        file.content().readTail(file.channel(), file.position());
        file.content().completeSum(file.channel(), file.position());
        if (!input.isKnown() && start > 0) {
            input.mark(start);
        }
        LOG.info("{}: input {} from {} of {}", file.path(), entry.id(), start, size);
    }

    /** The file goes on where the one before it ended. */
    private void succeed(TailedFile file, Succession succession, long size) throws IOException {
        counters.resumed.increment();
        TailedFile before = succession.followed();
        Path backup = succession.backup();
        if (before == null) {
            InputRegistry.Entry entry = succession.entry();
            SourceInput input = open(entry);
            long start = startOf(input, entry, entry.path(), size, true, false);
            begin(file, registry.move(entry, file.id(), file.path()), input, start, size);
            if (backup != null) {
                keepOut(entry, backup);
            }
        } else {
            file.inherit(before, registry.move(before.entry(), file.id(), file.path()));
            if (backup != null) {
                before.movedTo(backup);
            }
            followRest(before, file);
        }
        LOG.info("{}: saved under a new inode, goes on at {} of {}", file.path(), file.position(), size);
    }

    /** Somebody may still write to the old file; what it has by now is in the new one. */
    private void followRest(TailedFile before, TailedFile file) throws IOException {
        if (!before.isOpen() && (!before.isAtItsPath() || !before.openBeside(file))) {
            return;
        }
        long size = before.channel().size();
        InputRegistry.Entry entry = newInput(before, size);
        long start = sameUpTo(before.channel(), file.channel(), file.position(), size);
        entry.beginAt(start);
        begin(before, entry, open(entry), start, size);
    }

    /**
     * Up to where two files hold the same: where the first one ends, or else a line, since what each goes on with may begin
     * alike.
     */
    private static long sameUpTo(FileChannel one, FileChannel other, long from, long size) throws IOException {
        long least = Math.min(size, from + MOST_COMPARED_BYTES);
        long lineEnd = from;
        ByteBuffer ours = ByteBuffer.allocate(COMPARED_AT_ONCE);
        ByteBuffer theirs = ByteBuffer.allocate(COMPARED_AT_ONCE);
        for (long at = from; at < least; at += ours.limit()) {
            int wanted = (int) Math.min(COMPARED_AT_ONCE, least - at);
            fill(one, ours.clear().limit(wanted), at);
            fill(other, theirs.clear().limit(wanted), at);
            int same = ours.mismatch(theirs);
            int end = same < 0 ? ours.limit() : same;
            int lineFeed = end - 1;
            while (lineFeed >= 0 && ours.get(lineFeed) != '\n') {
                lineFeed--;
            }
            lineEnd = lineFeed < 0 ? lineEnd : at + lineFeed + 1;
            if (same >= 0 || ours.limit() < wanted) {
                return at + end == size ? size : lineEnd;
            }
        }
        return least == size ? size : lineEnd;
    }

    private static void fill(FileChannel file, ByteBuffer bytes, long from) throws IOException {
        while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) > 0) {
            // until all is read or the file ends
        }
        bytes.flip();
    }

    private InputRegistry.Entry newInput(TailedFile file, long size) throws IOException {
        InputRegistry.Entry entry = registry.candidate(file.id(), file.channel(), headBytes(size), "", clock.time());
        SourceInput input = open(entry);
        while (input.isKnown()) {
            input.close();
            entry = registry.next(entry);
            input = open(entry);
        }
        input.close();
        registry.add(entry);
        return entry;
    }

    /** A backup that matches a pattern is not to be read as a file of its own. */
    private void keepOut(InputRegistry.Entry before, Path backup) throws IOException {
        try (FileChannel channel = FileChannel.open(backup, StandardOpenOption.READ)) {
            InputRegistry.Entry entry = registry.candidate(
                    before.file(), channel, headBytes(channel.size()), backup.toString(), clock.time());
            entry.beginAt(channel.size());
            registry.add(entry);
        }
    }

    private static int headBytes(long size) {
        return Integer.highestOneBit((int) Math.min(size, InputRegistry.HEAD_BYTES));
    }

    /**
     * An entry from as much of the file's beginning as there is. Where the registry was lost and the position file was
     * not, the file may be known from a time when it was shorter.
     */
    private InputRegistry.Entry newEntry(TailedFile file, long size) throws IOException {
        int head = headBytes(size);
        String path = file.path().toString();
        PositionFile.Entry known = knownPosition(file.id(), path, path);
        boolean lost = !registry.wasFound() && known != null && known.file().equals(path);
        for (int shorter = head; lost && shorter > 0; shorter /= 2) {
            InputRegistry.Entry entry = registry.candidate(file.id(), file.channel(), shorter, path, clock.time());
            SourceInput input = open(entry);
            boolean found = input.isKnown() && input.startPosition() <= size;
            input.close();
            if (found) {
                return entry;
            }
        }
        return registry.candidate(file.id(), file.channel(), head, path, clock.time());
    }

    private SourceInput open(InputRegistry.Entry entry) {
        return processor.openInput(new InputKey(InputKey.Kind.ORDERED, entry.id()));
    }

    /** Channels know best. One that forgets with its process gets what the position file does not call safe. */
    private long startOf(
            SourceInput input,
            InputRegistry.Entry entry,
            String path,
            long size,
            boolean seenBefore,
            boolean foundAtStart) {
        if (input.isKnown() && !input.isForgotten()) {
            return input.startPosition();
        }
        long noted = unknownStart(entry, path, size, seenBefore, foundAtStart);
        return input.isKnown() ? Math.min(noted, input.startPosition()) : noted;
    }

    private long unknownStart(
            InputRegistry.Entry entry, String path, long size, boolean seenBefore, boolean foundAtStart) {
        PositionFile.Entry known = knownPosition(entry.file(), path, entry.path());
        // What a registry does not hold is new, even if the position file has an entry for its inode.
        boolean same = known != null
                && (seenBefore || !registry.wasFound() && known.file().equals(path));
        if (same && known.position() <= size) {
            return seenBefore && entry.safe() >= 0
                    ? Math.max(entry.begin(), Math.min(entry.safe(), known.position()))
                    : known.position();
        }
        if (seenBefore) {
            // An earlier life began with it, and nothing of what it read was kept.
            return entry.begin() <= size ? entry.begin() : 0;
        }
        boolean isNew = !knownPositions.containsKey(entry.file().inode());
        return settings.skipToEnd() && foundAtStart && isNew ? size : 0;
    }

    /**
     * What the position file has of a file. It tells inodes, not file systems, whose inodes often have the same numbers: so
     * first by its path or the one it had, then whatever is not there on another file system; the smallest position,
     * where that leaves several.
     */
    private PositionFile.Entry knownPosition(FileId file, String path, String earlierPath) {
        List<PositionFile.Entry> sameInode = knownPositions.getOrDefault(file.inode(), List.of());
        for (String own : List.of(path, earlierPath)) {
            for (PositionFile.Entry known : sameInode) {
                if (known.file().equals(own)) {
                    return known;
                }
            }
        }
        return sameInode.stream()
                .filter(known -> !isOnAnotherFileSystem(known, file))
                .min(Comparator.comparingLong(PositionFile.Entry::position))
                .orElse(null);
    }

    private static boolean isOnAnotherFileSystem(PositionFile.Entry known, FileId file) {
        try {
            FileId there = FileId.of(Path.of(known.file())).id();
            return there.inode() == file.inode() && there.device() != file.device();
        } catch (IOException | InvalidPathException e) {
            // Renamed or gone: it may be this file.
            return false;
        }
    }
}
