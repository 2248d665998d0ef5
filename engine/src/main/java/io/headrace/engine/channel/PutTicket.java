package io.headrace.engine.channel;

/**
 * Follows one put through the required channels; filled by the put and reusable afterwards. Owned by the thread that
 * put; asking it costs a few volatile reads.
 */
public interface PutTicket {
    /** Whether every required channel has acknowledged the frame: it survives what the channel's type promises. */
    boolean isAcknowledged();

    /** Whether every required channel calls the frame safe: the source may forget it. */
    boolean isSafe();

    /** After {@link PutStatus#FULL} or {@link PutStatus#CLOSED}: the channel that refused; otherwise null. */
    Channel fullChannel();

    /** After {@link PutStatus#FULL}: why; otherwise null. */
    FullReason fullReason();
}
