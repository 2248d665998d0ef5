package io.headrace.transport.link;

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
        long stallMillis) {
    /** With a token that stays. */
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
                stallMillis);
    }

    /** Values for a sink that configures nothing. */
    public static LinkSenderOptions defaults(String agent, String channel) {
        return new LinkSenderOptions(
                agent, channel, "", 10_000, 1024 * 1024, 16L * 1024 * 1024, 20_000, 20_000, 100, 5_000, 30_000);
    }
}
