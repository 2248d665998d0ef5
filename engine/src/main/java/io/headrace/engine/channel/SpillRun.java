package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import io.headrace.wal.LogState;
import io.headrace.wal.WriteAheadLog;
import java.io.IOException;

/**
 * The runs in which a channel writes to its log: from when memory is short until it is nearly empty, with what memory held
 * when the run began written first. A {@code file} channel is in one as long as it is open. Frames that are on disk leave
 * memory while it is short. Owned by the journal's thread.
 */
final class SpillRun {
    private final DualChannel channel;
    private final WriteAheadLog log;
    private final LogState state;
    private final Admission admission;
    private final TakeSide take;
    private final ChannelMetrics metrics;
    private final LogSync sync;
    private final LogRoom room;
    private final Checkpointing checkpointing;
    private final boolean alwaysWrites;
    private final boolean maySpill;
    private final int spillAt;
    private final int returnAt;
    private final int evictAt;
    private final Eviction eviction;

    /** Not in a {@code dual} channel, where memory and log have a limit each, and frames count against one of them. */
    private final boolean mayKeep;

    private final FrameForLog found = new FrameForLog();
    private JournalProgress progress;
    private boolean spilling;
    private long catchUpNext;
    private long catchUpTo;

    /** Whether memory is short, and what is on disk stays in it for a while. */
    private boolean keepsForSinks;

    SpillRun(DualChannel channel, WriteAheadLog log, LogSync sync, LogRoom room, Checkpointing checkpointing) {
        ChannelSettings settings = channel.settings();
        this.channel = channel;
        this.log = log;
        this.state = log.state();
        this.admission = channel.admission();
        this.take = channel.takeSide();
        this.metrics = channel.metrics();
        this.sync = sync;
        this.room = room;
        this.checkpointing = checkpointing;
        this.alwaysWrites = settings.alwaysWrites();
        this.maySpill = alwaysWrites || settings.overflowCapacity() > 0;
        this.spillAt = settings.spillAtPercent();
        this.returnAt = settings.returnAtPercent();
        this.evictAt = (spillAt + returnAt) / 2;
        this.mayKeep = settings.policy() == ChannelPolicy.FILE;
        this.eviction = new Eviction(
                settings.byteCapacity(), channel.environment().nanoClock().nanoTime());
        this.spilling = alwaysWrites;
        this.catchUpNext = channel.publication().base();
        this.catchUpTo = channel.publication().base() - 1;
        admission.spilling(spilling);
    }

    void attach(JournalProgress newProgress) {
        progress = newProgress;
    }

    /** Whether the channel writes. */
    boolean isOn() {
        return spilling;
    }

    /** Whether frames that were published before the run began are not written yet. */
    boolean isCatchingUp() {
        return catchUpNext <= catchUpTo;
    }

    /** Whether memory is so short that a run should be on. */
    boolean isWanted() {
        return spilling || admission.isAbove(spillAt);
    }

    void beginIfShort() throws IOException {
        if (!spilling && maySpill && admission.isAbove(spillAt) && room.whyFull() == null) {
            begin();
        }
    }

    /** R5: what was committed in memory since the last run is durable before the first frame of a new one. */
    void begin() throws IOException {
        // R9: what sinks committed since the last round moves positions and counts in the same checkpoint.
        progress.moveMilestones();
        checkpointing.make();
        spilling = true;
        admission.spilling(true);
        long oldest = Math.max(state.committed().floor(), log.written()) + 1;
        catchUpNext = Math.max(channel.publication().base(), oldest);
        catchUpTo = progress.drained();
        metrics.spillRuns.increment();
    }

    /** Writes what memory held when the run began, from the oldest uncommitted frame on; returns how many frames. */
    int catchUp() throws IOException {
        int count = 0;
        boolean covered = false;
        boolean refused = false;
        while (room.groupTakesMore(count) && isCatchingUp()) {
            if (!state.committed().isMarked(catchUpNext)) {
                if (!take.findForLog(catchUpNext, found)) {
                    // Its commit is on its way to the state: the next round knows.
                    break;
                }
                boolean staged = appendFound(found.frame);
                if (!staged) {
                    refused = true;
                    break;
                }
                count++;
            } else if (!covered) {
                coverCommits();
                covered = true;
            }
            catchUpNext++;
        }
        room.blocked(refused);
        if (count > 0) {
            sync.write();
        } else if (refused) {
            room.syncWhatIsFull();
        }
        return count;
    }

    /**
     * A log that leaves a frame out counts it as committed. A sink with tokens has it only if the token survives: a
     * checkpoint holds it before anything behind it is in the log.
     */
    private void coverCommits() throws IOException {
        if (!state.tokens().isEmpty()) {
            progress.moveMilestones();
            if (checkpointing.isDirty()) {
                checkpointing.make();
            }
        }
    }

    private boolean appendFound(Frame frame) throws IOException {
        try {
            boolean staged = log.append(catchUpNext, found.inputNumber, found.position, frame);
            if (staged) {
                metrics.bytesWritten.add(frame.alignedLength());
            }
            return staged;
        } finally {
            frame.release();
        }
    }

    /**
     * Back to memory, which is nearly empty, or has to do while the disk is full. What was written stays below {@code
     * written()}: the next run goes on behind it, whether this one came to its end or not.
     */
    void endIfIdle() {
        boolean wanted = !isCatchingUp() && !admission.isAbove(returnAt);
        if (!alwaysWrites
                && (wanted || room.whyFull() != null)
                && progress.acknowledged() == progress.drained()
                && take.isAllInMemory()) {
            spilling = false;
            admission.spilling(false);
        }
    }

    /** Sees how far sinks are, whether a run is on or not. */
    void look(long nowNanos) {
        take.look(eviction, nowNanos);
    }

    /**
     * Frames that are on disk leave memory while it is short, unless sinks are about to take them; they are read from the
     * log then. Returns how many.
     */
    int evict(long nowNanos) {
        keepsForSinks = false;
        if (!admission.isAbove(evictAt)) {
            return 0;
        }
        long onDisk = sync.acknowledgedOnDisk();
        long limit = mayKeep ? eviction.limit(onDisk, nowNanos) : onDisk;
        keepsForSinks = limit < onDisk;
        int evicted = take.evict(limit, evictAt);
        metrics.evictedFrames.add(evicted);
        return evicted;
    }

    /** When frames may leave memory that had to stay: puts wait for that, and nothing else might happen. */
    long nanosUntilDue(long nowNanos) {
        return spilling && keepsForSinks ? eviction.nanosUntilMore(nowNanos) : Long.MAX_VALUE;
    }

    /** Events that were published before the run began, are not written and that no sink committed. */
    long eventsToCatchUp() {
        long events = 0;
        for (long sequence = catchUpNext; sequence <= catchUpTo; sequence++) {
            if (!state.committed().isMarked(sequence) && take.findForLog(sequence, found)) {
                events += found.frame.eventCount();
                found.frame.release();
            }
        }
        return events;
    }
}
