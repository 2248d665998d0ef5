package io.headrace.engine.channel;

/** How a put ended. */
public enum PutStatus {
    /** Published in every required channel that did not have the frame yet; the ticket tells its acknowledgement. */
    ACCEPTED,
    /** Every required channel has the frame already; the ticket tells when the first copy is acknowledged (R15). */
    DUPLICATE,
    /** A required channel has no room; nothing was published anywhere. {@link PutTicket#fullChannel()} says which. */
    FULL,
    /** The position is above the window that the input keeps (65,536); nothing was published. */
    ABOVE_WINDOW,
    /** A required channel has failed or is stopping; nothing was published. */
    CLOSED
}
