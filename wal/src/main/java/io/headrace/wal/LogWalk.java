package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import io.netty.buffer.ByteBufAllocator;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Reads the frames of a log in order from outside, while it may be open elsewhere: by plain positional reads into bounded
 * buffers, without a lock, writing nothing. A frame counts only if tag, header checksum and payload checksum hold. What does not
 * hold because its segment was released and used again meanwhile is passed over: it was committed. Each sequence is
 * returned once at most, in ascending order.
 *
 * <p>Owned by one thread, which is not interrupted. Works on any storage.
 */
public final class LogWalk implements AutoCloseable {
    private static final int MAX_RENEWALS = 1000;

    /** What is passed over within this many bytes is not worth a search. */
    private static final int NEAR_BYTES = 2 * SegmentScanner.READ_BYTES;

    /** What a step came to. */
    public enum Step {
        /** A frame, see {@link #frame()}. */
        FRAME,
        /** Something that is not as it was written, see {@link #damage()}; the next step goes on behind it. */
        DAMAGE,
        /** Nothing more now; the next step looks again. */
        END
    }

    private final Storage storage;
    private final LogPlace place;
    private final LogView.Reach reach;
    private final boolean judging;
    private final boolean alone;
    private final SegmentScanner scanner =
            new SegmentScanner(ByteBufAllocator.DEFAULT, (int) LogSettings.MAX_SEGMENT_BYTES);
    private final FrameSearch search = new FrameSearch();

    private LogView fixed;
    private LogView view;
    private boolean checkpointTold;
    private int at;
    private Segment segment;
    private long partSequence;
    private boolean sizeTold;
    private long lookedAgainAt;
    private long judgedAt;
    private long last;
    private long knownDurable;
    private Frame frame;
    private LogDamage damage;
    private long tornBytes;
    private boolean ended;
    private long bytesRead;
    private long released;
    private int renewals;

    /**
     * Opens nothing yet.
     *
     * @param above only frames with sequences above this are returned; {@code Long.MIN_VALUE} for all that are not committed
     * @param withReleased also what is committed, as far as it is not released
     * @param judging whether the bytes behind the last frame are searched for what tells a torn tail from damage, which
     *     reads the last segment to its end
     */
    public LogWalk(Storage storage, LogPlace place, long above, boolean withReleased, boolean judging) {
        this(storage, place, above, withReleased ? LogView.Reach.RELEASED : LogView.Reach.SINKS, judging, false);
    }

    /**
     * As the other one, to verify a log.
     *
     * @param reach how far down
     * @param alone whether nobody can write: the caller has the log locked
     */
    LogWalk(Storage storage, LogPlace place, long above, LogView.Reach reach, boolean judging, boolean alone) {
        this.storage = storage;
        this.place = place;
        this.reach = reach;
        this.judging = judging;
        this.alone = alone;
        this.last = above;
    }

    /** Walks what a view of a log that nobody has open shows, whatever stands in the checkpoint meanwhile. */
    LogWalk(Storage storage, LogPlace place, LogView fixed, long above) {
        this(storage, place, above, LogView.Reach.CURSORS, true, true);
        this.fixed = fixed;
    }

    /** Goes to the next frame or damage. The frame of the step before is given back. */
    public Step next() throws IOException {
        dropFrame();
        if (ended) {
            ended = false;
            if (movedOn()) {
                view = null;
            }
        }
        while (true) {
            if (view == null) {
                enter();
                if (view.checkpointFault() != null && !checkpointTold) {
                    checkpointTold = true;
                    damage = new LogDamage(
                            LogDamage.Kind.CHECKPOINT,
                            place.checkpointFolder(),
                            0,
                            0,
                            List.of(),
                            Map.of(),
                            0,
                            view.checkpointFault());
                    return Step.DAMAGE;
                }
            }
            if (at >= view.parts().size()) {
                Step end = end();
                if (end != null) {
                    return end;
                }
                continue;
            }
            LogView.Part part = view.parts().get(at);
            if (segment == null && !open(part)) {
                if (isPassed(part)) {
                    released++;
                    at++;
                    continue;
                }
                if (isReleased(part)) {
                    renew();
                    continue;
                }
                lose(
                        LogDamage.Kind.SEGMENT,
                        part.path(),
                        0,
                        0,
                        "missing, or its header is damaged",
                        last + 1,
                        part.lastSequence(),
                        0);
                at++;
                return Step.DAMAGE;
            }
            if (!sizeTold && part.size() != part.header().size() && !isPassed(part)) {
                sizeTold = true;
                if (isReleased(part)) {
                    renew();
                    continue;
                }
                damage = new LogDamage(
                        LogDamage.Kind.SIZE,
                        part.path(),
                        part.size(),
                        part.header().size(),
                        List.of(),
                        Map.of(),
                        0,
                        part.size() + " bytes (expected: " + part.header().size() + ", as its header says)");
                return Step.DAMAGE;
            }
            Step step = step(part);
            if (step != null) {
                return step;
            }
        }
    }

    /** One try; null when something was passed over. */
    private Step step(LogView.Part part) throws IOException {
        Frame found = read(part);
        if (found != null) {
            return accept(found) ? Step.FRAME : null;
        }
        long offset = scanner.frameOffset();
        if (part.followed() && offset == part.end()) {
            leave();
            at++;
            return null;
        }
        if (offset != lookedAgainAt) {
            // What was read may be older than what says that there is a frame.
            lookedAgainAt = offset;
            scanner.releaseBuffers();
            scanner.position(segment, offset);
            return null;
        }
        String fault = scanner.fault();
        boolean passed = isPassed(part);
        boolean guessed = !part.followed() && at < view.parts().size() - 1;
        if (passed || offset >= part.required() && !isLost(offset, guessed)) {
            if (passed || guessed) {
                leave();
                at++;
                return null;
            }
            return end();
        }
        if (isReleased(part)) {
            renew();
            return null;
        }
        if (offset != judgedAt) {
            // What says that there must be a frame was read after its place was: it may have been written between.
            judgedAt = offset;
            scanner.releaseBuffers();
            scanner.position(segment, offset);
            return null;
        }
        skipDamage(part, offset, fault);
        return Step.DAMAGE;
    }

    /** Whether nobody needs a part any more, so that its file may be used again at any time. */
    private boolean isPassed(LogView.Part part) {
        return reach == LogView.Reach.RELEASED
                && view.checkpointFault() == null
                && part.followed()
                && part.lastSequence() <= reach.floor(view.checkpoint());
    }

    private boolean accept(Frame found) {
        long sequence = scanner.hop().sequence();
        partSequence = sequence;
        bytesRead += found.alignedLength();
        knownDurable = Math.max(knownDurable, scanner.hop().durable());
        renewals = 0;
        if (sequence <= last) {
            found.release();
            return false;
        }
        last = sequence;
        frame = found;
        return true;
    }

    private Frame read(LogView.Part part) throws IOException {
        long limit = Math.min(part.end(), part.size());
        try {
            while (!judging && partSequence < last) {
                // Only what is returned, or judged, is worth a checksum of its content.
                long offset = scanner.offset();
                if (!scanner.skip(limit, partSequence)) {
                    return null;
                }
                if (scanner.hop().sequence() > last) {
                    scanner.position(segment, offset);
                    break;
                }
                partSequence = scanner.hop().sequence();
                knownDurable = Math.max(knownDurable, scanner.hop().durable());
            }
            return scanner.next(limit, partSequence);
        } catch (LogDamagedException e) {
            // The file is shorter than it was.
            scanner.releaseBuffers();
            return null;
        }
    }

    /** What is behind the last frame: damage when something later says that it was durable, else a torn tail. */
    private boolean isLost(long offset, boolean guessed) throws IOException {
        tornBytes = 0;
        if (guessed || !judging) {
            return false;
        }
        long durable = knownDurable;
        for (int i = at; i < view.parts().size(); i++) {
            LogView.Part later = view.parts().get(i);
            if (later.isMissing()) {
                continue;
            }
            try (StorageFile file = storage.open(later.path(), Storage.OpenMode.READ)) {
                Segment searched = new Segment(later.path(), file, later.header());
                long start = i == at ? offset : SegmentHeader.LENGTH;
                long from = start;
                long found = search.find(searched, from, later.end(), last);
                while (found >= 0) {
                    HopHeader hop = search.hop();
                    durable = Math.max(durable, hop.durable());
                    from = found + FrameLayout.align(hop.length());
                    tornBytes += from - start;
                    start = from;
                    found = search.find(searched, from, later.end(), last);
                }
            } catch (NoSuchFileException | FileNotFoundException e) {
                // Released since: the caller looks at that.
                return true;
            }
        }
        if (tornBytes == 0
                && search.begins(segment, offset, view.parts().get(at).end())) {
            tornBytes = FrameLayout.ALIGNMENT;
        }
        knownDurable = durable;
        return durable > last;
    }

    /** Goes to the next frame that holds, and says what lies before it. */
    private void skipDamage(LogView.Part part, long offset, String fault) throws IOException {
        tornBytes = 0;
        long end = Math.min(part.end(), part.size());
        boolean known = search.at(segment, offset, end) && search.hop().sequence() > partSequence;
        long sequence = known ? search.hop().sequence() : partSequence;
        int events = known ? search.events(segment, offset, search.hop().length()) : 0;
        long behind = offset + (known ? FrameLayout.align(search.hop().length()) : FrameLayout.ALIGNMENT);
        long resume = search.find(segment, behind, end, sequence);
        while (resume >= 0 && !holds(part, resume)) {
            resume = search.find(segment, resume + FrameLayout.ALIGNMENT, end, sequence);
        }
        long to = resume >= 0 ? resume : end;
        long lastLost;
        if (known && to == behind) {
            lastLost = sequence;
        } else if (resume >= 0) {
            lastLost = scanner.hop().sequence() - 1;
        } else {
            lastLost = part.lastSequence() >= 0 ? part.lastSequence() : Math.max(knownDurable, sequence);
        }
        long firstLost = known && to == behind ? sequence : partSequence + 1;
        lose(LogDamage.Kind.FRAMES, part.path(), offset, to, fault, firstLost, lastLost, events);
        scanner.releaseBuffers();
        scanner.position(segment, to);
        lookedAgainAt = -1;
        judgedAt = -1;
        if (resume < 0 && !part.followed()) {
            leave();
            at = view.parts().size();
        } else if (to < part.end() && to == part.size()) {
            // The file ends before its frames do.
            leave();
            at++;
        }
    }

    private boolean holds(LogView.Part part, long offset) throws IOException {
        scanner.releaseBuffers();
        scanner.position(segment, offset);
        Frame found = read(part);
        if (found == null) {
            return false;
        }
        found.release();
        return true;
    }

    private void lose(
            LogDamage.Kind kind,
            Path file,
            long offset,
            long end,
            String fault,
            long first,
            long lastLost,
            long events) {
        LogState state = view.checkpoint().state();
        long from = Math.max(first, last + 1);
        List<LogDamage.SequenceRange> lost = missing(state.committed(), from, lastLost);
        Map<String, List<LogDamage.SequenceRange>> lostOnCursors = new TreeMap<>();
        if (reach != LogView.Reach.SINKS) {
            state.cursors().forEach((name, cursor) -> {
                List<LogDamage.SequenceRange> ranges = missing(cursor.committed(), from, lastLost);
                if (!ranges.isEmpty()) {
                    lostOnCursors.put(name, ranges);
                }
            });
        }
        last = Math.max(last, lastLost);
        damage = new LogDamage(kind, file, offset, end, lost, lostOnCursors, lost.isEmpty() ? 0 : events, fault);
    }

    /** What of some sequences was used and is not committed. */
    private List<LogDamage.SequenceRange> missing(SequenceWindow committed, long first, long lastLost) {
        List<LogDamage.SequenceRange> lost = new ArrayList<>();
        LogState state = view.checkpoint().state();
        long from = Math.max(first, committed.floor() + 1);
        // Behind the last sequence that there is comes a negative one.
        while (from > 0 && from <= lastLost) {
            Map.Entry<Long, Long> hole = state.holes().floorEntry(from);
            if (hole != null && hole.getValue() >= from) {
                from = hole.getValue() + 1;
            } else if (committed.isMarked(from)) {
                from++;
            } else {
                long to = from >= committed.highest() ? lastLost : committed.nextMarked(from) - 1;
                Long nextHole = state.holes().higherKey(from);
                to = Math.min(lastLost, nextHole == null ? to : Math.min(to, nextHole - 1));
                lost.add(new LogDamage.SequenceRange(from, to));
                from = to + 1;
            }
        }
        return lost;
    }

    /** Null when there is something behind a gap. */
    private Step end() throws IOException {
        if (goOnBehindGap()) {
            return null;
        }
        scanner.releaseBuffers();
        lookedAgainAt = -1;
        judgedAt = -1;
        ended = true;
        return Step.END;
    }

    /** Whether frames that nothing leads to say that more was durable than was found; the walk then goes on there. */
    private boolean goOnBehindGap() throws IOException {
        boolean atRest = judging && fixed == null && storage.holder(place.home()) == null;
        if (!atRest || view.checkpoint().clean()) {
            return false;
        }
        List<LogView.Part> parts = view.parts();
        LogView.Part end = parts.isEmpty() ? null : parts.get(parts.size() - 1);
        long index = end == null ? 0 : end.isMissing() ? end.index() - 1 : end.index();
        long found = Math.max(last, view.checkpoint().durable());
        NavigableMap<Long, StraySegments.Stray> strays =
                new StraySegments(storage).find(place.dataFolders(), index, found);
        if (strays.values().stream().noneMatch(stray -> stray.durable() > found)) {
            return false;
        }
        leave();
        at = parts.size();
        view = view.withStrays(strays);
        return true;
    }

    /** After an end: whether the log went on in another segment, or was opened again. */
    private boolean movedOn() throws IOException {
        if (segment == null || view.checkpointFault() != null) {
            return true;
        }
        Checkpoint now = LogView.newest(storage, place.checkpointFolder(), alone);
        if (now == null || view.parts().stream().noneMatch(part -> part.index() == now.tailSegmentIndex())) {
            return true;
        }
        for (Path folder : place.dataFolders()) {
            for (String name : storage.list(folder)) {
                if (Segment.indexOf(name) > segment.index() && follows(folder.resolve(name))) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean follows(Path path) throws IOException {
        try (StorageFile file = storage.open(path, Storage.OpenMode.READ)) {
            SegmentHeader header = SegmentHeader.read(file, path);
            return header != null && header.link() != null;
        } catch (NoSuchFileException | FileNotFoundException e) {
            // Recycled since it was listed.
            return false;
        }
    }

    private void enter() throws IOException {
        view = fixed != null ? fixed : LogView.take(storage, place, reach, alone);
        knownDurable = Math.max(knownDurable, view.checkpoint().durable());
        if (reach != LogView.Reach.RELEASED) {
            last = Math.max(last, reach.floor(view.checkpoint()));
        }
        List<LogView.Part> parts = view.parts();
        at = 0;
        for (int i = 0; i < parts.size(); i++) {
            LogView.Part part = parts.get(i);
            if (segment != null
                    && !part.isMissing()
                    && part.index() == segment.index()
                    && part.header().tag() == segment.tag()) {
                // Goes on where it stood.
                at = i;
                return;
            }
        }
        leave();
        // Not past what is missing: it is to be told.
        while (at < parts.size() - 1
                && !parts.get(at).isMissing()
                && parts.get(at).followed()
                && parts.get(at).lastSequence() <= last) {
            at++;
        }
    }

    private boolean open(LogView.Part part) throws IOException {
        if (part.isMissing()) {
            return false;
        }
        StorageFile file;
        try {
            file = storage.open(part.path(), Storage.OpenMode.READ);
        } catch (NoSuchFileException | FileNotFoundException e) {
            // Recycled or removed: the caller finds out whether it may be.
            return false;
        }
        segment = new Segment(part.path(), file, part.header());
        if (isReused()) {
            leave();
            return false;
        }
        Checkpoint checkpoint = view.checkpoint();
        if (!judging && part.index() == checkpoint.tailSegmentIndex() && last >= checkpoint.durable()) {
            // All before its tail is passed.
            scanner.position(segment, checkpoint.tailOffset());
            partSequence = checkpoint.durable();
        } else {
            scanner.position(segment, SegmentHeader.LENGTH);
            partSequence = part.header().link().base() - 1;
            if (!judging) {
                approach(part);
            }
        }
        lookedAgainAt = -1;
        judgedAt = -1;
        sizeTold = false;
        return true;
    }

    /** Halves what is known to be full of frames until the first one that is wanted is near, so that little is read. */
    private void approach(LogView.Part part) throws IOException {
        Checkpoint checkpoint = view.checkpoint();
        long full = part.followed() ? part.end() : part.index() == checkpoint.tailSegmentIndex() ? part.required() : 0;
        long low = SegmentHeader.LENGTH;
        long high = Math.min(full, part.size());
        while (last > partSequence && high - low > NEAR_BYTES) {
            long middle = low + FrameLayout.align((int) ((high - low) / 2));
            long found = search.find(segment, middle, high, Long.MIN_VALUE);
            if (found >= 0 && search.hop().sequence() <= last) {
                low = found;
                knownDurable = Math.max(knownDurable, search.hop().durable());
                partSequence = search.hop().sequence() - 1;
                scanner.position(segment, found);
            } else {
                high = middle;
            }
        }
    }

    /** Whether the file has another tag now: used again, or being given one. */
    private boolean isReused() throws IOException {
        SegmentHeader now = SegmentHeader.read(segment.file(), segment.path());
        return now == null || now.tag() != segment.tag();
    }

    /** Whether a part was released since the view was taken, so that what it holds does not matter. */
    private boolean isReleased(LogView.Part part) throws IOException {
        if (view.checkpointFault() != null) {
            return false;
        }
        boolean reused = segment != null && isReused();
        Checkpoint now = LogView.newest(storage, place.checkpointFolder(), alone);
        boolean newer = now != null && now.generation() > view.checkpoint().generation();
        if (part.lastSequence() >= 0 && !reused) {
            return newer && reach.floor(now) >= part.lastSequence();
        }
        return newer && (reused || segment == null);
    }

    private void renew() throws IOException {
        if (++renewals > MAX_RENEWALS) {
            throw new IOException(place.home() + ": changes faster than it can be read (expected: a frame in "
                    + MAX_RENEWALS + " looks)");
        }
        released++;
        leave();
        view = null;
    }

    private void leave() throws IOException {
        if (segment != null) {
            scanner.releaseBuffers();
            StorageFile file = segment.file();
            segment = null;
            file.close();
        }
    }

    private void dropFrame() {
        if (frame != null) {
            frame.release();
            frame = null;
        }
    }

    /** The frame of the last step, until the next one. */
    public Frame frame() {
        return frame;
    }

    /** Its sequence. */
    public long sequence() {
        return scanner.hop().sequence();
    }

    /** Where its file stands, and where in it. */
    public Path file() {
        return segment == null ? null : segment.path();
    }

    /** Where the frame begins in its file, in bytes. */
    public long offset() {
        return scanner.frameOffset();
    }

    /** Number of the input that it came from; 0: none. */
    public int inputNumber() {
        return scanner.hop().inputNumber();
    }

    /** Its position in that input. */
    public long inputPosition() {
        return scanner.hop().inputPosition();
    }

    /** Whether it was committed when the checkpoint was read last. */
    public boolean isCommitted() {
        return view.isCommitted(sequence());
    }

    /** What is known to be durable by now; 0 before the first step. */
    public long durable() {
        return view == null ? 0 : view.checkpoint().durable();
    }

    /** The damage of the last step. */
    public LogDamage damage() {
        return damage;
    }

    /** At the end: bytes behind the last frame that were written and never known to be durable. */
    public long tornBytes() {
        return tornBytes;
    }

    /** Bytes of frames read so far. */
    public long bytesRead() {
        return bytesRead;
    }

    /** How often segments were released while they were read. */
    public long released() {
        return released;
    }

    /** What the walk goes by now; null before the first step. */
    LogView view() {
        return view;
    }

    /** The part that the last step was in. */
    int partIndex() {
        return at;
    }

    /** Bytes that there are to read, as far as is known. */
    public long bytesToRead() {
        return view == null ? 0 : view.bytes();
    }

    @Override
    public void close() throws IOException {
        dropFrame();
        leave();
        scanner.close();
    }
}
