package io.headrace.transport.link;

import io.headrace.wal.StreamId;

/**
 * The first message of a sender.
 *
 * @param version highest version of the link that it speaks
 * @param stream names its channel's log
 * @param connection number of this connection within the stream; the same after a reconnect, which fences the old one
 * @param floor its low-water mark: positions up to here will never be sent again
 * @param largestFrame longest frame that its channel may hold, 0 when not known
 * @param codecs codecs that it may use, bits
 * @param agent label
 * @param channel label
 * @param token secret shared with the receiver, or empty
 */
public record Hello(
        int version,
        StreamId stream,
        int connection,
        long floor,
        int largestFrame,
        int codecs,
        String agent,
        String channel,
        String token) {
    /** Without the token, for messages. */
    @Override
    public String toString() {
        return "stream " + stream + " connection " + connection + " of " + agent + '/' + channel;
    }
}
