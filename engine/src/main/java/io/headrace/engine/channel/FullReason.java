package io.headrace.engine.channel;

/** Why a channel takes no frame now. */
public enum FullReason {
    /** {@code capacity} events are held. */
    EVENTS,
    /** {@code byteCapacity} bytes are held in memory. */
    BYTES,
    /** Every slot of the ring is taken. */
    SLOTS,
    /** The next block of sequences is not durably reserved yet (R4). */
    SEQUENCES,
    /** The log has no prepared segment: the disk is slow, full or below the reserve. */
    LOG,
    /** {@code overflowCapacity} events are in the log. */
    OVERFLOW
}
