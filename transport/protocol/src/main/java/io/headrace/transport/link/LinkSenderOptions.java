package io.headrace.transport.link;

import io.headrace.frame.FrameCompressor;
import java.util.function.Supplier;

/**
 * What a {@link LinkSender} may do.
 *
 * @param agent label in HELLO
 * @param channel label in HELLO
 * @param token secret shared with the receiver, or empty; asked for with each connection
 * @param batchEvents most events of a lease
 * @param batchBytes most bytes of a lease
 * @param windowBytes most frame bytes sent and not acknowledged; one frame is always allowed (R13)
 * @param connectTimeoutMillis from dialling to WELCOME
 * @param requestTimeoutMillis without a message before a connection counts as dead
 * @param backoffMillis first pause before dialling again; doubles
 * @param maxBackoffMillis longest pause
 * @param stallMillis pause after a refusal that trying again does not help
 * @param compressor of frames that are not compressed and go to a receiver that takes such; null for none
 */
public record LinkSenderOptions(
        String agent,
        String channel,
        Supplier<String> token,
        int batchEvents,
        long batchBytes,
        long windowBytes,
        long connectTimeoutMillis,
        long requestTimeoutMillis,
        long backoffMillis,
        long maxBackoffMillis,
        long stallMillis,
        FrameCompressor compressor) {
    /** Holds two ACKs of 16 frames of 1 MiB: one that is on its way, and one that waits. */
    public static final long DEFAULT_WINDOW_BYTES = 32L * 1024 * 1024;

    /** One with a token that stays, which compresses nothing. */
    public LinkSenderOptions(
            String agent,
            String channel,
            String token,
            int batchEvents,
            long batchBytes,
            long windowBytes,
            long connectTimeoutMillis,
            long requestTimeoutMillis,
            long backoffMillis,
            long maxBackoffMillis,
            long stallMillis) {
        this(
                agent,
                channel,
                () -> token,
                batchEvents,
                batchBytes,
                windowBytes,
                connectTimeoutMillis,
                requestTimeoutMillis,
                backoffMillis,
                maxBackoffMillis,
                stallMillis,
                null);
    }

    /** The same, but for what it compresses. */
    public LinkSenderOptions withCompressor(FrameCompressor other) {
        return new LinkSenderOptions(
                agent,
                channel,
                token,
                batchEvents,
                batchBytes,
                windowBytes,
                connectTimeoutMillis,
                requestTimeoutMillis,
                backoffMillis,
                maxBackoffMillis,
                stallMillis,
                other);
    }

    /** Values for a sink that configures nothing. */
    public static LinkSenderOptions defaults(String agent, String channel) {
        return new LinkSenderOptions(
                agent, channel, "", 10_000, 1024 * 1024, DEFAULT_WINDOW_BYTES, 20_000, 20_000, 100, 5_000, 30_000);
    }
}
