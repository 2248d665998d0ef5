package io.headrace.wal;

import io.headrace.frame.Frame;
import java.io.IOException;

/**
 * The write-ahead log of one channel.
 *
 * <p>Threads: the <em>journal</em> thread appends, writes, syncs and checkpoints; the <em>preparer</em> runs on one of
 * its own; each {@link LogReader} belongs to one thread. None of them is ever interrupted (R1). Milestones may be read
 * by any thread.
 */
public final class WriteAheadLog implements AutoCloseable {
    private WriteAheadLog() {}

    /**
     * Opens the log in the folders of {@code settings}, recovering what is there, or creates it. On return everything
     * up to {@link #durable()} is on disk (R10) and {@link #state()} says what of it is committed.
     *
     * @throws LogDamagedException when acknowledged data is damaged; the message names the place and the command
     * @throws IOException when the folder is locked by another, foreign, not writable, or the disk fails
     */
    public static WriteAheadLog open(LogSettings settings, Storage storage, LogClocks clocks) throws IOException {
        throw new UnsupportedOperationException();
    }

    public StreamId streamId() {
        throw new UnsupportedOperationException();
    }

    /** What recovery found and did, for the line at start. */
    public RecoveryReport recovery() {
        throw new UnsupportedOperationException();
    }

    /** What checkpoints hold; owned by the journal thread, which changes it and calls {@link #checkpoint()}. */
    public LogState state() {
        throw new UnsupportedOperationException();
    }

    /** The smallest sequence that was never used: where numbering goes on (R4). */
    public long nextSequence() {
        throw new UnsupportedOperationException();
    }

    /** Sequences below this are durably reserved and may be used (R4); any thread. */
    public long ceiling() {
        throw new UnsupportedOperationException();
    }

    /**
     * Stages a frame for the current group; its reference is retained until the group is written. Sequences ascend, with
     * holes allowed.
     *
     * @return false when no room is prepared for it: nothing was staged, try again later
     */
    public boolean append(long sequence, int inputNumber, long inputPosition, Frame frame) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Whether the group has reached 1 MiB or 1,024 buffers and should be written before more is appended. */
    public boolean groupIsFull() {
        throw new UnsupportedOperationException();
    }

    /** Writes the staged group; {@link #written()} advances. Returns the frames written. */
    public int write() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Makes everything written durable; {@link #durable()} advances. */
    public void sync() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Readers see frames up to here; any thread. */
    public long written() {
        throw new UnsupportedOperationException();
    }

    /** Frames up to here survive a power cut; any thread. */
    public long durable() {
        throw new UnsupportedOperationException();
    }

    /**
     * Writes {@link #state()} durably into the next slot, raises the ceiling when less than half a block is left, then
     * hands segments below the older slot's low-water mark to the preparer. The state must hold only what is durable or
     * committed (R9).
     */
    public void checkpoint() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** A reader positioned nowhere; close it with its thread. */
    public LogReader newReader() {
        throw new UnsupportedOperationException();
    }

    /** The duty cycle that keeps segments ready; run it on a thread of its own. */
    public SegmentPreparer preparer() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of frames in segments that are not released; any thread. */
    public long backlogBytes() {
        throw new UnsupportedOperationException();
    }

    /** Closes the files without a checkpoint; the caller has made one if it wanted one. Unlocks the folder last. */
    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
