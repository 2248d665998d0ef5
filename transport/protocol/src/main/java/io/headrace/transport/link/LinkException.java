package io.headrace.transport.link;

/** Bytes of a peer that are refused; ends the connection. */
public final class LinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RejectCode code;
    private final long position;

    /** @param position the frame's position, 0 when it is not about a frame */
    public LinkException(RejectCode code, long position, String message) {
        super(message, null, false, false);
        this.code = code;
        this.position = position;
    }

    public RejectCode code() {
        return code;
    }

    public long position() {
        return position;
    }
}
