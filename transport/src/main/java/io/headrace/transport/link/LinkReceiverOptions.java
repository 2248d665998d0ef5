package io.headrace.transport.link;

import io.headrace.frame.FrameLayout;

/**
 * What a source {@code link} takes.
 *
 * @param level what its acknowledgements mean
 * @param maxFrameLength longest frame, header and payload
 * @param maxConnectionBytes most that one connection may have granted and waiting
 * @param idleTimeoutMillis without a message, a frame or 64 KiB of one before a connection is closed
 * @param revokeMillis without a frame before a connection's grant shrinks to the first one
 * @param inputGraceMillis how long the input of a stream without connections stays open
 * @param zstd whether compressed frames are taken
 */
public record LinkReceiverOptions(
        AckLevel level,
        int maxFrameLength,
        long maxConnectionBytes,
        long idleTimeoutMillis,
        long revokeMillis,
        long inputGraceMillis,
        boolean zstd) {
    /** Half of it, at which an ACK goes in any case, is 16 frames of 1 MiB. */
    public static final long MOST_CONNECTION_BYTES = 32L * 1024 * 1024;

    /** One that takes no compressed frames. */
    public LinkReceiverOptions(
            AckLevel level,
            int maxFrameLength,
            long maxConnectionBytes,
            long idleTimeoutMillis,
            long revokeMillis,
            long inputGraceMillis) {
        this(level, maxFrameLength, maxConnectionBytes, idleTimeoutMillis, revokeMillis, inputGraceMillis, false);
    }

    /** The same, but for compressed frames. */
    public LinkReceiverOptions withZstd(boolean takesZstd) {
        return new LinkReceiverOptions(
                level,
                maxFrameLength,
                maxConnectionBytes,
                idleTimeoutMillis,
                revokeMillis,
                inputGraceMillis,
                takesZstd);
    }

    /** Values for a source that configures nothing. */
    public static LinkReceiverOptions defaults() {
        int maxFrame = FrameLayout.maxFrameLength(FrameLayout.DEFAULT_MAX_EVENT_BYTES, FrameLayout.MAX_FRAME_BYTES);
        return new LinkReceiverOptions(AckLevel.ACCEPTED, maxFrame, MOST_CONNECTION_BYTES, 60_000, 5_000, 60_000);
    }
}
