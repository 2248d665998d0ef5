package io.headrace.engine.channel;

import io.headrace.wal.LogState;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a journal is: which frames it took, and which of them each milestone has passed. Moves the channel's {@link
 * Milestones} and those of its cursors as far as state and log are, and tells those who wait for that, each once a round.
 * Owned by the journal's thread.
 */
final class JournalProgress {
    private final Milestones milestones;
    private final SinksCursor sinks;
    /** Only this thread takes any out. */
    private final List<ReplayCursor> cursors;

    private final ChannelMetrics metrics;
    private final ChannelState channelState;
    private final LogState state;
    private final LogWriter log;
    private final JournalClock clock;
    private final PublishedFrames published = new PublishedFrames();
    private final List<ChannelInput> dirtyInputs = new ArrayList<>();

    // Made once: each round needs them.
    private final PublishedFrames.Passed onAcknowledged = this::onAcknowledged;
    private final PublishedFrames.Passed onSafe = this::onSafe;
    private final PublishedFrames.Passed onKept;

    private long drained;
    private long acknowledged;
    private long safe;
    private long checkpointed;

    /** @param log null for a channel without one */
    JournalProgress(DualChannel channel, ChannelState channelState, LogWriter log, JournalClock clock) {
        this.milestones = channel.milestones();
        this.sinks = channel.sinks();
        this.cursors = channel.cursors();
        this.metrics = channel.metrics();
        this.channelState = channelState;
        this.state = channelState.logState();
        this.log = log;
        this.clock = clock;
        this.onKept = channelState::onKept;
        this.drained = channel.publication().base() - 1;
        this.acknowledged = drained;
        this.safe = drained;
    }

    /** A frame that was published, the next one in order. */
    void taken(long sequence, Slot slot) {
        drained = sequence;
        channelState.taken(sequence, slot);
        published.add(sequence, slot.input, slot.position, slot.events, slot.publishedNanos);
    }

    /** The last one that was taken. */
    long drained() {
        return drained;
    }

    void acknowledge(long sequence) {
        acknowledged = Math.max(acknowledged, sequence);
    }

    /** What {@link #moveMilestones} is to make known. */
    long acknowledged() {
        return acknowledged;
    }

    /** Moves them as far as the state and the log are now. */
    void moveMilestones() {
        if (acknowledged > milestones.acknowledged()) {
            milestones.acknowledged(acknowledged);
            published.acknowledgeUpTo(acknowledged, onAcknowledged);
        }
        long lowWater = state.committed().floor();
        if (lowWater > milestones.lowWater()) {
            milestones.lowWater(lowWater, clock.nanos());
        }
        for (int i = 0; i < cursors.size(); i++) {
            cursors.get(i).publishLowWater();
        }
        safe = Math.max(safe, safeNow());
        if (safe > milestones.safe()) {
            milestones.safe(safe);
            published.safeUpTo(safe, onSafe);
        }
        moveKept(lowWater);
        if (channelState.takeChanged() && log != null) {
            log.stateChanged(clock.nanos());
        }
    }

    private void moveKept(long lowWater) {
        long durable = log == null ? 0 : log.durable();
        long kept = contiguous(Math.max(channelState.kept(), Math.max(lowWater, durable)));
        channelState.kept(kept);
        channelState.changed(published.keepUpTo(kept, onKept) > 0);
        channelState.keepOrigins();
    }

    /**
     * Acknowledged on disk, or committed. A commit with a token is worth nothing before a checkpoint holds it: after a
     * kill the sink cuts its output to the older token.
     */
    private long safeNow() {
        if (log == null) {
            return contiguous(Math.max(safe, state.committed().floor()));
        }
        if (!state.tokens().isEmpty()) {
            return Math.max(checkpointed, log.acknowledgedOnDisk());
        }
        return contiguous(Math.max(safe, Math.max(state.committed().floor(), log.acknowledgedOnDisk())));
    }

    /** A checkpoint holds the state as it is now. */
    void checkpointed() {
        milestones.checkpointedLowWater(state.committed().floor());
        cursors.forEach(ReplayCursor::checkpointed);
        checkpointed = contiguous(Math.max(state.committed().floor(), log.acknowledgedOnDisk()));
    }

    /** Goes on over what is committed out of order. */
    private long contiguous(long from) {
        long sequence = from;
        while (sequence < drained && state.committed().isMarked(sequence + 1)) {
            sequence++;
        }
        return sequence;
    }

    private void onAcknowledged(long sequence, ChannelInput input, long position, int events, long publishedNanos) {
        metrics.ack.recordMicros((clock.nanos() - publishedNanos) / 1_000);
        markDirty(input);
    }

    private void onSafe(long sequence, ChannelInput input, long position, int events, long publishedNanos) {
        markDirty(input);
    }

    private void markDirty(ChannelInput input) {
        if (!input.dirty) {
            input.dirty = true;
            dirtyInputs.add(input);
        }
    }

    /** Tells inputs whose frames a milestone has passed, and sinks that wait. */
    void tell() {
        for (int i = 0; i < dirtyInputs.size(); i++) {
            ChannelInput input = dirtyInputs.get(i);
            input.dirty = false;
            input.tell();
        }
        dirtyInputs.clear();
        sinks.wakeConsumers();
        for (int i = 0; i < cursors.size(); i++) {
            cursors.get(i).wakeConsumers();
        }
    }
}
