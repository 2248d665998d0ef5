package io.headrace.frame;

/** Bytes that are not a frame: says which field holds which value and what was expected. */
public final class FrameException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why the bytes were refused. */
    public enum Reason {
        /** A length or count that cannot be. */
        LENGTH,
        /** A format version this build does not know. */
        VERSION,
        /** A frame type or flag this build does not know. */
        TYPE,
        /** A checksum that does not match. */
        CHECKSUM,
        /** Headers or events that do not fill the payload exactly. */
        STRUCTURE
    }

    private final Reason reason;

    public FrameException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
