package io.headrace.transport.link;

/** What an acknowledgement of a receiver means. */
public enum AckLevel {
    /** Every required channel acknowledged the frame; as Flume answers. */
    ACCEPTED,
    /** Every required channel has it on disk, or its sinks have committed it. */
    SAFE
}
