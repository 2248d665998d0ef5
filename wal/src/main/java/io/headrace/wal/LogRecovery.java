package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Finds out what a log holds: starts where the checkpoint says the durable frames end, accepts what was written since,
 * tells a torn tail from damage, and copies what it accepts into a new segment, synced, before anybody relies on it
 * (R10). Nothing is changed on disk before the verdict is that the log is sound.
 *
 * <p>Segments form a chain: each that was begun says which one it follows and where that one ends. Where two follow the
 * same one, the one with the higher index holds: it is a copy that an earlier recovery made. Its link is written only
 * when all that it leads to is synced.
 */
final class LogRecovery {
    private static final int SEARCH_BYTES = 256 * 1024;

    private final LogSettings settings;
    private final LogMembers members;
    private final Storage storage;
    private final SegmentPreparer preparer;
    private final long nowMillis;
    private final SegmentScanner scanner;

    private final Map<Long, Segment> begun = new HashMap<>();
    private final List<Segment> unbegun = new ArrayList<>();
    private final List<Path> unreadable = new ArrayList<>();
    private final Map<Path, StorageFile> unreadableFiles = new HashMap<>();
    private final ArrayDeque<Segment> chain = new ArrayDeque<>();
    private final List<Range> accepted = new ArrayList<>();

    private long highestIndex;
    private long last;
    private long copiedFrames;
    private long copiedBytes;
    private long cutBytes;
    private long unknownInputFrames;
    private boolean somethingAfter;
    private Segment current;
    private long currentOffset;

    /** Frames of one segment that are accepted above the checkpoint's durable sequence. */
    private record Range(Segment segment, long from, long to) {}

    LogRecovery(
            LogSettings settings,
            LogMembers members,
            Storage storage,
            SegmentPreparer preparer,
            long nowMillis,
            ByteBufAllocator allocator) {
        this.settings = settings;
        this.members = members;
        this.storage = storage;
        this.preparer = preparer;
        this.nowMillis = nowMillis;
        this.scanner = new SegmentScanner(allocator, settings.maxFrameLength());
    }

    /** The sequence of the last frame in the log; that of the checkpoint when there is none above. */
    long last() {
        return last;
    }

    long copiedFrames() {
        return copiedFrames;
    }

    long cutBytes() {
        return cutBytes;
    }

    /** Frames whose input the log does not know: their positions are not kept. */
    long unknownInputFrames() {
        return unknownInputFrames;
    }

    /** Whether there was anything after the checkpoint's tail. */
    boolean foundMore() {
        return somethingAfter;
    }

    /** The segments to go on with, in log order. */
    Iterable<Segment> chain() {
        return chain;
    }

    /** The segment to append to, or null when it is to be a new one. */
    Segment current() {
        return current;
    }

    long currentOffset() {
        return currentOffset;
    }

    /** Segments that hold nothing any more; to be recycled when no checkpoint leads to them. */
    List<Segment> leftOver() {
        List<Segment> leftOver = new ArrayList<>(unbegun);
        for (Segment segment : begun.values()) {
            if (!chain.contains(segment)) {
                leftOver.add(segment);
            }
        }
        return leftOver;
    }

    /** Lists and opens the segment files. */
    void open() throws IOException {
        for (Path folder : settings.dataFolders()) {
            for (String name : storage.list(folder)) {
                long index = Segment.indexOf(name);
                if (index >= 0) {
                    open(folder.resolve(name), index);
                }
            }
        }
    }

    /** An index that no file has. */
    long nextIndex() {
        return highestIndex + 1;
    }

    /**
     * Recovers into {@code checkpoint.state()}.
     *
     * @param checkpoint null for a log that is new
     */
    void recover(Checkpoint checkpoint, StreamId streamId) throws IOException {
        preparer.start(streamId, nextIndex());
        removeUnfinished();
        if (checkpoint == null) {
            int segments = Math.max(
                    begun.size(),
                    new StraySegments(storage)
                            .find(settings.dataFolders(), 0, 0)
                            .size());
            if (segments > 0) {
                throw damaged("segments without a checkpoint: " + segments + " (expected: checkpoint-a or -b in "
                        + members.checkpointFolder() + ")");
            }
        } else {
            last = checkpoint.durable();
            follow(checkpoint);
            scan(checkpoint);
            unbegun.forEach(preparer::addSpare);
            unbegun.clear();
            if (accepted.isEmpty()) {
                goOnAtTail(checkpoint);
            } else {
                copy(checkpoint);
            }
        }
        removeUnreadable();
        scanner.close();
    }

    /** Closes every file, when opening failed. */
    void close() throws IOException {
        scanner.close();
        List<StorageFile> files = new ArrayList<>(unreadableFiles.values());
        begun.values().forEach(segment -> files.add(segment.file()));
        unbegun.forEach(segment -> files.add(segment.file()));
        IOException failed = null;
        for (StorageFile file : files) {
            try {
                file.close();
            } catch (IOException e) {
                failed = failed == null ? e : failed;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    private void open(Path path, long index) throws IOException {
        highestIndex = Math.max(highestIndex, index);
        StorageFile file = storage.open(path, Storage.OpenMode.WRITE);
        unreadableFiles.put(path, file);
        SegmentHeader header = SegmentHeader.read(file, path);
        if (header == null || header.index() != index || header.size() != file.size()) {
            // Put in place by half, or shortened on its way out: nothing leads to it, or the chain will miss it.
            unreadable.add(path);
            return;
        }
        unreadableFiles.remove(path);
        Segment segment = new Segment(path, file, header);
        if (header.link() == null) {
            unbegun.add(segment);
        } else {
            begun.put(index, segment);
        }
    }

    /** Finds the segments of the backlog, from the tail backwards. */
    private void follow(Checkpoint checkpoint) throws IOException {
        long slowest = checkpoint.slowest();
        if (checkpoint.tailSegmentIndex() == 0) {
            return;
        }
        Segment tail = need(checkpoint.tailSegmentIndex(), checkpoint);
        tail.written(checkpoint.tailOffset(), checkpoint.durable());
        chain.addFirst(tail);
        Segment segment = tail;
        while (followsAnother(segment) && segment.link().previousLast() > slowest) {
            boolean needed = segment.link().previousLast() > checkpoint.lowWater();
            Segment previous = needed
                    ? need(segment.link().previousIndex(), checkpoint)
                    : begun.get(segment.link().previousIndex());
            if (previous == null) {
                throw damaged("segment " + Segment.nameOf(segment.link().previousIndex())
                        + " is missing or its header is damaged (cursors that have yet to read it: "
                        + waitingFor(segment.link().previousLast(), checkpoint)
                        + "; headrace wal cursors --drop NAME goes on without such a cursor)");
            }
            segment = addBefore(segment, previous);
        }
        while (settings.retention().keepsAnything() && followsAnother(segment)) {
            Segment previous = begun.get(segment.link().previousIndex());
            if (previous == null || previous.size() < segment.link().previousEnd()) {
                return;
            }
            segment = addBefore(segment, previous);
        }
    }

    private static String waitingFor(long sequence, Checkpoint checkpoint) {
        return checkpoint.state().cursors().values().stream()
                .filter(cursor -> cursor.committed().floor() < sequence)
                .map(CursorState::name)
                .collect(Collectors.joining(", "));
    }

    /** A segment that names itself as the one before follows none: a repair wrote it. */
    private static boolean followsAnother(Segment segment) {
        long previous = segment.link().previousIndex();
        return previous != 0 && previous != segment.index();
    }

    private Segment addBefore(Segment segment, Segment previous) throws IOException {
        previous.written(segment.link().previousEnd(), segment.link().previousLast());
        previous.leave(true);
        previous.leftMillis(writtenMillis(previous));
        chain.addFirst(previous);
        return previous;
    }

    private long writtenMillis(Segment segment) throws IOException {
        long modified = settings.retention().keepsAnything() ? storage.modifiedMillis(segment.path()) : -1;
        return modified < 0 ? nowMillis : Math.min(modified, nowMillis);
    }

    private Segment need(long index, Checkpoint checkpoint) throws IOException {
        Segment segment = begun.get(index);
        if (segment == null) {
            throw damaged(
                    "segment " + Segment.nameOf(index) + " is missing or its header is damaged (expected: it holds"
                            + " sequences between low-water mark " + checkpoint.lowWater() + " and durable "
                            + checkpoint.durable() + ")");
        }
        return segment;
    }

    /** The segment that follows the one of an index (R11); the highest where there are several. */
    private Segment following(long index) {
        Segment following = null;
        for (Segment segment : begun.values()) {
            if (segment.link().previousIndex() == index
                    && segment.index() != index
                    && (following == null || segment.index() > following.index())) {
                following = segment;
            }
        }
        return following;
    }

    private void scan(Checkpoint checkpoint) throws IOException {
        Segment segment = chain.peekLast();
        long from = checkpoint.tailOffset();
        if (segment == null) {
            segment = following(0);
            from = SegmentHeader.LENGTH;
        }
        long knownDurable = checkpoint.durable();
        while (segment != null) {
            Segment following = following(segment.index());
            long limit = following == null ? segment.size() : following.link().previousEnd();
            scanner.position(segment, from);
            boolean any = false;
            while (accept(limit, checkpoint.state())) {
                any = true;
                knownDurable = Math.max(knownDurable, scanner.hop().durable());
            }
            long end = scanner.frameOffset();
            if (any) {
                accepted.add(new Range(segment, from, end));
            }
            if (checkpoint.clean() && accepted.isEmpty() && following == null) {
                // An orderly stop: nothing was written behind the tail, so nothing is searched for.
                return;
            }
            if (following == null || end != limit) {
                judge(segment, end, limit, following, knownDurable);
                return;
            }
            somethingAfter = true;
            segment = following;
            from = SegmentHeader.LENGTH;
        }
        judgeStrays(0);
    }

    /** Frames that the chain does not lead to any more may say that there was more. */
    private void judgeStrays(long index) throws IOException {
        for (StraySegments.Stray stray : new StraySegments(storage)
                .find(settings.dataFolders(), index, last)
                .values()) {
            if (stray.durable() > last) {
                throw damaged(stray.path() + ": nothing leads to it, "
                        + (stray.isLinked()
                                ? "segment "
                                        + Segment.nameOf(stray.header().link().previousIndex())
                                        + " is missing or damaged"
                                : "its header is damaged")
                        + "; sequences above " + last + " are missing (expected: frames up to the durable sequence "
                        + stray.durable() + ")");
            }
        }
    }

    private boolean accept(long limit, LogState state) throws IOException {
        Frame frame = scanner.next(limit, last);
        if (frame == null) {
            return false;
        }
        last = scanner.hop().sequence();
        copiedFrames++;
        copiedBytes += frame.alignedLength();
        try {
            HopHeader hop = scanner.hop();
            if (!apply(frame, hop.sequence(), hop.inputNumber(), hop.inputPosition(), state, nowMillis)) {
                unknownInputFrames++;
            }
        } finally {
            frame.release();
        }
        return true;
    }

    /**
     * Takes what a frame above the checkpoint's durable sequence says into the state.
     *
     * @return false when the state does not know its input
     */
    static boolean apply(
            Frame frame, long sequence, int inputNumber, long inputPosition, LogState state, long nowMillis) {
        if (!state.committed().isMarked(sequence)) {
            state.accepted(state.accepted() + frame.eventCount());
        }
        switch (frame.type()) {
            case INPUT -> {
                InputFrames.Input input = InputFrames.decode(frame);
                state.nextInputNumber(Math.max(state.nextInputNumber(), input.number() + 1));
                if (!state.inputs().containsKey(input.number())) {
                    state.inputs()
                            .put(input.number(), new InputState(input.number(), input.key(), inputPosition, nowMillis));
                }
            }
            case DATA, MARK -> {
                InputState input = state.inputs().get(inputNumber);
                if (input != null) {
                    input.keep(inputPosition, nowMillis);
                    if (input.window() != null) {
                        state.origins().add(frame.producerId(), frame.firstEventNumber(), 0);
                    }
                }
                return input != null || inputNumber == 0;
            }
            case PAD -> {
                // Carries nothing.
            }
        }
        return true;
    }

    /** No frame was accepted at {@code end}: a torn tail, or damage of what was known to be durable? */
    private void judge(Segment segment, long end, long limit, Segment following, long knownDurable) throws IOException {
        String fault = scanner.fault();
        long durable = knownDurable;
        long cut = 0;
        Segment searched = segment;
        Segment next = following;
        long from = end;
        long to = limit;
        while (searched != null) {
            Later later = searchLater(searched, from, to);
            durable = Math.max(durable, later.durable);
            cut += later.end > 0 ? later.end - from : 0;
            searched = next;
            next = searched == null ? null : following(searched.index());
            from = SegmentHeader.LENGTH;
            to = next == null
                    ? (searched == null ? 0 : searched.size())
                    : next.link().previousEnd();
        }
        somethingAfter |= cut > 0 || !accepted.isEmpty() || following != null;
        if (durable > last) {
            throw damaged(segment.path() + ": damaged at offset " + end + ": " + fault + "; sequences above " + last
                    + " are missing (expected: frames up to the durable sequence " + durable + ")");
        }
        judgeStrays(segment.index());
        cutBytes = cut;
    }

    private record Later(long durable, long end) {}

    /** Looks for hop halves of this life of the segment, at any place where a frame could begin. */
    private Later searchLater(Segment segment, long from, long to) throws IOException {
        HopHeader hop = new HopHeader();
        ByteBuffer buffer = ByteBuffer.allocateDirect(SEARCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long durable = 0;
        long end = 0;
        for (long start = from; start < to; start += SEARCH_BYTES - FrameLayout.HEADER_LENGTH) {
            buffer.clear();
            while (buffer.hasRemaining() && segment.file().read(buffer, start + buffer.position()) > 0) {
                // Reads may be short.
            }
            int length = (int) Math.min(buffer.position(), to - start);
            buffer.clear();
            for (int at = 0; at + FrameLayout.HOP_LENGTH <= length; at += FrameLayout.ALIGNMENT) {
                if (buffer.getInt(at + FrameLayout.TAG_OFFSET) == segment.tag()
                        && hop.read(buffer, at)
                        && hop.sequence() > last
                        && hop.durable() <= hop.sequence()) {
                    durable = Math.max(durable, hop.durable());
                    end = Math.max(end, Math.min(to, start + at + FrameLayout.align(Math.max(0, hop.length()))));
                }
            }
        }
        return new Later(durable, end);
    }

    /** Nothing was accepted: the log goes on at its tail, in the same segment only if that holds nothing behind it. */
    private void goOnAtTail(Checkpoint checkpoint) {
        Segment tail = chain.peekLast();
        if (tail == null) {
            return;
        }
        if (!somethingAfter && checkpoint.clean()) {
            current = tail;
            currentOffset = checkpoint.tailOffset();
        } else {
            tail.leave(true);
        }
    }

    /** Copies what was accepted behind the durable tail, and only then lets the chain lead there (R10). */
    private void copy(Checkpoint checkpoint) throws IOException {
        Segment tail = chain.peekLast();
        SegmentHeader.Link commit = null;
        Segment firstCopy = null;
        List<Segment> copies = new ArrayList<>();
        long left = copiedBytes;
        long above = checkpoint.durable();
        try (PositionalAppender appender = new PositionalAppender()) {
            for (Range range : accepted) {
                scanner.position(range.segment, range.from);
                while (scanner.offset() < range.to) {
                    Frame frame = scanner.next(range.to, above);
                    if (frame == null && scanner.frameOffset() == range.to) {
                        // Padding ends what was accepted.
                        break;
                    }
                    if (frame == null) {
                        throw damaged(range.segment.path() + ": read differently the second time at offset "
                                + scanner.frameOffset() + ": " + scanner.fault());
                    }
                    try {
                        HopHeader hop = scanner.hop();
                        if (!appender.accepts(frame)) {
                            appender.write();
                        }
                        if (current == null || appender.position() + frame.alignedLength() > current.size()) {
                            appender.write();
                            SegmentHeader.Link link;
                            if (current == null) {
                                link = new SegmentHeader.Link(
                                        hop.sequence(),
                                        tail == null ? 0 : tail.index(),
                                        tail == null ? 0 : checkpoint.tailOffset(),
                                        checkpoint.durable());
                                commit = link;
                            } else {
                                current.written(appender.position(), above);
                                current.leave(false);
                                link = new SegmentHeader.Link(
                                        hop.sequence(), current.index(), appender.position(), above);
                            }
                            current = preparer.makeNow(Math.max(left, frame.alignedLength()));
                            copies.add(current);
                            if (firstCopy == null) {
                                firstCopy = current;
                            } else {
                                current.begin(link);
                            }
                            appender.begin(current, SegmentHeader.LENGTH);
                        }
                        above = hop.sequence();
                        left -= frame.alignedLength();
                        appender.stage(above, checkpoint.durable(), hop.inputNumber(), hop.inputPosition(), frame);
                    } finally {
                        frame.release();
                    }
                }
            }
            appender.write();
            currentOffset = appender.position();
        }
        current.written(currentOffset, above);
        for (Segment copy : copies) {
            if (copy == current) {
                copy.file().sync();
            } else {
                copy.syncLeft();
            }
        }
        firstCopy.begin(commit);
        firstCopy.file().sync();
        if (tail != null) {
            tail.leave(true);
        }
        for (Segment copy : copies) {
            begun.put(copy.index(), copy);
            chain.addLast(copy);
        }
    }

    private void removeUnreadable() throws IOException {
        for (Path path : unreadable) {
            unreadableFiles.remove(path).close();
            storage.delete(path);
        }
    }

    private void removeUnfinished() throws IOException {
        for (Path folder : settings.dataFolders()) {
            for (String name : storage.list(folder)) {
                if (SegmentPreparer.isUnfinished(name)) {
                    storage.delete(folder.resolve(name));
                }
            }
        }
    }

    private LogDamagedException damaged(String what) {
        return new LogDamagedException(members.home(), what + members.hint());
    }
}
