package io.headrace.wal;

import io.headrace.frame.Frame;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.List;

/**
 * The write-ahead log of one channel.
 *
 * <p>Threads: the <em>journal</em> thread appends, writes, syncs and checkpoints; the <em>preparer</em> runs on one of
 * its own; each {@link LogReader} belongs to one thread. None of them is ever interrupted (R1). Milestones may be read
 * by any thread.
 *
 * <p>After an {@link IOException} of any method the log has failed: it refuses everything but {@link #close()}, and is
 * to be opened again, which is recovery. Nothing is retried on the same file.
 *
 * <p>This is the door: it holds what callers must keep to, and fails for good. {@link LogOpening} makes what is behind it,
 * {@link LogTail} commits groups, {@link Checkpointer} writes slots, {@link SegmentRelease} gives segments back.
 */
public final class WriteAheadLog implements AutoCloseable {
    private final LogSettings settings;
    private final ByteBufAllocator allocator;
    private final LogCounters counters;
    private final SegmentTable table;
    private final LogTail tail;
    private final SequenceCeiling ceiling;
    private final Checkpointer checkpointer;
    private final SegmentRelease release;
    private final SegmentPreparer preparer;
    private final List<AutoCloseable> resources;

    private final LogSettings.Appender appender;
    private final StreamId streamId;
    private final LogState state;
    private final RecoveryReport recovery;
    private final List<String> cursorNotes;
    private final long nextSequence;
    private final long lastSequence;

    private IOException failure;
    private boolean stopped;
    private boolean closed;

    private WriteAheadLog(LogOpening opened) {
        this.settings = opened.settings;
        this.allocator = opened.allocator;
        this.counters = opened.counters;
        this.table = opened.table;
        this.tail = opened.tail;
        this.ceiling = opened.ceiling;
        this.checkpointer = opened.checkpointer;
        this.release = opened.release;
        this.preparer = opened.preparer;
        this.resources = opened.resources();
        this.appender = opened.appender;
        this.streamId = opened.streamId;
        this.state = opened.state;
        this.recovery = opened.report;
        this.cursorNotes = List.copyOf(opened.cursorNotes);
        this.nextSequence = opened.nextSequence;
        this.lastSequence = opened.lastSequence;
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
        LogOpening opening = new LogOpening(settings, storage, clocks);
        try {
            opening.open();
            return new WriteAheadLog(opening);
        } catch (IOException | RuntimeException | Error e) {
            Closing.after(e, () -> closeAll(opening.resources()));
            throw e;
        }
    }

    /** The appender that writes: the one of the settings, unless a file system does not bear it. */
    public LogSettings.Appender appender() {
        return appender;
    }

    /** What opening did to cursors, and what of their configuration does not hold, for the log at start. */
    public List<String> cursorNotes() {
        return cursorNotes;
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
        if (sequence <= tail.lastStaged()) {
            throw new IllegalArgumentException("sequence: " + sequence + " (expected: > " + tail.lastStaged() + ")");
        }
        if (sequence >= ceiling.get()) {
            throw new IllegalStateException("sequence: " + sequence + " (expected: < ceiling " + ceiling.get() + ")");
        }
        if (frame.length() > settings.maxFrameLength()) {
            throw new IllegalArgumentException(
                    "frame length: " + frame.length() + " (expected: <= " + settings.maxFrameLength() + ")");
        }
        try {
            if (!tail.append(sequence, inputNumber, inputPosition, frame)) {
                release.handOn();
                return false;
            }
        } catch (IOException e) {
            throw fail(e);
        }
        ceiling.used(sequence);
        return true;
    }

    /**
     * Whether the group should be written before more is appended: another frame like the last one would take it above
     * the {@linkplain LogSettings#groupBytes bytes} of the settings or 1,024 buffers. An empty group never is: a frame larger than that is a group of its own.
     */
    public boolean groupIsFull() {
        return tail.groupIsFull();
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
            tail.write();
        } catch (IOException e) {
            throw fail(e);
        }
        release.handOn();
        return tail.takeWrittenFrames();
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
        return tail.writeBeside();
    }

    /** Whether groups are on their way beside the journal. Journal thread. */
    public boolean isWritingBeside() {
        return tail.isWritingBeside();
    }

    /** Whether as many groups are on their way as there are writers; one more may wait for them. Journal thread. */
    public boolean isBusyBeside() {
        return tail.isBusyBeside();
    }

    /** Whether no group can be handed over before one that is on its way is written. Journal thread. */
    public boolean isFullBeside() {
        return tail.isFullBeside();
    }

    /** Whether frames are staged that are neither written nor on their way. Journal thread. */
    public boolean isStaging() {
        return tail.isStaging();
    }

    /**
     * Moves the milestones over groups that were written beside the journal, in order.
     *
     * @return the frames written since the last call of this or of {@link #write()}
     */
    public int settle() throws IOException {
        checkUsable();
        try {
            tail.settle();
        } catch (IOException e) {
            throw fail(e);
        }
        return tail.takeWrittenFrames();
    }

    /** The writers beside the journal, to be run each on a thread of its own; none where the appender needs none. Once. */
    public List<GroupWriter> newGroupWriters() {
        return tail.newGroupWriters();
    }

    /** Makes everything written durable; {@link #durable()} advances. */
    public void sync() throws IOException {
        checkUsable();
        try {
            tail.sync();
        } catch (IOException e) {
            throw fail(e);
        }
    }

    /** Readers see frames up to here; any thread. */
    public long written() {
        return tail.written();
    }

    /** Frames up to here survive a power cut; any thread. */
    public long durable() {
        return tail.durable();
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
            checkpointer.write(ceiling.next(), false);
            release.release(tail.current(), checkpointer.olderLowWater());
        } catch (IOException e) {
            throw fail(e);
        }
    }

    /**
     * Whether another checkpoint or two would hand on segments although the state did not change: only slots that are older
     * than what is durable lead to them. Journal thread.
     */
    public boolean couldRelease() {
        return release.isPossible(tail.current(), state.slowest(), tail.durableIndex());
    }

    /**
     * Whether a segment had to be made anew since the last one was released, although two checkpoints would release some.
     * Journal thread.
     */
    public boolean isShortOfSegments() {
        return preparer.isShort() && couldRelease();
    }

    /** Whether readers stand in segments that could be used again: they are to {@link LogReader#rest()}. Journal thread. */
    public boolean waitsForReaders() {
        return release.waitsForReaders();
    }

    /** Whether released segments are kept for replay, so that {@link #couldRelease} changes with time. Journal thread. */
    public boolean retains() {
        return release.retains();
    }

    /** Bytes of frames in segments that hold something above a sequence; any thread. */
    public long bytesAbove(long sequence) {
        return table.bytesAbove(sequence);
    }

    /** The smallest sequence that may still be in the log; the next one to be used where it holds none. Any thread. */
    public long oldestHeld() {
        Segment first = table.first();
        return first == null ? Math.max(nextSequence, tail.written() + 1) : first.base();
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
        if (!tail.isDurable()) {
            throw new IllegalStateException(
                    "durable: " + tail.durable() + " (expected: " + tail.lastStaged() + ", all of it)");
        }
        try {
            checkpointer.write(Math.max(Math.max(lastUsed, tail.lastStaged()), nextSequence - 1) + 1, true);
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
        closeAll(resources);
    }

    private static void closeAll(List<AutoCloseable> resources) throws IOException {
        try {
            Closing.all(resources);
        } catch (IOException e) {
            throw new IOException("closing the log failed: " + e.getMessage(), e);
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
