package io.headrace.wal;

import io.headrace.frame.Frame;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * The write-ahead log of one channel.
 *
 * <p>Threads: the <em>journal</em> thread appends, writes, syncs and checkpoints; the <em>preparer</em> runs on one of
 * its own; each {@link LogReader} belongs to one thread. None of them is ever interrupted (R1). Milestones may be read
 * by any thread.
 *
 * <p>After an {@link IOException} of any method the log has failed: it refuses everything but {@link #close()}, and is
 * to be opened again, which is recovery. Nothing is retried on the same file.
 */
public final class WriteAheadLog implements AutoCloseable {
    private static final Set<String> COPY_ON_WRITE = Set.of("btrfs", "zfs", "bcachefs", "overlay");

    private final LogSettings settings;
    private final ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    private final LogCounters counters = new LogCounters();
    private final SegmentTable table = new SegmentTable();
    private final ArrayDeque<Segment> unsynced = new ArrayDeque<>();
    private final List<Segment> retiring = new ArrayList<>();
    private final Milestone written = new Milestone();
    private final Milestone durable = new Milestone();
    private final SequenceCeiling ceiling;
    private final SegmentPreparer preparer;
    private final NanoClock nanoClock;
    private final long openedNanos;
    private final long openedMillis;
    private final List<String> cursorNotes = new ArrayList<>();

    private SegmentAppender appender;
    /** The same, if it is one that can write beside the journal. */
    private DirectAppender direct;

    private LogSettings.Appender appenderInUse;
    private LogFolders folders;
    private CheckpointStore checkpoints;
    private StreamId streamId;
    private LogState state;
    private RecoveryReport recovery;
    private long nextSequence;
    private long lastSequence;

    private Segment current;
    private SegmentHeader.Link start = new SegmentHeader.Link(0, 0, 0, 0);
    private long lastStaged;
    private int lastRoom;
    private int stagedFrames;
    private int writtenFrames;
    private long tailIndex;
    private long tailOffset;
    private long writtenTailIndex;
    private long olderTailIndex;
    private IOException failure;
    private boolean stopped;
    private boolean closed;

    private WriteAheadLog(LogSettings settings, Storage storage, LogClocks clocks) {
        this.settings = settings;
        this.ceiling = new SequenceCeiling(clocks.nanoClock());
        this.nanoClock = clocks.nanoClock();
        this.openedNanos = nanoClock.nanoTime();
        this.openedMillis = clocks.epochClock().time();
        this.preparer = new SegmentPreparer(settings, storage, clocks, counters.bytesMilestone());
    }

    /**
     * Opens the log in the folders of {@code settings}, recovering what is there, or creates it. On return everything
     * up to {@link #durable()} is on disk (R10) and {@link #state()} says what of it is committed.
     *
     * @throws LogDamagedException when acknowledged data is damaged; the message names the place and the command
     * @throws LogVersionException when a later version wrote it
     * @throws IOException when the folder is locked by another, foreign, not writable, or the disk fails
     */
    public static WriteAheadLog open(LogSettings settings, Storage storage, LogClocks clocks) throws IOException {
        WriteAheadLog log = new WriteAheadLog(settings, storage, clocks);
        try {
            log.open(storage, clocks);
            return log;
        } catch (IOException | RuntimeException e) {
            try {
                log.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private void open(Storage storage, LogClocks clocks) throws IOException {
        folders = LogFolders.lock(settings, storage);
        appender = newAppender(storage);
        LogMembers members = LogMembers.find(settings, storage);
        checkpoints = CheckpointStore.open(storage, members.checkpointFolder());
        Checkpoint checkpoint = checkpoints.load();
        members.refuseMissing(checkpoint);
        LogIdentity identity = LogIdentity.open(storage, members.home(), clocks);
        streamId = identity.streamId();
        LogRecovery recovered = new LogRecovery(settings, members, storage, preparer, openedMillis, allocator);
        try {
            recovered.open();
            recovered.recover(checkpoint, streamId);
            takeOver(recovered, checkpoint);
            openCursors(checkpoint, clocks);
            members.write(streamId);
            openCheckpoints();
        } catch (IOException | RuntimeException e) {
            try {
                recovered.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
        recovered.leftOver().forEach(preparer::addSpare);
        if (current == null) {
            prepareFirst(checkpoint == null);
        }
        recovery = report(recovered, checkpoint, identity, nowMillis() - openedMillis);
    }

    /** The time since the epoch as it goes on from the opening, whoever sets the clock on the wall meanwhile. */
    private long nowMillis() {
        return openedMillis + TimeUnit.NANOSECONDS.toMillis(nanoClock.nanoTime() - openedNanos);
    }

    /** A log that holds something opens on a full disk, too: what sinks take of it makes room. */
    private void prepareFirst(boolean needed) throws IOException {
        try {
            Segment first = preparer.makeFirst();
            if (first != null) {
                preparer.addReady(first);
            }
        } catch (DiskFullException e) {
            if (needed) {
                throw e;
            }
        }
    }

    private SegmentAppender newAppender(Storage storage) throws IOException {
        appenderInUse = settings.appender();
        for (Path folder : settings.dataFolders()) {
            if (!isPossible(appenderInUse, storage, folder)) {
                appenderInUse = LogSettings.Appender.POSITIONAL;
            }
        }
        return switch (appenderInUse) {
            case MAPPED -> new MappedAppender();
            case POSITIONAL -> new PositionalAppender();
            case DIRECT -> {
                direct =
                        new DirectAppender(path -> storage.open(path, Storage.OpenMode.THROUGH), settings.groupBytes());
                yield direct;
            }
        };
    }

    private static boolean isPossible(LogSettings.Appender appender, Storage storage, Path folder) throws IOException {
        return switch (appender) {
            // Where an overwrite takes new blocks, a store into a mapped page could find the disk full: SIGBUS.
            case MAPPED -> !COPY_ON_WRITE.contains(storage.fileSystemOf(folder));
            case POSITIONAL -> true;
            case DIRECT -> DirectProbe.works(storage, folder);
        };
    }

    /** The appender that writes: the one of the settings, unless a file system does not bear it. */
    public LogSettings.Appender appender() {
        return appenderInUse;
    }

    private void takeOver(LogRecovery recovered, Checkpoint checkpoint) throws IOException {
        for (Segment segment : recovered.chain()) {
            table.add(segment);
        }
        lastSequence = recovered.last();
        state = checkpoint == null ? new LogState(0, 1) : checkpoint.state();
        // Where a crash left frames above the ceiling, somebody else wrote them: numbering must not meet them.
        nextSequence = checkpoint == null ? 1 : Math.max(checkpoint.ceiling(), lastSequence + 1);
        if (checkpoints.slotFault() != null) {
            // What is gone may have held a higher ceiling: numbering goes on above any that it can have been (R4).
            nextSequence += SequenceCeiling.MAX_BLOCK;
        }
        lastStaged = nextSequence - 1;
        state.addHole(Math.max(lastSequence, state.committed().floor()) + 1, nextSequence - 1);
        written.set(lastSequence);
        durable.set(lastSequence);
        current = recovered.current();
        if (current != null) {
            tailIndex = current.index();
            tailOffset = recovered.currentOffset();
            appender.begin(current, tailOffset);
        } else if (checkpoint != null) {
            tailIndex = checkpoint.tailSegmentIndex();
            tailOffset = checkpoint.tailOffset();
            start = new SegmentHeader.Link(0, tailIndex, tailOffset, checkpoint.durable());
        }
    }

    /** Makes what is configured and not there; the checkpoints of the opening hold it before anything is released. */
    private void openCursors(Checkpoint checkpoint, LogClocks clocks) throws IOException {
        boolean renewed = checkpoint != null && !checkpoint.streamId().equals(streamId);
        LogCursors cursors = new LogCursors(state, table, nextSequence, clocks, cursorNotes);
        if (renewed) {
            cursors.renewStreams();
        }
        try (LogReader reader = newReader()) {
            cursors.make(settings.cursors(), reader);
        }
        for (CursorState cursor : state.cursors().values()) {
            cursor.addHole(Math.max(lastSequence, cursor.committed().floor()) + 1, nextSequence - 1);
        }
    }

    /** Into both slots, so that neither leads to what recovery left behind or to a ceiling that is passed. */
    private void openCheckpoints() throws IOException {
        long raised = ceiling.raise(nextSequence - 1);
        writeCheckpoint(raised, false);
        writeCheckpoint(raised, false);
    }

    private RecoveryReport report(LogRecovery recovered, Checkpoint checkpoint, LogIdentity identity, long millis) {
        String changed = identity.changed();
        if (changed == null && checkpoint != null && !checkpoint.streamId().equals(streamId)) {
            changed = "the identity file was missing or another's: stream id " + streamId + " (expected: "
                    + checkpoint.streamId() + ")";
        }
        return new RecoveryReport(
                checkpoint == null,
                checkpoint != null && checkpoint.clean() && !recovered.foundMore(),
                Math.max(0, lastSequence - state.committed().floor()),
                recovered.copiedFrames(),
                recovered.cutBytes(),
                recovered.unknownInputFrames(),
                changed,
                checkpoints.slotFault(),
                millis);
    }

    /** What opening did to cursors, and what of their configuration does not hold, for the log at start. */
    public List<String> cursorNotes() {
        return List.copyOf(cursorNotes);
    }

    public StreamId streamId() {
        return streamId;
    }

    /** What recovery found and did, for the line at start. */
    public RecoveryReport recovery() {
        return recovery;
    }

    /**
     * What checkpoints hold; owned by the journal thread, which changes it and calls {@link #checkpoint()}. After
     * {@link #open} the hole between {@link #lastSequence()} and {@link #nextSequence()} is in it already.
     */
    public LogState state() {
        return state;
    }

    /** The sequence of the last frame that recovery found; 0: none. */
    public long lastSequence() {
        return lastSequence;
    }

    /** The smallest sequence that was never used when the log was opened: where numbering goes on (R4). */
    public long nextSequence() {
        return nextSequence;
    }

    /** Sequences below this are durably reserved and may be used (R4); any thread. */
    public long ceiling() {
        return ceiling.get();
    }

    /**
     * Tells how far sequences are used by frames that may never be appended, so that the ceiling keeps ahead of them.
     * Journal thread.
     */
    public void used(long sequence) {
        ceiling.used(sequence);
    }

    /** Whether less than half a block of reserved sequences is left, so that a checkpoint is due. Journal thread. */
    public boolean ceilingIsLow() {
        return ceiling.isLow();
    }

    /**
     * Stages a frame for the current group; its reference is retained for as long as its bytes are needed. Sequences
     * ascend, with holes allowed. A group that the frame does not fit into is written first.
     *
     * @return false when no room is prepared for it: nothing was staged, try again later
     * @throws IllegalArgumentException when the sequence was passed or the frame is longer than the settings allow
     * @throws IllegalStateException when the sequence is not below {@link #ceiling()} (R4)
     */
    public boolean append(long sequence, int inputNumber, long inputPosition, Frame frame) throws IOException {
        checkUsable();
        if (sequence <= lastStaged) {
            throw new IllegalArgumentException("sequence: " + sequence + " (expected: > " + lastStaged + ")");
        }
        if (sequence >= ceiling.get()) {
            throw new IllegalStateException("sequence: " + sequence + " (expected: < ceiling " + ceiling.get() + ")");
        }
        if (frame.length() > settings.maxFrameLength()) {
            throw new IllegalArgumentException(
                    "frame length: " + frame.length() + " (expected: <= " + settings.maxFrameLength() + ")");
        }
        try {
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
        } catch (IOException e) {
            throw fail(e);
        }
        lastStaged = sequence;
        lastRoom = frame.alignedLength();
        stagedFrames++;
        ceiling.used(sequence);
        return true;
    }

    /**
     * Whether the group should be written before more is appended: another frame like the last one would take it above
     * the {@linkplain LogSettings#groupBytes bytes} of the settings or 1,024 buffers. An empty group never is: a frame larger than that is a group of its own.
     */
    public boolean groupIsFull() {
        return stagedFrames > 0
                && (appender.stagedBytes() + lastRoom > settings.groupBytes()
                        || stagedFrames >= SegmentAppender.GROUP_BUFFERS / 2);
    }

    /**
     * Writes the staged group; {@link #written()} advances. {@link #durable()} advances, too, over segments that were
     * left and synced in the background.
     *
     * @return the frames written since the last call
     */
    public int write() throws IOException {
        checkUsable();
        try {
            preparer.checkFailure();
            flush();
        } catch (IOException e) {
            throw fail(e);
        }
        while (!unsynced.isEmpty() && unsynced.peek().isSynced()) {
            durableUpTo(unsynced.poll());
        }
        returnRetired();
        return takeWrittenFrames();
    }

    private int takeWrittenFrames() {
        int frames = writtenFrames;
        writtenFrames = 0;
        return frames;
    }

    /**
     * Hands the staged group to a writer beside the journal and returns at once; {@link #written()} and {@link #durable()}
     * move over it with {@link #settle()}, {@link #write()} or {@link #sync()}.
     *
     * @return false when it is left to be written here: nobody writes beside, a group waits already, or a segment before
     *     is not synced
     */
    public boolean writeBeside() throws IOException {
        checkUsable();
        // A group that is durable must not make a segment count as durable that was left without a sync.
        if (direct == null || stagedFrames == 0 || !unsynced.isEmpty() || !direct.handOver()) {
            return false;
        }
        stagedFrames = 0;
        return true;
    }

    /** Whether groups are on their way beside the journal. Journal thread. */
    public boolean isWritingBeside() {
        return direct != null && direct.isWriting();
    }

    /** Whether as many groups are on their way as there are writers; one more may wait for them. Journal thread. */
    public boolean isBusyBeside() {
        return direct != null && !direct.hasRoomBeside();
    }

    /** Whether no group can be handed over before one that is on its way is written. Journal thread. */
    public boolean isFullBeside() {
        return direct != null && !direct.mayHandOver();
    }

    /** Whether frames are staged that are neither written nor on their way. Journal thread. */
    public boolean isStaging() {
        return stagedFrames > 0;
    }

    /**
     * Moves the milestones over groups that were written beside the journal, in order.
     *
     * @return the frames written since the last call of this or of {@link #write()}
     */
    public int settle() throws IOException {
        checkUsable();
        try {
            preparer.checkFailure();
            HandedGroup group = direct == null ? null : direct.settled();
            while (group != null) {
                settled(group);
                group = direct.settled();
            }
        } catch (IOException e) {
            throw fail(e);
        }
        return takeWrittenFrames();
    }

    /** The writers beside the journal, to be run each on a thread of its own; none where the appender needs none. Once. */
    public List<GroupWriter> newGroupWriters() {
        return direct == null ? List.of() : direct.newWriters();
    }

    /** Makes everything written durable; {@link #durable()} advances. */
    public void sync() throws IOException {
        checkUsable();
        try {
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
        } catch (IOException e) {
            throw fail(e);
        }
    }

    /** Readers see frames up to here; any thread. */
    public long written() {
        return written.get();
    }

    /** Frames up to here survive a power cut; any thread. */
    public long durable() {
        return durable.get();
    }

    /**
     * Writes {@link #state()} durably into the next slot, raises the ceiling when less than half a block is left, then
     * hands segments below the older slot's low-water mark of the slowest cursor to the preparer, unless they are retained.
     *
     * <p>The state must hold only what is durable or committed (R9), and all of it that is known up to
     * {@link #durable()}: positions and the count of accepted events up to there; recovery adds only what lies above.
     */
    public void checkpoint() throws IOException {
        checkUsable();
        try {
            writeCheckpoint(ceiling.next(), false);
            release();
        } catch (IOException e) {
            throw fail(e);
        }
    }

    /**
     * Whether another checkpoint or two would hand on segments although the state did not change: only slots that are older
     * than what is durable lead to them. Journal thread.
     */
    public boolean couldRelease() {
        return isReleasable(tailIndex);
    }

    /** Whether both slots let the oldest segment go if they were as the state is, with this tail. */
    private boolean isReleasable(long tail) {
        Segment first = table.first();
        return first != null
                && first != current
                && first.isLeft()
                && first.lastSequence() <= state.slowest()
                && first.index() < tail
                && !isRetained(first, state.slowest());
    }

    /**
     * Whether a segment had to be made anew since the last one was released, although two checkpoints would release some.
     * Journal thread.
     */
    public boolean isShortOfSegments() {
        return preparer.isShort() && isReleasable(tailIndex);
    }

    /** Whether readers stand in segments that could be used again: they are to {@link LogReader#rest()}. Journal thread. */
    public boolean waitsForReaders() {
        return !retiring.isEmpty();
    }

    /** Whether released segments are kept for replay, so that {@link #couldRelease} changes with time. Journal thread. */
    public boolean retains() {
        return settings.retention().keepsAnything();
    }

    /** Bytes of frames in segments that hold something above a sequence; any thread. */
    public long bytesAbove(long sequence) {
        return table.bytesAbove(sequence);
    }

    /** The smallest sequence that may still be in the log; the next one to be used where it holds none. Any thread. */
    public long oldestHeld() {
        Segment first = table.first();
        return first == null ? Math.max(nextSequence, written.get() + 1) : first.base();
    }

    /**
     * Writes the last checkpoint of an orderly stop: numbering goes on at {@code lastUsed + 1}. Everything appended has been
     * synced, and the state holds what became durable with it. Nothing can be appended any more.
     *
     * @param lastUsed the highest sequence that was used by any frame, in the log or not
     * @throws IllegalStateException when something is not durable
     */
    public void checkpointAndStop(long lastUsed) throws IOException {
        checkUsable();
        if (stagedFrames > 0 || isWritingBeside() || durable.get() < written.get()) {
            throw new IllegalStateException("durable: " + durable.get() + " (expected: " + lastStaged + ", all of it)");
        }
        try {
            writeCheckpoint(Math.max(Math.max(lastUsed, lastStaged), nextSequence - 1) + 1, true);
            stopped = true;
        } catch (IOException e) {
            throw fail(e);
        }
    }

    /** A reader positioned nowhere; close it with its thread. */
    public LogReader newReader() {
        return new LogReader(table, allocator, settings.maxFrameLength());
    }

    /** The duty cycle that keeps segments ready; run it on a thread of its own. */
    public SegmentPreparer preparer() {
        return preparer;
    }

    /** Bytes of frames in segments that are not released; any thread. */
    public long backlogBytes() {
        return table.bytes();
    }

    /** Groups, frames and bytes written; any thread. */
    public LogCounters counters() {
        return counters;
    }

    /**
     * Closes the files without a checkpoint; the caller has made one if it wanted one. Readers and the preparer's runner
     * have been stopped. Unlocks the folder last.
     */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        List<AutoCloseable> all = new ArrayList<>();
        if (appender != null) {
            all.add(appender);
        }
        table.all().forEach(segment -> all.add(segment.file()));
        retiring.forEach(segment -> all.add(segment.file()));
        all.add(preparer::close);
        if (checkpoints != null) {
            all.add(checkpoints);
        }
        if (folders != null) {
            all.add(folders);
        }
        IOException failed = null;
        for (AutoCloseable closing : all) {
            try {
                closing.close();
            } catch (Exception e) {
                if (failed == null) {
                    failed = new IOException("closing the log failed: " + e.getMessage(), e);
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        if (failed != null) {
            throw failed;
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
            returnRetired();
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
        segment.leftMillis(nowMillis());
        if (!allSynced) {
            unsynced.add(segment);
            preparer.syncSoon(segment);
        }
    }

    private void durableUpTo(Segment segment) {
        tailIndex = segment.index();
        tailOffset = segment.writtenOffset();
        durable.set(segment.lastSequence());
    }

    private void writeCheckpoint(long newCeiling, boolean clean) throws IOException {
        checkpoints.write(new Checkpoint(
                checkpoints.nextGeneration(),
                streamId,
                newCeiling,
                durable.get(),
                tailIndex,
                tailOffset,
                clean,
                state));
        olderTailIndex = writtenTailIndex;
        writtenTailIndex = tailIndex;
        ceiling.reserved(newCeiling);
        counters.checkpoint();
    }

    /** Hands on what neither slot leads to and what no reader stands in. */
    private void release() {
        long olderLowWater = checkpoints.olderLowWater();
        Segment first = table.first();
        while (first != null
                && first != current
                && first.isLeft()
                && first.lastSequence() <= olderLowWater
                && first.index() < olderTailIndex
                && !isRetained(first, olderLowWater)) {
            retiring.add(table.removeFirst());
            first = table.first();
        }
        returnRetired();
    }

    /** Kept for replay although no cursor needs it; never where there is no room for a new segment. */
    private boolean isRetained(Segment segment, long releasedUpTo) {
        return retains()
                && preparer.waitingFor() == null
                && settings.retention().keeps(segment.leftMillis(), nowMillis(), table.bytesOfFilesUpTo(releasedUpTo));
    }

    private void returnRetired() {
        if (retiring.isEmpty()) {
            return;
        }
        Iterator<Segment> waiting = retiring.iterator();
        while (waiting.hasNext()) {
            Segment segment = waiting.next();
            if (segment.isFree()) {
                waiting.remove();
                preparer.recycle(segment);
            }
        }
    }

    private void checkUsable() throws IOException {
        if (failure != null) {
            throw new IOException("the log has failed before: " + failure.getMessage(), failure);
        }
        if (closed || stopped) {
            throw new IllegalStateException(
                    closed ? "closed (expected: an open log)" : "stopped (expected: a running log)");
        }
    }

    private IOException fail(IOException e) {
        failure = e;
        return e;
    }
}
