package io.headrace.transport.avro;

import io.headrace.transport.avro.AvroException.Kind;

/**
 * What a source answered.
 *
 * @param status of the request; {@link AvroStatus#UNKNOWN} for an error
 * @param error what the source says went wrong, or null
 */
record Answer(AvroStatus status, String error) {
    private static final int LONGEST_ERROR = 64 * 1024;

    /** Reads the answer to a call. */
    static Answer read(AvroInput in) {
        Handshake.readMetadata(in);
        boolean isError = in.readByte() != 0;
        Answer answer;
        if (isError) {
            in.readLong();
            int length = in.readLength(LONGEST_ERROR, "error");
            answer = new Answer(
                    AvroStatus.UNKNOWN, new String(in.readBytes(length), java.nio.charset.StandardCharsets.UTF_8));
        } else {
            answer = new Answer(AvroStatus.of(in.readLong()), null);
        }
        if (in.isShort() || in.remaining() > 0) {
            throw new AvroException(Kind.FRAMING, "answer: wrong length (expected: status or error)");
        }
        return answer;
    }
}
