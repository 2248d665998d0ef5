package io.headrace.transport.link;

/**
 * A receiver's answer to HELLO.
 *
 * @param version of the link that is spoken from here on
 * @param codecs codecs that it takes, bits
 * @param largestFrame longest frame that it takes, header and payload
 * @param level what its acknowledgements mean
 * @param kept highest position up to which it keeps everything: need not be sent again
 * @param credit frame bytes that may be sent on this connection
 */
public record Welcome(int version, int codecs, int largestFrame, AckLevel level, long kept, long credit) {}
