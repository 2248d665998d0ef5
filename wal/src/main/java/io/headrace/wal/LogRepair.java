package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Lets a damaged log go on without what is damaged. Nothing is changed in place: what holds from the first damage on is
 * copied into new segments, and one checkpoint then leads there. Whenever it dies, the log is as it was before or repaired.
 *
 * <p>What is damaged is copied aside first. The log takes a new stream id (R12), because its receivers would miss what is
 * lost for ever. What is lost counts as committed, and its events as dropped for the reason {@value #REASON}.
 */
public final class LogRepair {
    /** Why the events of lost frames were dropped, in the ledger. */
    public static final String REASON = "damaged";

    private static final int COPY_BYTES = 1024 * 1024;
    private static final String FOLDER = "repair-";

    private final Storage storage;
    private final LogPlace place;
    private final LogClocks clocks;
    private final List<LogDamage> damages = new ArrayList<>();
    private final LogRepairState ledger = new LogRepairState();

    private LogView view;
    private long lowWater;
    private long slowest;
    private int firstDamaged = Integer.MAX_VALUE;
    private long last;
    private long copyFrames;
    private long copyBytes;

    /** By part: frames that hold and that somebody has yet to get, and the highest sequence that was found. */
    private final NavigableMap<Integer, Long> surviving = new TreeMap<>();

    private final NavigableMap<Integer, Long> lastFound = new TreeMap<>();

    private LogRepair(Storage storage, LogPlace place, LogClocks clocks) {
        this.storage = storage;
        this.place = place;
        this.clocks = clocks;
    }

    /**
     * What would be done.
     *
     * @param damages in log order; empty when there is nothing to repair
     * @param lostEvents in the missing sequences, from the ledger and what damaged headers say
     * @param uncounted of the missing sequences, those of which neither says how many events they held
     * @param copyFrames frames that are copied into new segments
     * @param copyBytes of those
     * @param aside files of which a copy is kept, by the folder that it goes to
     */
    public record Plan(
            List<LogDamage> damages,
            long lostEvents,
            long uncounted,
            long copyFrames,
            long copyBytes,
            Map<Path, List<Path>> aside) {
        public Plan {
            damages = List.copyOf(damages);
            aside = Map.copyOf(aside);
        }

        /** All that the sinks miss, in order. */
        public List<LogDamage.SequenceRange> lost() {
            return damages.stream().flatMap(damage -> damage.lost().stream()).toList();
        }

        /** What cursors beside the sinks' miss, by name. */
        public Map<String, List<LogDamage.SequenceRange>> lostOnCursors() {
            return LogDamage.lostOnCursors(damages);
        }

        /** Whether anything is damaged. */
        public boolean isNeeded() {
            return !damages.isEmpty();
        }
    }

    /**
     * Finds out what would be done; changes nothing.
     *
     * @param name what the folders for the copies are told apart by, a time
     * @throws IOException when the log is open elsewhere, cannot be read, or a folder of it is not there
     */
    public static Plan plan(Storage storage, LogPlace place, String name) throws IOException {
        String holder = storage.holder(place.home());
        if (holder != null) {
            throw new IOException(place.home() + ": open, by " + holder + " (expected: a log that nobody has open)");
        }
        LogRepair repair = new LogRepair(storage, place, null);
        repair.look(false);
        return repair.plan(name);
    }

    /**
     * Repairs the log and returns what was done, as {@link #plan} says it; nothing when nothing is damaged.
     *
     * @throws IOException when the log is open elsewhere or the disk fails; the log is then as it was, or repaired
     */
    public static Plan apply(Storage storage, LogPlace place, LogClocks clocks, String name) throws IOException {
        refuseMissing(place);
        LogRepair repair = new LogRepair(storage, place, clocks);
        LogFolders locked = LogFolders.lock(repair.settings(LogSettings.DEFAULT_SEGMENT_BYTES), storage);
        try {
            repair.look(true);
            Plan plan = repair.plan(name);
            if (plan.isNeeded()) {
                repair.copyAside(plan);
                repair.change();
            }
            return plan;
        } finally {
            locked.close();
        }
    }

    private static void refuseMissing(LogPlace place) throws IOException {
        if (!place.missing().isEmpty()) {
            throw new IOException(place.missing().get(0)
                    + ": not there, or not a folder of this log any more (expected: all folders of the log in "
                    + place.home() + "; is the disk mounted?)");
        }
    }

    private LogSettings settings(long segmentBytes) {
        long bytes = Math.min(Math.max(segmentBytes, LogSettings.DEFAULT_SEGMENT_BYTES), LogSettings.MAX_SEGMENT_BYTES);
        return new LogSettings(
                place.dataFolders(),
                place.checkpointFolder(),
                bytes,
                (int) ((bytes - SegmentHeader.LENGTH) / 2),
                LogSettings.Appender.POSITIONAL,
                0);
    }

    // ---- looking

    private void look(boolean locked) throws IOException {
        refuseMissing(place);
        try (LogWalk walk = new LogWalk(storage, place, Long.MIN_VALUE, LogView.Reach.CURSORS, true, locked)) {
            LogWalk.Step step = walk.next();
            view = walk.view();
            lowWater = view.checkpoint().lowWater();
            slowest = view.checkpoint().slowest();
            ledger.begin(view);
            last = view.checkpoint().durable();
            for (; step != LogWalk.Step.END; step = walk.next()) {
                if (walk.view().checkpoint() != view.checkpoint()) {
                    throw new IOException(
                            place.home() + ": changed while it was read (expected: a log that nobody has open)");
                }
                view = walk.view();
                if (step == LogWalk.Step.DAMAGE) {
                    damages.add(walk.damage());
                    if (walk.damage().kind() != LogDamage.Kind.CHECKPOINT) {
                        firstDamaged =
                                Math.min(firstDamaged, indexOf(walk.damage().file()));
                    }
                    for (LogDamage.SequenceRange range : walk.damage().lost()) {
                        last = Math.max(last, range.last());
                    }
                } else {
                    last = Math.max(last, walk.sequence());
                    ledger.survives(walk);
                    lastFound.put(walk.partIndex(), walk.sequence());
                    if (isCopied(walk)) {
                        surviving.merge(walk.partIndex(), 1L, Long::sum);
                    }
                }
            }
        }
        ledger.lost(damages);
        countCopy();
    }

    private int indexOf(Path file) {
        for (int i = 0; i < view.parts().size(); i++) {
            if (view.parts().get(i).path().equals(file)) {
                return i;
            }
        }
        return 0;
    }

    /** The first part that is copied: at the checkpoint's tail at the latest, so that nothing before leads to the copy. */
    private int firstCopied() {
        int tail = 0;
        for (int i = 0; i < view.parts().size(); i++) {
            if (view.parts().get(i).index() == view.checkpoint().tailSegmentIndex()) {
                tail = i;
            }
        }
        int first = Math.min(tail, firstDamaged);
        while (first > 0 && !view.parts().get(first - 1).followed()) {
            first--;
        }
        return first;
    }

    private void countCopy() throws IOException {
        if (damages.isEmpty()) {
            return;
        }
        try (LogWalk walk = survivors()) {
            while (walk.next() != LogWalk.Step.END) {
                if (isCopied(walk)) {
                    copyFrames++;
                    copyBytes += walk.frame().alignedLength();
                }
            }
        }
        long expected = surviving.tailMap(firstCopied(), true).values().stream()
                .mapToLong(Long::longValue)
                .sum();
        if (copyFrames != expected) {
            throw new IOException(place.home() + ": " + copyFrames + " frames would be copied (expected: " + expected
                    + ", which hold and are not reported as lost); nothing was changed");
        }
    }

    private LogWalk survivors() {
        return new LogWalk(storage, place, view, firstCopied(), copiedAbove());
    }

    /** What was found counts, not what a link says. */
    private long copiedAbove() {
        Map.Entry<Integer, Long> before = lastFound.lowerEntry(firstCopied());
        return before == null ? slowest : Math.max(slowest, before.getValue());
    }

    private static boolean isCopied(LogWalk walk) {
        return walk.frame() != null
                && walk.frame().type() != FrameType.PAD
                && walk.view().isNeeded(walk.sequence());
    }

    private Plan plan(String name) throws IOException {
        Map<Path, List<Path>> aside = new LinkedHashMap<>();
        if (!damages.isEmpty()) {
            Set<Path> files = new LinkedHashSet<>();
            files.add(place.home().resolve(LogIdentity.NAME));
            files.add(place.checkpointFolder().resolve("checkpoint-a"));
            files.add(place.checkpointFolder().resolve("checkpoint-b"));
            damages.forEach(damage -> files.add(damage.file()));
            for (LogView.Part part : view.parts()) {
                if (part.isMissing()) {
                    // A header that cannot be read: the file may be in any folder.
                    place.dataFolders().forEach(folder -> files.add(folder.resolve(Segment.nameOf(part.index()))));
                }
            }
            for (Path file : files) {
                if (!file.equals(place.checkpointFolder()) && storage.exists(file)) {
                    aside.computeIfAbsent(file.resolveSibling(FOLDER + name), folder -> new ArrayList<>())
                            .add(file);
                }
            }
        }
        return new Plan(damages, ledger.lostEvents(), ledger.uncounted(), copyFrames, copyBytes, aside);
    }

    // ---- changing

    private void copyAside(Plan plan) throws IOException {
        for (Map.Entry<Path, List<Path>> target : plan.aside().entrySet()) {
            storage.createFolders(target.getKey());
            for (Path file : target.getValue()) {
                copyFile(file, target.getKey().resolve(file.getFileName().toString()));
            }
            storage.syncFolder(target.getKey());
        }
    }

    private void copyFile(Path from, Path to) throws IOException {
        try (StorageFile in = storage.open(from, Storage.OpenMode.READ);
                StorageFile out = storage.open(to, Storage.OpenMode.CREATE)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
            long at = 0;
            while (in.read(buffer.clear(), at) > 0) {
                int length = buffer.flip().remaining();
                out.write(buffer, at);
                at += length;
            }
            out.sync();
        }
    }

    private void change() throws IOException {
        StreamId streamId = LogIdentity.renew(storage, place.home(), clocks);
        Checkpoint before = view.checkpoint();
        long ceiling = Math.max(before.ceiling(), last + 1);
        if (view.checkpointFault() != null) {
            // From here on the log has a checkpoint: it says nothing that its segments don't.
            Checkpoint first = new Checkpoint(
                    1,
                    streamId,
                    ceiling,
                    before.durable(),
                    before.tailSegmentIndex(),
                    before.tailOffset(),
                    false,
                    ledger.unrepaired(lowWater));
            CheckpointStore.replace(storage, place.checkpointFolder(), first);
        }
        Segment tail;
        long tailOffset;
        try (Copier copier = new Copier(streamId)) {
            copier.copy();
            tail = copier.current;
            tailOffset = copier.appender.position();
        }
        ledger.passOver(damages);
        for (CursorState cursor : ledger.state().cursors().values()) {
            cursor.streamId(
                    new StreamId(clocks.random().getAsLong(), clocks.random().getAsLong()));
        }
        try (CheckpointStore store = CheckpointStore.open(storage, place.checkpointFolder())) {
            for (int slot = 0; slot < 2; slot++) {
                store.write(new Checkpoint(
                        store.nextGeneration(),
                        streamId,
                        ceiling,
                        last,
                        tail.index(),
                        tailOffset,
                        true,
                        ledger.state()));
            }
        }
    }

    /** Copies what holds into new segments, synced, that nothing leads to yet. */
    private final class Copier implements AutoCloseable {
        private final SegmentPreparer preparer;
        private final PositionalAppender appender = new PositionalAppender();
        private final List<Segment> copies = new ArrayList<>();
        private final List<SegmentHeader.Link> links = new ArrayList<>();
        private Segment current;
        private long left = copyBytes;

        private Copier(StreamId streamId) throws IOException {
            long largest = 0;
            long highest = 0;
            for (LogView.Part part : view.parts()) {
                largest = Math.max(largest, part.isMissing() ? 0 : part.header().size());
            }
            for (Path folder : place.dataFolders()) {
                for (String name : storage.list(folder)) {
                    highest = Math.max(highest, Segment.indexOf(name));
                    if (SegmentFilling.isUnfinished(name)) {
                        storage.delete(folder.resolve(name));
                    }
                }
            }
            for (LogView.Part part : view.parts()) {
                highest = Math.max(highest, part.index());
            }
            preparer = new SegmentPreparer(settings(largest), storage, clocks, new Milestone());
            preparer.start(streamId, highest + 1);
        }

        private void copy() throws IOException {
            long above = copiedAbove();
            long written = above;
            try (LogWalk walk = survivors()) {
                while (walk.next() != LogWalk.Step.END) {
                    if (isCopied(walk)) {
                        Frame frame = walk.frame();
                        if (!appender.accepts(frame)) {
                            appender.write();
                        }
                        if (current == null || appender.position() + frame.alignedLength() > current.size()) {
                            roll(walk.sequence(), frame.alignedLength(), written);
                        }
                        written = walk.sequence();
                        left -= frame.alignedLength();
                        appender.stage(written, above, walk.inputNumber(), walk.inputPosition(), frame);
                    }
                }
            }
            if (current == null) {
                roll(last + 1, 0, written);
            }
            appender.write();
            for (int i = copies.size() - 1; i >= 0; i--) {
                copies.get(i).begin(links.get(i));
                copies.get(i).file().sync();
            }
        }

        private void roll(long sequence, int bytes, long written) throws IOException {
            appender.write();
            SegmentHeader.Link link;
            int first = firstCopied();
            long end = current == null ? 0 : appender.position();
            Segment next = preparer.makeNow(Math.max(left, bytes));
            if (current != null) {
                link = new SegmentHeader.Link(sequence, current.index(), end, written);
            } else if (first == 0) {
                // Follows itself: nothing before it is part of the log, and nothing before leads here.
                link = new SegmentHeader.Link(sequence, next.index(), 0, slowest);
            } else {
                LogView.Part before = view.parts().get(first - 1);
                link = new SegmentHeader.Link(sequence, before.index(), before.end(), before.lastSequence());
            }
            current = next;
            copies.add(next);
            links.add(link);
            appender.begin(next, SegmentHeader.LENGTH);
        }

        @Override
        public void close() throws IOException {
            appender.close();
            preparer.close();
            for (Segment copy : copies) {
                copy.file().close();
            }
        }
    }
}
