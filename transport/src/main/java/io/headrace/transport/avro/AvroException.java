package io.headrace.transport.avro;

/** What a peer sent is not what the protocol says, or more than this side takes. */
final class AvroException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What becomes of the request and of the connection. */
    enum Kind {
        /** The boundaries of requests are lost: the connection ends. */
        FRAMING,
        /** The request is answered with an error. */
        REQUEST,
        /** The request is answered with {@link AvroStatus#FAILED}: it is larger than a limit, or cannot be put. */
        FAILED
    }

    private final Kind kind;

    AvroException(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
