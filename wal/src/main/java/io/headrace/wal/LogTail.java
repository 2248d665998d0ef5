package io.headrace.wal;

import io.headrace.frame.Frame;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The end of the log, where the journal commits in groups: frames are staged, written, made durable, in this order, and the
 * log goes on in the next prepared segment when one is full. Two milestones move over them, {@link #written()} and
 * {@link #durable()}; what is durable ends at {@link #durableOffset()} of the segment {@link #durableIndex()}.
 *
 * <p>Owned by the journal thread, but for the milestones, which any thread reads. After an {@link IOException} the log has
 * failed: nothing is retried, and there is only {@link #close()}.
 */
final class LogTail implements AutoCloseable {
    private final LogSettings settings;
    private final SegmentTable table;
    private final SegmentPreparer preparer;
    private final LogCounters counters;
    private final SteadyTime time;

    /** Set after the segment's written offset and the table: who sees a sequence here finds its frame. */
    private final Milestone written = new Milestone();

    /** Set after what it says is on disk. */
    private final Milestone durable = new Milestone();

    /** Segments that were left before all in them was durable, oldest first; the preparer syncs them, too. */
    private final ArrayDeque<Segment> unsynced = new ArrayDeque<>();

    private SegmentAppender appender;
    /** The same, if it is one that can write beside the journal. */
    private DirectAppender direct;

    private Segment current;
    /** What the first segment follows, where there is no current one. */
    private SegmentHeader.Link start = new SegmentHeader.Link(0, 0, 0, 0);

    private long lastStaged;
    private int lastRoom;
    private int stagedFrames;
    private int writtenFrames;
    private long durableIndex;
    private long durableOffset;

    LogTail(LogSettings settings, SegmentTable table, SegmentPreparer preparer, LogCounters counters, SteadyTime time) {
        this.settings = settings;
        this.table = table;
        this.preparer = preparer;
        this.counters = counters;
        this.time = time;
    }

    // ---- while the log opens, on the opening thread

    /** Takes the appender that the folders bear; closes it with the tail. */
    void use(LogSettings.Appender kind, Storage storage) {
        appender = switch (kind) {
            case MAPPED -> new MappedAppender();
            case POSITIONAL -> new PositionalAppender();
            case DIRECT -> {
                direct =
                        new DirectAppender(path -> storage.open(path, Storage.OpenMode.THROUGH), settings.groupBytes());
                yield direct;
            }
        };
    }

    /**
     * Begins behind what recovery found and made durable.
     *
     * @param last sequence of the last frame; 0 for none
     * @param next sequence that may be appended first
     */
    void begin(long last, long next) {
        lastStaged = next - 1;
        written.set(last);
        durable.set(last);
    }

    /** Goes on in a segment that holds frames, or where they would begin. */
    void goOnIn(Segment segment, long offset) throws IOException {
        current = segment;
        durableIndex = segment.index();
        durableOffset = offset;
        appender.begin(segment, offset);
    }

    /** Goes on in a segment to be prepared, behind the end of another one that is not written any more. */
    void goOnBehind(long index, long offset, long last) {
        durableIndex = index;
        durableOffset = offset;
        start = new SegmentHeader.Link(0, index, offset, last);
    }

    // ---- milestones, any thread

    /** Readers see frames up to here. */
    long written() {
        return written.get();
    }

    /** Frames up to here survive a power cut. */
    long durable() {
        return durable.get();
    }

    // ---- the journal's

    /** Index of the segment that the last durable frame is in. */
    long durableIndex() {
        return durableIndex;
    }

    /** Where that frame ends. */
    long durableOffset() {
        return durableOffset;
    }

    /** The segment that is written; null before the first. */
    Segment current() {
        return current;
    }

    /** The sequence that was staged last, or that numbering went on above. */
    long lastStaged() {
        return lastStaged;
    }

    /**
     * Stages a frame; one that does not fit into the group sends that on its way first.
     *
     * @return false when no room is prepared for it
     */
    boolean append(long sequence, int inputNumber, long inputPosition, Frame frame) throws IOException {
        if (!appender.accepts(frame) && !writeBeside()) {
            flush();
        }
        int room = frame.alignedLength();
        if ((current == null || appender.position() + room > current.size()) && !roll(sequence, room)) {
            return false;
        }
        appender.stage(sequence, durable.get(), inputNumber, inputPosition, frame);
        if (appender.copies(frame)) {
            counters.copied(frame.length());
        }
        lastStaged = sequence;
        lastRoom = room;
        stagedFrames++;
        return true;
    }

    /** Whether another frame like the last one would make the group larger than it should be. */
    boolean groupIsFull() {
        return stagedFrames > 0
                && (appender.stagedBytes() + lastRoom > settings.groupBytes()
                        || stagedFrames >= SegmentAppender.GROUP_BUFFERS / 2);
    }

    /** Whether frames are staged that are neither written nor on their way. */
    boolean isStaging() {
        return stagedFrames > 0;
    }

    /** Whether everything that was staged is durable. */
    boolean isDurable() {
        return stagedFrames == 0 && !isWritingBeside() && durable.get() >= written.get();
    }

    /** Frames written since the last call. */
    int takeWrittenFrames() {
        int frames = writtenFrames;
        writtenFrames = 0;
        return frames;
    }

    /** Writes the group, and counts as durable what the preparer synced of the segments that were left. */
    void write() throws IOException {
        preparer.checkFailure();
        flush();
        while (!unsynced.isEmpty() && unsynced.peek().isSynced()) {
            durableUpTo(unsynced.poll());
        }
    }

    /** Hands the group to a writer beside the journal; false when it is left to be written here. */
    boolean writeBeside() {
        // A group that is durable must not make a segment count as durable that was left without a sync.
        if (direct == null || stagedFrames == 0 || !unsynced.isEmpty() || !direct.handOver()) {
            return false;
        }
        stagedFrames = 0;
        return true;
    }

    boolean isWritingBeside() {
        return direct != null && direct.isWriting();
    }

    boolean isBusyBeside() {
        return direct != null && !direct.hasRoomBeside();
    }

    boolean isFullBeside() {
        return direct != null && !direct.mayHandOver();
    }

    /** Moves the milestones over groups that were written beside the journal, in order. */
    void settle() throws IOException {
        preparer.checkFailure();
        HandedGroup group = direct == null ? null : direct.settled();
        while (group != null) {
            settled(group);
            group = direct.settled();
        }
    }

    List<GroupWriter> newGroupWriters() {
        return direct == null ? List.of() : direct.newWriters();
    }

    /** Makes everything written durable. */
    void sync() throws IOException {
        flush();
        while (!unsynced.isEmpty()) {
            unsynced.peek().syncLeft();
            durableUpTo(unsynced.poll());
        }
        if (durable.get() < written.get()) {
            appender.sync();
            counters.sync();
            durableUpTo(current);
        }
    }

    private void flush() throws IOException {
        int bytes = appender.stagedBytes();
        appender.write();
        while (direct != null && direct.isWriting()) {
            settled(direct.awaitSettled());
        }
        if (stagedFrames == 0) {
            return;
        }
        current.written(appender.position(), lastStaged);
        written.set(lastStaged);
        counters.group(stagedFrames, bytes);
        writtenFrames += stagedFrames;
        stagedFrames = 0;
    }

    /** A group beside the journal is durable: it went around the cache. */
    private void settled(HandedGroup group) throws IOException {
        long end = group.end;
        long last = group.lastSequence;
        counters.group(group.frames, group.frameBytes);
        writtenFrames += group.frames;
        direct.settle(group);
        current.written(end, last);
        written.set(last);
        counters.sync();
        durableUpTo(current);
    }

    /** Goes on in the next prepared segment; false when there is none with room for {@code bytes}. */
    private boolean roll(long sequence, int bytes) throws IOException {
        flush();
        if (direct != null && direct.isSynced() && unsynced.isEmpty() && durable.get() < written.get()) {
            // The journal wrote the last group itself, around the cache.
            counters.sync();
            durableUpTo(current);
        }
        preparer.checkFailure();
        Segment following = preparer.poll(bytes);
        if (following == null) {
            return false;
        }
        SegmentHeader.Link link;
        if (current == null) {
            link = new SegmentHeader.Link(sequence, start.previousIndex(), start.previousEnd(), start.previousLast());
        } else {
            link = new SegmentHeader.Link(sequence, current.index(), current.writtenOffset(), current.lastSequence());
            leave(current);
        }
        following.begin(link);
        appender.begin(following, SegmentHeader.LENGTH);
        current = following;
        table.add(following);
        counters.segment();
        return true;
    }

    private void leave(Segment segment) {
        boolean allSynced = durable.get() >= segment.lastSequence();
        segment.leave(allSynced);
        segment.leftMillis(time.nowMillis());
        if (!allSynced) {
            unsynced.add(segment);
            preparer.syncSoon(segment);
        }
    }

    private void durableUpTo(Segment segment) {
        durableIndex = segment.index();
        durableOffset = segment.writtenOffset();
        durable.set(segment.lastSequence());
    }

    /** Gives back what is staged; the segments' files stay open. */
    @Override
    public void close() throws IOException {
        if (appender != null) {
            appender.close();
        }
    }
}
