package io.headrace.engine.channel;

import io.headrace.wal.LogState;
import io.headrace.wal.WriteAheadLog;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Makes the checkpoints of a channel's log when they are due, and tells who waits for one: sinks with tokens, the milestones,
 * readers of segments that are let go. One that cannot be written is counted and fails the channel. Owned by the journal's
 * thread.
 */
final class Checkpointing {
    /** A change is in a checkpoint 200 ms later at most: this long is waited for company. */
    private static final long CHECKPOINT_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

    private static final long RETENTION_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final DualChannel channel;
    private final WriteAheadLog log;
    private final LogState state;
    private final Admission admission;
    private final ChannelMetrics metrics;
    private final NanoClock nanoClock;
    private final Map<ConsumerImpl, Long> savedTokens = new HashMap<>();
    private JournalProgress progress;
    private long dirtyNanos;
    private boolean dirty;
    private long retentionDueNanos;

    Checkpointing(DualChannel channel, WriteAheadLog log) {
        this.channel = channel;
        this.log = log;
        this.state = log.state();
        this.admission = channel.admission();
        this.metrics = channel.metrics();
        this.nanoClock = channel.environment().nanoClock();
        this.retentionDueNanos = nanoClock.nanoTime() + RETENTION_NANOS;
        raiseLimit();
    }

    void attach(JournalProgress newProgress) {
        progress = newProgress;
    }

    /** What the newest checkpoint holds is no longer all. */
    void stateChanged(long nowNanos) {
        if (!dirty) {
            dirty = true;
            dirtyNanos = nowNanos;
        }
    }

    void tokenSaved(ConsumerImpl consumer, long version) {
        savedTokens.put(consumer, version);
    }

    boolean isDirty() {
        return dirty;
    }

    /**
     * Makes one if there is a reason.
     *
     * @param blocked whether the log has no room, so that what a checkpoint lets go is waited for
     * @return whether one was made
     */
    boolean makeIfDue(long nowNanos, boolean blocked) throws IOException {
        boolean due = dirty && nowNanos - dirtyNanos >= CHECKPOINT_NANOS;
        // Without room nothing changes any more, so no checkpoint would come that lets the last segments go.
        boolean release = (blocked || retentionIsDue(nowNanos)) && log.couldRelease();
        // Letting segments go costs the disk less than filling others.
        if (log.ceilingIsLow() || due || release || log.isShortOfSegments()) {
            make();
            return true;
        }
        return false;
    }

    /** What is kept for replay gets too old without any change. */
    private boolean retentionIsDue(long nowNanos) {
        if (!log.retains() || nowNanos - retentionDueNanos < 0) {
            return false;
        }
        retentionDueNanos = nowNanos + RETENTION_NANOS;
        return true;
    }

    void make() throws IOException {
        long start = nanoClock.nanoTime();
        completeState();
        try {
            log.checkpoint();
        } catch (IOException e) {
            metrics.checkpointErrors.increment();
            throw e;
        }
        made(start);
        raiseLimit();
        if (log.waitsForReaders()) {
            channel.sinks().wakeReader();
        }
    }

    /** The one of an orderly stop. */
    void makeLast() throws IOException {
        long start = nanoClock.nanoTime();
        completeState();
        log.checkpointAndStop(channel.lastPublished());
        made(start);
    }

    /** What checkpoints hold beside what the journal keeps in the state anyway. */
    private void completeState() {
        state.redelivered(channel.redeliveredEvents());
    }

    private void made(long startNanos) {
        dirty = false;
        progress.checkpointed();
        metrics.checkpoints.increment();
        metrics.checkpoint.recordMicros((nanoClock.nanoTime() - startNanos) / 1_000);
        savedTokens.forEach(ConsumerImpl::checkpointed);
        savedTokens.clear();
    }

    private void raiseLimit() {
        admission.sequenceLimit(log.ceiling() - channel.publication().base());
    }

    /** Nanoseconds until one is due; {@link Long#MAX_VALUE} for none, less than 0 when it is late. */
    long nanosUntilDue(long nowNanos) {
        long due = dirty ? dirtyNanos + CHECKPOINT_NANOS - nowNanos : Long.MAX_VALUE;
        return log.retains() ? Math.min(due, retentionDueNanos - nowNanos) : due;
    }
}
