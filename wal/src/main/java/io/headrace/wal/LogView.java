package io.headrace.wal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * What a log consists of at one moment, for somebody who has not opened it: the newest checkpoint and the segments that
 * lead there and on from there, in order. Taken without a lock while the log may be in use: what cannot be had in one piece
 * is read again.
 *
 * @param checkpoint the newest; one that says nothing is committed where {@code checkpointFault} tells why there is none
 * @param parts the segments in log order, with what is missing between them
 */
record LogView(LogPlace place, Checkpoint checkpoint, String checkpointFault, List<Part> parts, int segments) {
    private static final int ATTEMPTS = 40;
    private static final long PAUSE_NANOS = 5_000_000;

    /**
     * A segment of the chain.
     *
     * @param header null when the segment is missing
     * @param size of the file, in bytes
     * @param end where its frames end; the file's end when no segment follows
     * @param followed whether another segment says where this one ends
     * @param required up to here there must be frames, whatever they say themselves
     * @param lastSequence of the last frame in it; -1 when nothing says so
     */
    record Part(
            Path path,
            SegmentHeader header,
            long index,
            long size,
            long end,
            boolean followed,
            long required,
            long lastSequence) {
        boolean isMissing() {
            return header == null;
        }

        /** Whether it stands before a missing one because nothing else can: where it ends, and whether it does, nobody says. */
        boolean isGuessed() {
            return !isMissing() && !followed && required == 0;
        }
    }

    /** How far down a view goes. */
    enum Reach {
        /** To what the sinks have yet to get. */
        SINKS,
        /** To what the slowest cursor has yet to get, the sinks' among them. */
        CURSORS,
        /** Also segments below that are not used again yet. */
        RELEASED;

        /** What this view needs nothing below of. */
        long floor(Checkpoint checkpoint) {
            return this == SINKS ? checkpoint.lowWater() : checkpoint.slowest();
        }
    }

    private record Found(Path path, SegmentHeader header, long size) {}

    /** Takes a view of a log that somebody may be writing. */
    static LogView take(Storage storage, LogPlace place, Reach reach) throws IOException {
        return take(storage, place, reach, false);
    }

    /**
     * Takes a view.
     *
     * @param alone whether nobody can write: the caller has the log locked
     */
    static LogView take(Storage storage, LogPlace place, Reach reach, boolean alone) throws IOException {
        for (int attempt = 1; ; attempt++) {
            String fault = null;
            Checkpoint checkpoint = null;
            try {
                checkpoint = newest(storage, place.checkpointFolder(), alone);
                if (checkpoint == null) {
                    fault = "no checkpoint-a or checkpoint-b";
                }
            } catch (LogDamagedException e) {
                fault = e.what();
            }
            NavigableMap<Long, Found> found = list(storage, place);
            if (checkpoint == null) {
                return withoutCheckpoint(place, fault, found);
            }
            List<Part> parts = chain(place, checkpoint, found, reach);
            boolean whole = parts.stream().noneMatch(Part::isMissing);
            // What is missing may have been released since the checkpoint was read.
            if (whole
                    || newest(storage, place.checkpointFolder(), alone).generation() == checkpoint.generation()
                    || attempt == ATTEMPTS) {
                return new LogView(place, checkpoint, null, parts, found.size());
            }
        }
    }

    /** The newest checkpoint; slots that are written while they are read are read again. */
    static Checkpoint newest(Storage storage, Path folder, boolean alone) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return CheckpointStore.read(storage, folder);
            } catch (LogDamagedException e) {
                if (alone || attempt == ATTEMPTS) {
                    throw e;
                }
                if (storage.holder(folder) == null) {
                    // Nobody writes: it will not get better.
                    return CheckpointStore.read(storage, folder);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** Whether the frames of a sequence are committed, as the checkpoint knows. */
    boolean isCommitted(long sequence) {
        return checkpoint.state().committed().isMarked(sequence) || isHole(sequence);
    }

    /** Whether the sinks or a cursor have yet to get the frame of a sequence. */
    boolean isNeeded(long sequence) {
        return !isCommitted(sequence)
                || checkpoint.state().cursors().values().stream()
                        .anyMatch(cursor -> !cursor.committed().isMarked(sequence));
    }

    /** Whether a sequence was never used, or is lost, or was cut off by a recovery. */
    boolean isHole(long sequence) {
        var hole = checkpoint.state().holes().floorEntry(sequence);
        return hole != null && hole.getValue() >= sequence;
    }

    /** Bytes of frames in all parts, as far as they are known to be written. */
    long bytes() {
        return bytes(parts);
    }

    static long bytes(List<Part> parts) {
        long bytes = 0;
        for (Part part : parts) {
            if (!part.isMissing()) {
                bytes += (part.followed ? part.end : Math.max(part.required, SegmentHeader.LENGTH))
                        - SegmentHeader.LENGTH;
            }
        }
        return bytes;
    }

    private static NavigableMap<Long, Found> list(Storage storage, LogPlace place) throws IOException {
        NavigableMap<Long, Found> found = new TreeMap<>();
        for (Path folder : place.dataFolders()) {
            for (String name : storage.list(folder)) {
                long index = Segment.indexOf(name);
                if (index >= 0) {
                    add(storage, folder.resolve(name), index, found);
                }
            }
        }
        return found;
    }

    private static void add(Storage storage, Path path, long index, NavigableMap<Long, Found> found)
            throws IOException {
        try (StorageFile file = storage.open(path, Storage.OpenMode.READ)) {
            SegmentHeader header = SegmentHeader.read(file, path);
            if (header != null && header.index() == index && header.link() != null) {
                found.put(index, new Found(path, header, file.size()));
            }
        } catch (NoSuchFileException | FileNotFoundException e) {
            // Recycled or removed since it was listed: it is not part of the log any more.
            found.remove(index);
        }
    }

    /** As recovery goes: from the checkpoint's tail back to what is needed, then on from the tail. */
    private static List<Part> chain(
            LogPlace place, Checkpoint checkpoint, NavigableMap<Long, Found> found, Reach reach) {
        Deque<Part> parts = new ArrayDeque<>();
        long at = checkpoint.tailSegmentIndex();
        if (at != 0) {
            Found tail = found.get(at);
            Found following = following(found, at);
            if (tail == null) {
                long last = following == null ? 0 : following.header.link().previousLast();
                parts.add(missing(place, at, following != null, Math.max(checkpoint.durable(), last)));
            } else {
                parts.add(part(at, tail, following, checkpoint.tailOffset()));
            }
            back(place, found, parts, reach == Reach.RELEASED ? Long.MIN_VALUE : reach.floor(checkpoint));
        }
        forward(found, parts, at);
        return List.copyOf(parts);
    }

    /** All that hangs together with the newest segment: nothing says what of it is committed. */
    private static LogView withoutCheckpoint(LogPlace place, String fault, NavigableMap<Long, Found> found) {
        Deque<Part> parts = new ArrayDeque<>();
        Checkpoint nothing =
                new Checkpoint(0, new StreamId(0, 0), 1, 0, 0, SegmentHeader.LENGTH, false, new LogState(0, 1));
        String told = fault;
        if (!found.isEmpty()) {
            Part newest = part(found.lastKey(), found.lastEntry().getValue(), null, SegmentHeader.LENGTH);
            parts.add(newest);
            back(place, found, parts, Long.MIN_VALUE);
            while (parts.peekFirst().isMissing()) {
                parts.removeFirst();
            }
            SegmentHeader.Link oldest = parts.peekFirst().header.link();
            SegmentHeader.Link link = newest.header.link();
            if (oldest.base() > 1) {
                told += "; the segments begin with sequence " + oldest.base()
                        + ": what was below was released, or is lost with segments that are gone";
            }
            nothing = new Checkpoint(
                    0,
                    newest.header.streamId(),
                    link.base(),
                    Math.max(oldest.base() - 1, parts.size() == 1 ? 0 : link.previousLast()),
                    newest.index,
                    SegmentHeader.LENGTH,
                    false,
                    new LogState(oldest.base() - 1, 1));
        }
        return new LogView(place, nothing, told, List.copyOf(parts), found.size());
    }

    private static void back(LogPlace place, NavigableMap<Long, Found> found, Deque<Part> parts, long floor) {
        while (true) {
            Part first = parts.peekFirst();
            if (first.isMissing()) {
                // Nothing tells what it followed: the newest before it that nobody else follows.
                long before = unfollowedBefore(found, first);
                if (before < 0 || first.lastSequence <= floor) {
                    return;
                }
                Found segment = found.get(before);
                parts.addFirst(
                        new Part(segment.path, segment.header, before, segment.size, segment.size, false, 0, -1));
                continue;
            }
            SegmentHeader.Link link = first.header.link();
            if (link.previousIndex() == 0 || link.previousIndex() == first.index || link.previousLast() <= floor) {
                return;
            }
            Found previous = found.get(link.previousIndex());
            if (previous != null) {
                parts.addFirst(new Part(
                        previous.path,
                        previous.header,
                        link.previousIndex(),
                        previous.size,
                        link.previousEnd(),
                        true,
                        link.previousEnd(),
                        link.previousLast()));
            } else if (floor == Long.MIN_VALUE && found.lowerKey(first.index) == null) {
                // The oldest there is: what was before it has been released.
                return;
            } else {
                parts.addFirst(missing(place, link.previousIndex(), true, link.previousLast()));
            }
        }
    }

    /**
     * The same with what is behind a gap: segments that nothing leads to, though their frames say that something did.
     *
     * @param strays of which frames are above the last that was found; by index, at least one
     */
    LogView withStrays(NavigableMap<Long, StraySegments.Stray> strays) {
        Deque<StraySegments.Stray> linked = new ArrayDeque<>();
        for (StraySegments.Stray stray : strays.descendingMap().values()) {
            boolean leads =
                    linked.isEmpty() || linked.peekFirst().header().link().previousIndex() == stray.index();
            if (stray.isLinked() && leads) {
                linked.addFirst(stray);
            }
        }
        List<Part> more = new ArrayList<>(parts);
        if (linked.isEmpty()) {
            StraySegments.Stray last = strays.lastEntry().getValue();
            long durable = strays.values().stream()
                    .mapToLong(StraySegments.Stray::durable)
                    .max()
                    .orElseThrow();
            more.add(new Part(last.path(), null, last.index(), 0, 0, false, 0, durable));
        } else {
            SegmentHeader.Link first = linked.peekFirst().header().link();
            more.add(missing(place, first.previousIndex(), true, first.previousLast()));
            NavigableMap<Long, Found> found = new TreeMap<>();
            linked.forEach(stray -> found.put(stray.index(), new Found(stray.path(), stray.header(), stray.size())));
            found.forEach(
                    (index, segment) -> more.add(part(index, segment, following(found, index), SegmentHeader.LENGTH)));
        }
        return new LogView(place, checkpoint, checkpointFault, List.copyOf(more), segments);
    }

    private static void forward(NavigableMap<Long, Found> found, Deque<Part> parts, long from) {
        long at = from;
        while (true) {
            Found next = following(found, at);
            if (next == null) {
                return;
            }
            at = next.header.index();
            parts.addLast(part(at, next, following(found, at), SegmentHeader.LENGTH));
        }
    }

    private static Part part(long index, Found segment, Found following, long required) {
        SegmentHeader.Link next = following == null ? null : following.header.link();
        return new Part(
                segment.path,
                segment.header,
                index,
                segment.size,
                next == null ? segment.size : next.previousEnd(),
                next != null,
                required,
                next == null ? -1 : next.previousLast());
    }

    private static Part missing(LogPlace place, long index, boolean followed, long lastSequence) {
        return new Part(place.home().resolve(Segment.nameOf(index)), null, index, 0, 0, followed, 0, lastSequence);
    }

    /** The segment that follows the one of an index (R11); the highest where there are several. */
    private static Found following(NavigableMap<Long, Found> found, long index) {
        for (Found segment : found.descendingMap().values()) {
            if (segment.header.link().previousIndex() == index && segment.header.index() != index) {
                return segment;
            }
        }
        return null;
    }

    private static long unfollowedBefore(NavigableMap<Long, Found> found, Part missing) {
        for (long index : found.headMap(missing.index, false).descendingKeySet()) {
            if (following(found, index) == null
                    && found.get(index).header.link().base() <= missing.lastSequence) {
                return index;
            }
        }
        return -1;
    }
}
