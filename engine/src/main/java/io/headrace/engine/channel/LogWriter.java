package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.LogState;
import io.headrace.wal.SyncMode;
import io.headrace.wal.WriteAheadLog;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What the journal does with a log: decides what is appended, writes and syncs groups, makes checkpoints, and lets frames
 * leave memory. A {@code file} channel writes always, a {@code dual} one in spill runs. Owned by the journal's thread.
 */
final class LogWriter {
    /** A change is in a checkpoint 200 ms later at most: this long is waited for company. */
    private static final long CHECKPOINT_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

    private static final long RETENTION_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long BLOCKED_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** A full disk is not waited for that long: whoever stops an agent may do so to make room. */
    private static final long STOP_FULL_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long STOP_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int MAX_FRAMES = 1_024;

    private final DualChannel channel;
    private final WriteAheadLog log;
    private final LogState state;
    private final SyncMode sync;
    private final Admission admission;
    private final TakeSide take;
    private final ChannelMetrics metrics;
    private final boolean alwaysWrites;
    private final boolean maySpill;
    private final int spillAt;
    private final int returnAt;
    private final int evictAt;
    private final Map<ConsumerImpl, Long> savedTokens = new HashMap<>();
    private final FrameForLog found = new FrameForLog();
    private Journal journal;

    private boolean spilling;
    private long catchUpNext;
    private long catchUpTo;
    private boolean blocked;
    private long unsyncedNanos;
    private boolean unsynced;
    private long countedSyncs;
    private long directNanos;
    private long dirtyNanos;
    private long retentionDueNanos;
    private boolean dirty;

    LogWriter(DualChannel channel, WriteAheadLog log) {
        ChannelSettings settings = channel.settings();
        this.channel = channel;
        this.log = log;
        this.state = log.state();
        this.sync = settings.sync();
        this.admission = channel.admission();
        this.take = channel.takeSide();
        this.metrics = channel.metrics();
        this.alwaysWrites = settings.alwaysWrites();
        this.maySpill = alwaysWrites || settings.overflowCapacity() > 0;
        this.spillAt = settings.spillAtPercent();
        this.returnAt = settings.returnAtPercent();
        this.evictAt = (spillAt + returnAt) / 2;
        this.retentionDueNanos = channel.environment().nanoClock().nanoTime() + RETENTION_NANOS;
        this.spilling = alwaysWrites;
        this.catchUpNext = channel.publication().base();
        this.catchUpTo = channel.publication().base() - 1;
        admission.spilling(spilling);
        raiseLimit();
    }

    void attach(Journal owner) {
        journal = owner;
    }

    /** Takes what is published, to memory or to the log. */
    int round(long nowNanos) throws IOException {
        channel.publication().framesWait(false);
        if (!spilling && maySpill && admission.isAbove(spillAt) && whyFull() == null) {
            beginSpill();
        }
        int work = 0;
        if (!spilling) {
            work = drainToMemory();
        } else {
            work = catchUpNext <= catchUpTo ? catchUp() : appendPublished();
        }
        log.used(journal.drained());
        syncIfDue(work > 0, nowNanos);
        if (spilling) {
            journal.acknowledge(Math.min(acknowledgedOnDisk(), journal.drained()));
            work += evict();
            endSpillIfIdle();
        }
        // As long as none of the groups beside is written, nobody needs to wake the journal for more.
        channel.publication().framesWait(log.isBusyBeside());
        return work;
    }

    private int drainToMemory() {
        int count = 0;
        while (count < MAX_FRAMES && journal.isPublished(journal.drained() + 1)) {
            journal.take(journal.drained() + 1);
            count++;
        }
        if (count > 0) {
            journal.releaseToTakers();
            journal.acknowledge(journal.drained());
        }
        return count;
    }

    private int appendPublished() throws IOException {
        int settled = log.settle();
        if (settled > 0) {
            metrics.framesWritten.add(settled);
            countSyncs();
        }
        if (log.isFullBeside()) {
            return settled;
        }
        int count = 0;
        blocked = false;
        long next = journal.drained() + 1;
        while (groupTakesMore(count) && journal.isPublished(next)) {
            Slot slot = journal.slot(next);
            if (!log.append(next, slot.input.number, slot.position, slot.frame)) {
                blocked = true;
                break;
            }
            metrics.bytesWritten.add(slot.frame.alignedLength());
            journal.take(next);
            next++;
            count++;
        }
        admission.logBlocked(blocked);
        if (count > 0) {
            journal.releaseToTakers();
        }
        if (blocked && !log.isStaging()) {
            syncWhatIsFull();
        }
        return count + settled + writeStaged(journal.isPublished(next));
    }

    /** Returns what that is as work: 1, or 0 when the group grows until a writer is free. */
    private int writeStaged(boolean more) throws IOException {
        if (!log.isStaging() || log.isBusyBeside() && !log.groupIsFull()) {
            return 0;
        }
        // Alone a group is written here, without waking another thread first; of several none waits for the one before.
        boolean beside = log.isWritingBeside() || more;
        if (!beside || !log.writeBeside()) {
            write();
        }
        return 1;
    }

    /** A group always takes its first frame, however large that is. */
    private boolean groupTakesMore(int taken) {
        return taken < MAX_FRAMES && !log.groupIsFull();
    }

    // ---- spilling

    /** R5: what was committed in memory since the last run is durable before the first frame of a new one. */
    private void beginSpill() throws IOException {
        // R9: what sinks committed since the last round moves positions and counts in the same checkpoint.
        journal.moveMilestones();
        checkpoint();
        spilling = true;
        admission.spilling(true);
        catchUpNext = Math.max(
                channel.publication().base(), Math.max(state.committed().floor(), log.written()) + 1);
        catchUpTo = journal.drained();
        metrics.spillRuns.increment();
    }

    /** Writes what memory held when the run began, from the oldest uncommitted frame on. */
    private int catchUp() throws IOException {
        int count = 0;
        boolean covered = false;
        blocked = false;
        while (groupTakesMore(count) && catchUpNext <= catchUpTo) {
            if (!state.committed().isMarked(catchUpNext)) {
                if (!take.findForLog(catchUpNext, found)) {
                    // Its commit is on its way to the state: the next round knows.
                    break;
                }
                boolean staged = appendFound(found.frame);
                if (!staged) {
                    blocked = true;
                    break;
                }
                count++;
            } else if (!covered) {
                coverCommits();
                covered = true;
            }
            catchUpNext++;
        }
        admission.logBlocked(blocked);
        if (count > 0) {
            write();
        } else if (blocked) {
            syncWhatIsFull();
        }
        return count;
    }

    /**
     * On a full disk the log can go on only in segments that it lets go, and those must be followed by something durable: where
     * syncs are not due, or never, one is made for that.
     */
    private void syncWhatIsFull() throws IOException {
        if (whyFull() != null && log.durable() < log.written()) {
            sync();
        }
    }

    /**
     * A log that leaves a frame out counts it as committed. A sink with tokens has it only if the token survives: a
     * checkpoint holds it before anything behind it is in the log.
     */
    private void coverCommits() throws IOException {
        if (!state.tokens().isEmpty()) {
            journal.moveMilestones();
            if (dirty) {
                checkpoint();
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
    private void endSpillIfIdle() {
        boolean wanted = catchUpNext > catchUpTo && !admission.isAbove(returnAt);
        if (!alwaysWrites
                && (wanted || whyFull() != null)
                && journal.acknowledged() == journal.drained()
                && take.isAllInMemory()) {
            spilling = false;
            admission.spilling(false);
        }
    }

    /** Why the log takes nothing although it should, when that is for want of space; or null. */
    private String whyFull() {
        return blocked ? log.preparer().waitingFor() : null;
    }

    /** Frames that are on disk leave memory while it is short; sinks read them from the log then. */
    private int evict() {
        if (!admission.isAbove(evictAt)) {
            return 0;
        }
        int evicted = take.evict(acknowledgedOnDisk(), evictAt);
        metrics.evictedFrames.add(evicted);
        return evicted;
    }

    boolean isSpilling() {
        return spilling;
    }

    // ---- syncing

    private void write() throws IOException {
        long start = channel.environment().nanoClock().nanoTime();
        metrics.framesWritten.add(log.write());
        if (log.appender() == Appender.DIRECT) {
            // This was the disk, and little is left to the sync.
            directNanos = channel.environment().nanoClock().nanoTime() - start;
        }
    }

    private void syncIfDue(boolean wrote, long nowNanos) throws IOException {
        if (wrote && !unsynced && log.durable() < log.written()) {
            unsynced = true;
            unsyncedNanos = nowNanos;
        }
        if (!unsynced) {
            return;
        }
        boolean due =
                switch (sync.kind()) {
                    case ALWAYS -> true;
                    case INTERVAL -> nowNanos - unsyncedNanos >= sync.intervalNanos();
                    case NEVER -> false;
                };
        if (due) {
            sync();
        }
    }

    private void sync() throws IOException {
        long start = channel.environment().nanoClock().nanoTime();
        log.sync();
        unsynced = false;
        countSyncs();
        long nanos = channel.environment().nanoClock().nanoTime() - start + directNanos;
        directNanos = 0;
        metrics.sync.recordMicros(nanos / 1_000);
    }

    /** A group that was written beside the journal counts as one, too. */
    private void countSyncs() {
        long syncs = log.counters().syncs();
        metrics.syncs.add(syncs - countedSyncs);
        countedSyncs = syncs;
    }

    /** Every uncommitted frame up to here is on disk as {@code sync} demands. */
    long acknowledgedOnDisk() {
        return sync.kind() == SyncMode.Kind.ALWAYS ? log.durable() : log.written();
    }

    /** Every uncommitted frame up to here survives a power cut. */
    long durable() {
        return log.durable();
    }

    // ---- checkpoints

    void stateChanged(long nowNanos) {
        if (!dirty) {
            dirty = true;
            dirtyNanos = nowNanos;
        }
    }

    void tokenSaved(ConsumerImpl consumer, long version) {
        savedTokens.put(consumer, version);
    }

    int checkpointIfDue(long nowNanos) throws IOException {
        boolean due = dirty && nowNanos - dirtyNanos >= CHECKPOINT_NANOS;
        // Without room nothing changes any more, so no checkpoint would come that lets the last segments go.
        boolean release = (blocked || retentionIsDue(nowNanos)) && log.couldRelease();
        // Letting segments go costs the disk less than filling others.
        if (log.ceilingIsLow() || due || release || log.isShortOfSegments()) {
            checkpoint();
            return 1;
        }
        return 0;
    }

    /** What is kept for replay gets too old without any change. */
    private boolean retentionIsDue(long nowNanos) {
        if (!log.retains() || nowNanos - retentionDueNanos < 0) {
            return false;
        }
        retentionDueNanos = nowNanos + RETENTION_NANOS;
        return true;
    }

    private void checkpoint() throws IOException {
        long start = channel.environment().nanoClock().nanoTime();
        journal.completeState();
        try {
            log.checkpoint();
        } catch (IOException e) {
            metrics.checkpointErrors.increment();
            throw e;
        }
        checkpointed(start);
        raiseLimit();
        if (log.waitsForReaders()) {
            channel.sinks().wakeReader();
        }
    }

    private void checkpointed(long startNanos) {
        dirty = false;
        channel.milestones().checkpointedLowWater(state.committed().floor());
        journal.checkpointed();
        metrics.checkpoints.increment();
        metrics.checkpoint.recordMicros((channel.environment().nanoClock().nanoTime() - startNanos) / 1_000);
        savedTokens.forEach(ConsumerImpl::checkpointed);
        savedTokens.clear();
    }

    private void raiseLimit() {
        admission.sequenceLimit(log.ceiling() - channel.publication().base());
    }

    long nanosUntilDue(long nowNanos) {
        long due = Long.MAX_VALUE;
        if (dirty) {
            due = dirtyNanos + CHECKPOINT_NANOS - nowNanos;
        }
        if (unsynced && sync.kind() == SyncMode.Kind.INTERVAL) {
            due = Math.min(due, unsyncedNanos + sync.intervalNanos() - nowNanos);
        }
        if (log.retains()) {
            due = Math.min(due, retentionDueNanos - nowNanos);
        }
        if (blocked && (spilling || admission.isAbove(spillAt))) {
            due = Math.min(due, BLOCKED_RETRY_NANOS);
        }
        return Math.max(0, due);
    }

    // ---- an orderly stop

    /**
     * Writes what is only in memory. Where the disk is full: what a {@code file} channel has not written was never
     * acknowledged and is left to its source; a {@code dual} one waits some seconds for room.
     */
    void writeRest() throws IOException {
        if (!spilling) {
            beginSpill();
        }
        ChannelEnvironment environment = channel.environment();
        long start = environment.nanoClock().nanoTime();
        while (catchUpNext <= catchUpTo || journal.isPublished(journal.drained() + 1)) {
            int work = catchUpNext <= catchUpTo ? catchUp() : appendPublished();
            if (work == 0 && log.isBusyBeside()) {
                // Writes by itself what no writer has begun, and waits for the rest: the disk's time, not the
                // deadline's.
                log.sync();
            } else if (work == 0 && log.preparer().doWork() == 0) {
                boolean full = whyFull() != null;
                if (alwaysWrites && full) {
                    break;
                }
                if (environment.nanoClock().nanoTime() - start > (full ? STOP_FULL_NANOS : STOP_NANOS)) {
                    throw new IOException("the log takes no frame, and " + eventsInMemoryOnly()
                            + " events are in memory only: " + log.preparer().waitingFor()
                            + " (expected: room for what memory holds)");
                }
                environment.runner().pause(STOP_PAUSE_NANOS);
            }
        }
        log.sync();
        journal.acknowledge(Math.min(log.durable(), journal.drained()));
    }

    /** Of those that no sink committed. */
    private long eventsInMemoryOnly() {
        long events = 0;
        for (long sequence = catchUpNext; sequence <= catchUpTo; sequence++) {
            if (!state.committed().isMarked(sequence) && take.findForLog(sequence, found)) {
                events += found.frame.eventCount();
                found.frame.release();
            }
        }
        for (long sequence = journal.drained() + 1; journal.isPublished(sequence); sequence++) {
            events += journal.slot(sequence).events;
        }
        return events;
    }

    void lastCheckpoint() throws IOException {
        long start = channel.environment().nanoClock().nanoTime();
        journal.completeState();
        log.checkpointAndStop(channel.lastPublished());
        checkpointed(start);
    }
}
