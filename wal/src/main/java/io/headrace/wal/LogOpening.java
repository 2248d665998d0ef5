package io.headrace.wal;

import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings a log from its folders to the point where it may be appended to: locks them, chooses the appender, finds out which
 * log it is, recovers what is there, makes what is configured and not there, and writes both slots anew before anything can be
 * released or used.
 *
 * <p>Used once, on the opening thread, which hands what it made to {@link WriteAheadLog}. When {@link #open()} fails,
 * {@link #resources()} are to be closed; what is on disk is then as it was, or sound.
 */
final class LogOpening {
    final LogSettings settings;
    final ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    final LogCounters counters = new LogCounters();
    final SegmentTable table = new SegmentTable();
    final SequenceCeiling ceiling;
    final SegmentPreparer preparer;
    final SegmentRelease release;
    final LogTail tail;
    final List<String> cursorNotes = new ArrayList<>();

    LogSettings.Appender appender;
    Checkpointer checkpointer;
    StreamId streamId;
    LogState state;
    RecoveryReport report;
    long nextSequence;
    long lastSequence;

    private final Storage storage;
    private final LogClocks clocks;
    private final SteadyTime time;
    private LogFolders folders;
    private CheckpointStore checkpoints;

    LogOpening(LogSettings settings, Storage storage, LogClocks clocks) {
        this.settings = settings;
        this.storage = storage;
        this.clocks = clocks;
        this.time = new SteadyTime(clocks);
        this.ceiling = new SequenceCeiling(clocks.nanoClock());
        this.preparer = new SegmentPreparer(settings, storage, clocks, counters.bytesMilestone());
        this.release = new SegmentRelease(settings.retention(), table, preparer, time);
        this.tail = new LogTail(settings, table, preparer, counters, time);
    }

    void open() throws IOException {
        folders = LogFolders.lock(settings, storage);
        appender = AppenderChoice.of(settings, storage);
        tail.use(appender, storage);
        LogMembers members = LogMembers.find(settings, storage);
        checkpoints = CheckpointStore.open(storage, members.checkpointFolder());
        Checkpoint checkpoint = checkpoints.load();
        members.refuseMissing(checkpoint);
        LogIdentity identity = LogIdentity.open(storage, members.home(), clocks);
        streamId = identity.streamId();
        LogRecovery recovered = new LogRecovery(settings, members, storage, preparer, time.openedMillis(), allocator);
        try {
            recovered.open();
            recovered.recover(checkpoint, streamId);
            takeOver(recovered, checkpoint);
            openCursors(checkpoint);
            members.write(streamId);
            writeBothSlots();
        } catch (IOException | RuntimeException | Error e) {
            Closing.after(e, recovered::close);
            throw e;
        }
        recovered.leftOver().forEach(preparer::addSpare);
        if (tail.current() == null) {
            prepareFirst(checkpoint == null);
        }
        report = report(recovered, checkpoint, identity, time.millisSinceOpening());
    }

    /** What an open log has to give back, in the order in which it is closed: the lock last. */
    List<AutoCloseable> resources() {
        List<AutoCloseable> all = new ArrayList<>(List.<AutoCloseable>of(tail, table, release, preparer::close));
        if (checkpoints != null) {
            all.add(checkpoints);
        }
        if (folders != null) {
            all.add(folders);
        }
        return all;
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
        state.addHole(Math.max(lastSequence, state.committed().floor()) + 1, nextSequence - 1);
        tail.begin(lastSequence, nextSequence);
        if (recovered.current() != null) {
            tail.goOnIn(recovered.current(), recovered.currentOffset());
        } else if (checkpoint != null) {
            tail.goOnBehind(checkpoint.tailSegmentIndex(), checkpoint.tailOffset(), checkpoint.durable());
        }
        checkpointer = new Checkpointer(checkpoints, streamId, state, ceiling, tail, release, counters);
    }

    /** Makes what is configured and not there; the checkpoints of the opening hold it before anything is released. */
    private void openCursors(Checkpoint checkpoint) throws IOException {
        boolean renewed = checkpoint != null && !checkpoint.streamId().equals(streamId);
        LogCursors cursors = new LogCursors(state, table, nextSequence, clocks, cursorNotes);
        if (renewed) {
            cursors.renewStreams();
        }
        try (LogReader reader = new LogReader(table, allocator, settings.maxFrameLength())) {
            cursors.make(settings.cursors(), reader);
        }
        for (CursorState cursor : state.cursors().values()) {
            cursor.addHole(Math.max(lastSequence, cursor.committed().floor()) + 1, nextSequence - 1);
        }
    }

    /** Into both, so that neither leads to what recovery left behind or to a ceiling that is passed. */
    private void writeBothSlots() throws IOException {
        long raised = ceiling.raise(nextSequence - 1);
        checkpointer.write(raised, false);
        checkpointer.write(raised, false);
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
}
