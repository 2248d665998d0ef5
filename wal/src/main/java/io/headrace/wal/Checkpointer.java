package io.headrace.wal;

import java.io.IOException;

/**
 * Writes what a log knows into its next slot: the state, how far it is durable and where that ends, and the ceiling, which is
 * reserved when the slot is durable and not before (R4). Owned by the opening thread, then by the journal's; after an
 * {@link IOException} it is not to be used again.
 */
final class Checkpointer {
    private final CheckpointStore checkpoints;
    private final StreamId streamId;
    private final LogState state;
    private final SequenceCeiling ceiling;
    private final LogTail tail;
    private final SegmentRelease release;
    private final LogCounters counters;

    Checkpointer(
            CheckpointStore checkpoints,
            StreamId streamId,
            LogState state,
            SequenceCeiling ceiling,
            LogTail tail,
            SegmentRelease release,
            LogCounters counters) {
        this.checkpoints = checkpoints;
        this.streamId = streamId;
        this.state = state;
        this.ceiling = ceiling;
        this.tail = tail;
        this.release = release;
        this.counters = counters;
    }

    /**
     * Writes one, durable on return.
     *
     * @param clean whether nothing is appended after it
     */
    void write(long newCeiling, boolean clean) throws IOException {
        checkpoints.write(new Checkpoint(
                checkpoints.nextGeneration(),
                streamId,
                newCeiling,
                tail.durable(),
                tail.durableIndex(),
                tail.durableOffset(),
                clean,
                state));
        release.checkpointed(tail.durableIndex());
        ceiling.reserved(newCeiling);
        counters.checkpoint();
    }

    /** The low-water mark of the slowest cursor that the older slot has. */
    long olderLowWater() {
        return checkpoints.olderLowWater();
    }
}
