package io.headrace.transport.avro;

import io.headrace.transport.avro.AvroException.Kind;
import java.nio.charset.StandardCharsets;

/**
 * What a client says before its first request.
 *
 * @param clientHash of the client's protocol
 * @param clientProtocol its text, or null when the client takes it for known
 * @param serverHash what the client takes for this side's hash
 * @param ordered whether the client asks for answers in the order of its requests
 */
record Handshake(byte[] clientHash, String clientProtocol, byte[] serverHash, boolean ordered) {
    private static final int LONGEST_TEXT = 64 * 1024;
    private static final int LONGEST_NAME = 256;
    private static final int MOST_METADATA = 64;

    /** Reads one; null when its end is not there yet. */
    static Handshake read(AvroInput in) {
        byte[] client = in.readBytes(AvroProtocol.HASH_LENGTH);
        String text = in.readLong() == 0
                ? null
                : new String(in.readBytes(in.readLength(LONGEST_TEXT, "protocol")), StandardCharsets.UTF_8);
        byte[] server = in.readBytes(AvroProtocol.HASH_LENGTH);
        boolean ordered = in.readLong() != 0 && readMetadata(in);
        return in.isShort() ? null : new Handshake(client, text, server, ordered);
    }

    /** Passes over a map of bytes; whether it has {@link AvroProtocol#ORDERED_KEY}. */
    static boolean readMetadata(AvroInput in) {
        boolean found = false;
        int left = MOST_METADATA;
        int count = in.readBlock(left, "metadata");
        while (count > 0 && !in.isShort()) {
            left -= count;
            for (int i = 0; i < count && !in.isShort(); i++) {
                String key = readName(in);
                found |= key.equals(AvroProtocol.ORDERED_KEY);
                in.skip(in.readLength(LONGEST_TEXT, "metadata"));
            }
            count = in.readBlock(left, "metadata");
        }
        return found;
    }

    static String readName(AvroInput in) {
        return new String(in.readBytes(in.readLength(LONGEST_NAME, "name")), StandardCharsets.UTF_8);
    }

    /** Whether the client's protocol is the one of this side, as far as its text tells. */
    void check() {
        if (clientProtocol != null && !clientProtocol.contains("AvroSourceProtocol")) {
            throw new AvroException(Kind.REQUEST, "protocol: another one (expected: AvroSourceProtocol)");
        }
    }
}
