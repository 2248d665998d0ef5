package io.headrace.engine.channel;

/**
 * How far a channel is, in sequences, each of them inclusive. The journal's thread moves them, any thread reads them; each
 * is volatile, and whoever sees one moved sees what made it move.
 */
final class Milestones {
    private volatile long acknowledged;
    private volatile long safe;
    private volatile long lowWater;
    private volatile long lowWaterNanos;
    private volatile long checkpointedLowWater;

    /**
     * @param reached acknowledged and safe from the start: what a log holds, and sequences above it that were never used
     * @param committed the low-water mark of the recovered state
     * @param committedNanos when the low-water mark is to count as moved last
     */
    Milestones(long reached, long committed, long committedNanos) {
        this.acknowledged = reached;
        this.safe = reached;
        this.lowWater = committed;
        this.lowWaterNanos = committedNanos;
        this.checkpointedLowWater = committed;
    }

    /** Puts complete and frames may be leased up to here. */
    long acknowledged() {
        return acknowledged;
    }

    void acknowledged(long sequence) {
        acknowledged = sequence;
    }

    /** Acknowledged and on disk, or committed. */
    long safe() {
        return safe;
    }

    void safe(long sequence) {
        safe = sequence;
    }

    /** Committed by the sinks. */
    long lowWater() {
        return lowWater;
    }

    /** When the low-water mark moved last. */
    long lowWaterNanos() {
        return lowWaterNanos;
    }

    void lowWater(long sequence, long nowNanos) {
        lowWater = sequence;
        lowWaterNanos = nowNanos;
    }

    /** The low-water mark that the newest checkpoint holds. */
    long checkpointedLowWater() {
        return checkpointedLowWater;
    }

    void checkpointedLowWater(long sequence) {
        checkpointedLowWater = sequence;
    }
}
