package io.headrace.wal;

/**
 * What one slot of a {@link CheckpointStore} holds.
 *
 * @param generation ascends with each write; the highest valid slot counts
 * @param streamId of the log
 * @param ceiling sequences below this may have been used (R4)
 * @param durable everything up to here was on disk
 * @param tailSegmentIndex segment in which the next frame would have been written
 * @param tailOffset bytes of that segment that were written
 * @param clean whether the log was closed after this, with nothing written above {@code durable}
 * @param state what is committed, tokens, inputs and ledger (R9)
 */
public record Checkpoint(
        long generation,
        StreamId streamId,
        long ceiling,
        long durable,
        long tailSegmentIndex,
        long tailOffset,
        boolean clean,
        LogState state) {
    /** Everything up to here is committed by the sinks. */
    public long lowWater() {
        return state.committed().floor();
    }

    /** Everything up to here is committed on every cursor. */
    public long slowest() {
        return state.slowest();
    }
}
