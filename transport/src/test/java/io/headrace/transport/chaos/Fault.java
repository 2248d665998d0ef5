package io.headrace.transport.chaos;

/** What the proxy does to a connection. */
enum Fault {
    /** From here on each piece is late by some milliseconds, in order. */
    DELAY,
    /** Some thousand bytes arrive in pieces of a few. */
    TRICKLE,
    /** Nothing moves either way for a while; then it goes on. */
    STALL,
    /** Nothing comes back from the receiver for a while. */
    STALL_ACKS,
    /** Both ends are reset; what was under way is lost. */
    CUT,
    /** The sender's end is reset, the receiver learns of it much later. */
    CUT_SENDER,
    /** The receiver's end is reset, the sender learns of it much later. */
    CUT_RECEIVER,
    /** One way ends in order, in the middle of what was said; the other goes on. */
    HALF_CLOSE,
    /** Both ways end in order, in the middle of what was said. */
    TRUNCATE,
    /** One bit turns over. */
    FLIP,
    /** Some bytes are left out. */
    SKIP,
    /** The sender's end is reset; what it had sent reaches the receiver later, when the next connection is there. */
    OLD_LIVES,
    /** The connection ends before it is made. */
    REFUSE
}
