package io.headrace.transport.avro;

import io.headrace.transport.avro.AvroException.Kind;

/**
 * A source's answer to a handshake.
 *
 * @param accepted whether it knows this side's protocol
 * @param serverHash what it calls its own, or null when it is what this side said
 * @param ordered whether it answers in the order of requests and puts them so
 */
record Welcome(boolean accepted, byte[] serverHash, boolean ordered) {
    private static final int LONGEST_TEXT = 256 * 1024;
    private static final int NONE = 2;

    static Welcome read(AvroInput in) {
        long match = in.readLong();
        if (match < 0 || match > NONE) {
            throw new AvroException(Kind.FRAMING, "match of the handshake: " + match + " (expected: 0 to 2)");
        }
        if (in.readLong() != 0) {
            in.skip(in.readLength(LONGEST_TEXT, "protocol"));
        }
        byte[] hash = in.readLong() == 0 ? null : in.readBytes(AvroProtocol.HASH_LENGTH);
        boolean ordered = in.readLong() != 0 && Handshake.readMetadata(in);
        if (in.isShort()) {
            throw new AvroException(Kind.FRAMING, "answer to the handshake: too short (expected: all of it)");
        }
        return new Welcome(match != NONE, hash, ordered);
    }
}
